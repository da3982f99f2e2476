"""Firefox's private windows: all is kept until they are closed, and nothing from then on."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Playwright

from e2e.browsers import running
from e2e.walker import Walker
from support import diary
from support.ward import open_ward

FORMS = len(diary.FORMS)


def test_a_private_window_says_what_it_is_and_loses_nothing_while_it_is_open(
    playwright: Playwright, tmp_path: Path
) -> None:
    with (
        open_ward(tmp_path) as ward,
        running("private firefox", playwright, tmp_path / "p") as window,
    ):
        study = ward.publish(diary.study("diary", diary.FORMS, diary.DAYS), diary.forms())
        her = Walker(window, ward, study)
        her.come_in(FORMS)
        her.sees("This window keeps nothing once it is closed.")

        # Without a network, and after loading the page anew: the window itself keeps everything.
        ward.line.is_cut = True
        her.open()
        her.tap("Start")
        her.finish()
        her.sees("Your answers are only in this window. Keep this page open.")
        her.open()
        her.sees("1 questionnaire not sent yet")
        her.sees("Keep this page open.")
        assert ward.responses(her.code) == []
        her.find_network()
        her.until(lambda: len(ward.responses(her.code)) == 1, "the answers have arrived")
        her.sees("Receipt")

        # Once it is closed only the team knows; a new code brings her back to where she was.
        her.tap("Start")
        asked = her.answer(3)
        her.sees("and with the study team")
        with window.ended():
            new_code = ward.replace_phone(her.code)
        her.open()
        her.sees("Welcome")
        her.enter(new_code)
        her.tap("Go on")
        assert her.answer(0) == (0, asked[1])
