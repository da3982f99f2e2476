"""The same journeys in Chromium, Firefox and WebKit: no answer is lost, none arrives twice.

One clinic for all of them, in this process, so that its network can be cut under the browser's
feet, its API can fall ill, and thirty days can pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Playwright

from e2e.browsers import ENGINES, WIPE, Engine, running
from e2e.walker import Walker
from support import diary
from support.ward import Ward, open_ward

FORMS = len(diary.FORMS)
QUESTIONS = 5
CANARY = "heron-feather-canary"


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    with open_ward(tmp_path_factory.mktemp("ward")) as ward:
        yield ward


@pytest.fixture(scope="module")
def study(ward: Ward) -> str:
    return ward.publish(diary.study("diary", diary.FORMS, diary.DAYS), diary.forms())


@pytest.fixture(scope="module", params=ENGINES)
def engine(
    request: pytest.FixtureRequest, playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    with running(request.param, playwright, tmp_path_factory.mktemp(request.param)) as engine:
        yield engine


# The longest ones, in the slowest engine, wait for the night.
LONG = pytest.mark.parametrize(
    "engine",
    [pytest.param(one, marks=pytest.mark.nightly if one == "webkit" else ()) for one in ENGINES],
    indirect=True,
    scope="module",
)


@pytest.fixture
def her(engine: Engine, ward: Ward, study: str) -> Iterator[Walker]:
    """Somebody who has just enrolled; the network and the clock are as they were afterwards."""
    walker = Walker(engine, ward, study)
    walker.come_in(FORMS)
    began = ward.clock.now()
    yield walker
    ward.line.well()
    ward.clock.moment = began


def test_begun_and_finished_without_a_network_a_form_arrives_once(her: Walker) -> None:
    her.ward.line.is_cut = True
    her.open()
    her.tap("Start")
    assert her.answer() == (QUESTIONS, "Check your answers")
    her.finish()
    her.sees("Your answers are safe on this phone.")
    assert her.ward.responses(her.code) == []

    her.find_network()
    her.sees("The study team has your answers.")
    [stored] = her.ward.responses(her.code)
    assert stored.disposition == "in_window"


def test_sent_again_for_want_of_an_answer_a_form_is_there_once(her: Walker) -> None:
    line = her.ward.line
    her.tap("Start")
    line.swallows = True
    her.finish()
    her.sees("Your answers are safe on this phone.")
    her.until(lambda: len(her.ward.responses(her.code)) == 1, "the answers have arrived")
    line.asked.clear()
    line.swallows = False
    her.open()
    her.sees("Receipt")
    assert [one for one in line.asked if one.startswith("PUT /api/me/responses/")]
    assert len(her.ward.responses(her.code)) == 1


def test_ended_in_the_middle_the_app_goes_on_where_it_was(her: Walker) -> None:
    her.ward.line.is_cut = True
    her.open()
    her.tap("Start")
    asked = her.answer(3)
    her.would_go_on_at(asked[1])
    with her.engine.ended():
        assert her.ward.responses(her.code) == []

    her.open()
    her.tap("Go on")
    her.sees("We have kept your answers.")
    assert her.answer(0) == (0, asked[1])
    her.finish()
    her.sees("Your answers are safe on this phone.")
    her.find_network()
    her.sees("The study team has your answers.")
    [stored] = her.ward.responses(her.code)
    assert len(stored.answers) == QUESTIONS


def test_what_the_team_had_is_not_lost_with_the_phones_storage(her: Walker) -> None:
    her.tap("Start")
    asked = her.answer(3)
    her.sees("Saved on this phone and with the study team")
    her.engine.evaluate(WIPE)

    her.open()
    her.tap("Go on")
    assert her.answer(0) == (0, asked[1])
    her.finish()
    her.sees("The study team has your answers.")
    [stored] = her.ward.responses(her.code)
    assert len(stored.answers) == QUESTIONS


def test_an_app_that_the_phone_has_cleared_away_comes_back_with_the_next_visit(
    her: Walker,
) -> None:
    kept = (
        "Promise.all([caches.keys().then((all) => all.length), caches.match('/')])"
        ".then(([all, page]) => [all, !!page])"
    )
    clear = "caches.keys().then((all) => Promise.all(all.map((name) => caches.delete(name))))"
    her.engine.evaluate(clear)
    assert her.engine.evaluate(kept) == [0, False]
    her.open()
    her.until(lambda: her.engine.evaluate(kept) == [1, True], "the app is on the phone again")
    her.ward.line.is_cut = True
    her.open()
    her.sees("Hello")


def test_a_phone_whose_session_was_ended_sends_after_a_new_code(her: Walker) -> None:
    her.tap("Start")
    her.answer(2)
    new_code = her.ward.replace_phone(her.code)
    her.finish()
    her.sees("This phone needs a new code to send them.")
    assert her.ward.responses(her.code) == []

    her.enter(new_code)
    her.until(lambda: len(her.ward.responses(her.code)) == 1, "the answers have arrived")
    her.sees("Receipt")


@LONG
def test_thirty_days_without_the_study_and_two_new_versions_of_the_app(her: Walker) -> None:
    line, days = her.ward.line, list(diary.DAYS)
    enrolled = her.ward.clock.now()
    for version, day in enumerate(days):
        her.ward.clock.moment = enrolled + timedelta(days=day)
        # Her phone gets new versions of the app on the way, but never an answer of the study.
        line.version, line.is_cut, line.in_trouble = min(version, 2), False, True
        her.open()
        her.until(lambda: her.engine.evaluate(_VERSIONS) == [1, line.version], "it is there")
        her.open("#/more")
        her.sees(f"App version 0.1.{line.version}")
        line.is_cut = True
        her.set_clock_ahead(day)
        her.tap("Back")
        for form in range(FORMS):
            her.tap("Start" if form == 0 else f"Next: {_title(form)}")
            her.finish()
            her.sees("Your answers are safe on this phone.")
    assert her.ward.responses(her.code) == []

    her.find_network()
    her.until(lambda: len(her.ward.responses(her.code)) == 12, "all twelve have arrived")
    stored = her.ward.responses(her.code)
    assert {one.disposition for one in stored} == {"in_window"}
    assert [one.authored_at for one in stored] == sorted(one.authored_at for one in stored)
    her.open()
    her.set_clock_ahead(days[-1])
    her.sees("There is nothing to do today.")


# How many versions of the app lie on the phone, and the number of the one that runs.
_VERSIONS = """caches.keys().then((all) => [
  all.length, /^shell-0{10}/.test(all[0]) ? parseInt(all[0].slice(-12), 16) : 0,
])"""


def _title(form: int) -> str:
    return f"Your {diary.FORMS[form]}"


@LONG
def test_the_kill_switch_brings_the_pages_back_from_the_server(her: Walker) -> None:
    her.ward.line.is_cut = True
    her.open()
    her.tap("Start")
    her.answer(2)
    her.ward.line.is_cut, her.ward.line.killed = False, True
    her.open()
    registered = "navigator.serviceWorker.getRegistrations().then((all) => all.length)"
    cached = "caches.keys().then((all) => all.length)"
    her.until(
        lambda: [her.engine.evaluate(one) for one in (registered, cached)] == [0, 0],
        "worker and caches are gone",
    )
    her.ward.line.asked.clear()
    her.open()
    her.sees("Go on")
    assert "GET /" in her.ward.line.asked


# What a page of this origin still finds: databases, text in local storage.
_LEFT = """indexedDB.databases().then((all) => [
  ...all.map((one) => one.name), ...Object.keys(localStorage).filter((one) => one !== "text-size"),
])"""


def test_after_signing_out_nothing_readable_is_left_on_the_disk(her: Walker) -> None:
    her.tap("Start")
    assert her.answer(words=CANARY) == (QUESTIONS, "Check your answers")
    her.sees("and with the study team")
    her.open("#/more")
    her.tap("Sign out and clear this phone")
    her.tap("Yes, clear this phone")
    her.sees("Welcome")
    her.until(lambda: her.engine.evaluate(_LEFT) == [], "the page finds nothing any more")
    with her.engine.ended():
        written = [path.read_bytes() for path in her.engine.folder.rglob("*") if path.is_file()]
    host = her.origin.removeprefix("http://").encode()
    assert any(host in content for content in written) is her.engine.keeps
    for words in (CANARY.encode(), CANARY.encode("utf-16-le")):
        assert not any(words in content for content in written)
