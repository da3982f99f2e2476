"""The clinic's tablet, from the coordinator's button to the receipt, and then nothing any more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    Page,
    Playwright,
    expect,
)
from sqlalchemy import select

from e2e.accessibility import faults
from e2e.browsers import running
from e2e.clinic_tablet import (
    EMAIL,
    KEPT,
    NOTHING,
    PASSWORD,
    TALL,
    begin,
    desk,
    fill_in,
    hand_over,
    labels,
    press,
    send,
    steps,
    tab_to,
    tablet,
    type_code,
)
from e2e.phone import answer
from e2e.walker import Walker
from sayso.domain.audit import Actor
from sayso.services import accounts
from sayso.store.engine import transaction
from sayso.store.tables import site
from support import diary
from support.require import program
from support.ward import Ward, open_ward

Picture = Callable[..., None]
CANARY = "heron-feather-canary"


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    with open_ward(tmp_path_factory.mktemp("ward")) as ward:
        yield ward


@pytest.fixture(scope="module")
def study(ward: Ward) -> str:
    """Three short questionnaires, open today; Ann is their coordinator."""
    key = ward.publish(diary.study("diary", diary.FORMS, diary.DAYS), diary.forms())
    actor, now = Actor("command"), ward.clock.now()
    with transaction(ward.engine) as connection:
        places = list(connection.scalars(select(site.c.id)))
        made = accounts.invite(connection, actor, EMAIL, "coordinator", places, ward.keyring, now)
        accounts.accept(connection, actor, made.token, "Ann Lee", PASSWORD, ward.keyring, now)
    return key


@pytest.fixture
def began(ward: Ward) -> Iterator[None]:
    """The clock and the network are afterwards as they were."""
    moment = ward.clock.now()
    yield
    ward.clock.moment = moment
    ward.line.well()


def test_from_the_coordinators_button_to_the_receipt(
    chromium: Browser, ward: Ward, study: str, picture: Picture
) -> None:
    """She is the originator, with a code of her own; nothing is left when she gives it back."""
    person, _ = ward.enrol(study)
    with desk(chromium, ward) as console, tablet(chromium) as page:
        console.goto(f"{ward.origin}/console/#/{study}/participants/{person}")
        code = _code_on_screen(console, picture)
        type_code(page, f"{ward.origin}/tablet", code, picture)
        assert person not in page.locator("body").inner_text()
        receipts = _answer_everything(page, picture)
        _nothing_is_left(page, receipts)

        page.goto(f"{ward.origin}/tablet#{code}")
        page.get_by_role("button", name="Begin").click()
        expect(page.get_by_text(re.compile("^This code did not work"))).to_be_visible()

        stored = ward.responses(person)
        assert {(one.mode, one.assistance, one.originator) for one in stored} == {
            ("clinic_tablet", "read_aloud", "participant")
        }
        assert labels(ward, [one.device_id for one in stored]) == {"Clinic tablet"}
        assert steps(ward, person) == ["handover.started", "handover.taken", "handover.finished"]

        expect(console.get_by_text("Everything is answered and sent.")).to_be_visible()
        expect(console.locator(".lights").get_by_text(receipts[0])).to_be_visible()
        line = console.get_by_role("listitem").filter(has_text="Clinic tablet handed over by Ann")
        expect(line).to_contain_text("all answered")
        picture(console, "console-tablet-back-desk")
        console.goto(f"{ward.origin}/console/#/{study}/today")
        row = console.get_by_role("row").filter(has_text=receipts[2])
        expect(row).to_contain_text(person)
        assert faults(console) == []


def _code_on_screen(console: Page, picture: Picture) -> str:
    """Two taps, and the code stands there."""
    console.get_by_role("button", name="Hand over a tablet").click()
    console.get_by_role("button", name="Show the code").click()
    found = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", console.locator(".enrolment-code").inner_text())
    assert found
    expect(console.get_by_text("Works once, for 10 minutes more.")).to_be_visible()
    expect(console.get_by_role("img", name=re.compile("QR picture"))).to_be_visible()
    assert faults(console) == []
    picture(console, "console-tablet-code-desk")
    return found[0]


def _answer_everything(page: Page, picture: Picture) -> list[str]:
    """One questionnaire after another, up to the receipts on the last page."""
    fill_in(page)
    picture(page, "tablet-review")
    send(page)
    expect(page.get_by_role("link", name=re.compile("somebody helped you"))).to_be_visible()
    assert faults(page) == []
    page.get_by_label("Yes, somebody read it to me").check(force=True)
    send(page)
    for left in (2, 1):
        expect(page.get_by_text(re.compile(f"{left} questionnaires? to go"))).to_be_visible()
        fill_in(page, "Next:")
        send(page)
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    expect(page.get_by_text("Please give the tablet back.")).to_be_visible()
    assert faults(page) == []
    picture(page, "tablet-thanks")
    receipts: list[str] = page.locator(".receipts li").all_inner_texts()
    assert len(receipts) == 3
    return receipts


def _nothing_is_left(page: Page, receipts: list[str]) -> None:
    """No cookie, no storage, and nothing behind the back button."""
    assert page.evaluate(KEPT) == NOTHING
    assert page.context.cookies() == []
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    page.go_back()
    assert "Check your answers" not in page.content()
    assert receipts[0] not in page.content()


def test_on_her_very_screen_nothing_of_the_staff_can_be_reached(
    chromium: Browser, ward: Ward, study: str
) -> None:
    person, _ = ward.enrol(study)
    with desk(chromium, ward) as page:
        other = page.context.new_page()
        other.goto(f"{ward.origin}/console/#/{study}/participants/{person}")
        expect(other.get_by_role("heading", name=person)).to_be_visible()
        page.goto(f"{ward.origin}/console/#/{study}/participants/{person}")
        taps = ("Hand over a tablet", "Show the code", "Use this very screen", "Begin")
        for name in taps:
            page.get_by_role("button", name=name).click()
        expect(page.get_by_role("heading", name="Hello")).to_be_visible()
        assert [one["name"] for one in page.context.cookies()] == ["sayso-tablet"]

        # The other window shows nobody any more, and the API has nothing to say from here.
        expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
        expect(other.get_by_text("handed to a participant")).to_be_visible()
        assert person not in other.content()
        for path in (f"studies/{study}/participants/{person}", f"studies/{study}/today"):
            said = page.context.request.get(f"{ward.origin}/api/{path}")
            assert (said.status, said.json()["slug"]) == (403, "tablet-in-hand")
        page.go_back()
        assert person not in page.content()
        page.goto(f"{ward.origin}/console/")
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()

        # Whoever of the staff signs in has the tablet back.
        page.get_by_label("E-mail").fill(EMAIL)
        page.get_by_label("Password").fill(PASSWORD)
        page.locator("button[type=submit]").click()
        expect(page.get_by_role("heading", name="Today")).to_be_visible()
        assert [one["name"] for one in page.context.cookies()] == ["sayso-staff"]
        page.goto(f"{ward.origin}/tablet")
        expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
        assert steps(ward, person)[-1] == "handover.left"


def test_nobody_touches_it_and_what_was_answered_is_still_there(
    chromium: Browser, ward: Ward, study: str, began: None, picture: Picture
) -> None:
    person, _ = ward.enrol(study)
    with tablet(chromium) as page:
        page.clock.install()
        begin(page, ward, hand_over(ward, study, person))
        page.get_by_role("button", name="Start").click()
        expect(page.get_by_text("Question 1 of 5")).to_be_visible()
        answer(page.locator("main"))
        page.clock.run_for(2000)
        expect(page.get_by_text("Saved with the study team")).to_be_visible()
        page.clock.run_for(243_000)
        expect(page.get_by_role("dialog", name="Are you still there?")).to_be_visible()
        assert faults(page) == []
        picture(page, "tablet-still")
        page.get_by_role("button", name="I am still here").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.clock.run_for(241_000)
        expect(page.get_by_role("dialog")).to_be_visible()
        ward.clock.moment += timedelta(minutes=5)
        page.clock.run_for(60_000)
        expect(page.get_by_text("Nobody touched the tablet for five minutes.")).to_be_visible()
        expect(page.get_by_text("What was answered is with the study team.")).to_be_visible()
        assert faults(page) == []
        picture(page, "tablet-over")

        expect(page.locator("main h1")).to_have_text("This has ended")
        page.get_by_role("button", name="Type a new code").click()
        expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
        assert page.context.cookies() == []

        begin(page, ward, hand_over(ward, study, person))
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_text("We have kept your answers.")).to_be_visible()


def test_the_server_alone_decides_when_it_is_over(
    chromium: Browser, ward: Ward, study: str, began: None
) -> None:
    """The tablet's own clock stands still, as on a device that slept."""
    person, _ = ward.enrol(study)
    with tablet(chromium) as page:
        begin(page, ward, hand_over(ward, study, person))
        page.get_by_role("button", name="Start").click()
        expect(page.get_by_text("Question 1 of 5")).to_be_visible()
        ward.clock.moment += timedelta(minutes=5)
        answer(page.locator("main"))
        expect(page.get_by_text("nobody touched it for five minutes")).to_be_visible()
        expect(page.get_by_text("Some answers have not reached")).to_be_visible()
        assert page.context.cookies() == []

        # The one answer that came too late is joined with the rest under the next code.
        page.get_by_role("button", name="Type a new code").click()
        page.get_by_label("Your code").fill(hand_over(ward, study, person))
        page.get_by_role("button", name="Begin").click()
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_text("Saved with the study team")).to_be_visible()


def test_a_lost_network_loses_no_answer(
    chromium: Browser, ward: Ward, study: str, began: None, picture: Picture
) -> None:
    person, _ = ward.enrol(study)
    with tablet(chromium) as page:
        begin(page, ward, hand_over(ward, study, person))
        ward.line.is_cut = True
        page.get_by_role("button", name="Start").click()
        expect(page.get_by_text("This one cannot be opened just now.")).to_be_visible()
        ward.line.is_cut = False
        fill_in(page)
        ward.line.is_cut = True
        page.get_by_label("No", exact=True).check(force=True)
        send(page)
        expect(page.get_by_text("Your answers are on this page.")).to_be_visible()
        assert faults(page) == []
        picture(page, "tablet-offline")
        assert ward.responses(person) == []
        ward.line.is_cut = False
        page.evaluate("dispatchEvent(new Event('online'))")
        expect(page.get_by_text("2 questionnaires to go")).to_be_visible()
        assert len(ward.responses(person)) == 1


VIEWS: dict[str, dict[str, Any]] = {
    "wide-and-dark": {"viewport": {"width": 1180, "height": 820}, "color_scheme": "dark"},
    "small-and-large-text": {"viewport": {"width": 320, "height": 640}},
}


@pytest.mark.parametrize("view", VIEWS)
def test_every_screen_in_other_sizes_and_colours(
    chromium: Browser, ward: Ward, study: str, view: str, picture: Picture
) -> None:
    person, _ = ward.enrol(study)
    with tablet(chromium, **VIEWS[view]) as page:
        if view == "small-and-large-text":
            # Twice the size, as a person may set it in the browser.
            page.add_init_script(
                "addEventListener('DOMContentLoaded',"
                " () => { document.documentElement.style.fontSize = '200%' })"
            )
        page.goto(f"{ward.origin}/tablet")
        expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
        assert faults(page) == []
        page.goto("about:blank")
        begin(page, ward, hand_over(ward, study, person))
        assert faults(page) == []
        page.get_by_role("button", name="Stop and give").click()
        assert faults(page) == []
        picture(page, f"tablet-stop-{view}")
        page.get_by_role("button", name="No, go on").click()
        page.get_by_role("button", name="Start").click()
        page.get_by_role("button", name="Next").click()
        page.get_by_role("alert").wait_for()
        assert faults(page) == []
        picture(page, f"tablet-question-{view}")
        page.get_by_role("link", name="Pause and go home").click()
        page.get_by_role("button", name="Stop and give").click()
        page.get_by_role("button", name="Yes, give it back").click()
        expect(page.get_by_text("Please give the tablet back.")).to_be_visible()
        assert faults(page) == []


def test_nothing_is_left_on_the_disk(
    playwright: Playwright, ward: Ward, study: str, tmp_path: Path
) -> None:
    person, _ = ward.enrol(study)
    profile = tmp_path / "profile"
    context = playwright.chromium.launch_persistent_context(
        profile, executable_path=program("chromium"), viewport=TALL
    )
    page = context.new_page()
    begin(page, ward, hand_over(ward, study, person))
    fill_in(page, note=f"{CANARY} every night")
    expect(page.get_by_text("Saved with the study team")).to_be_visible()
    page.get_by_label("No", exact=True).check(force=True)
    send(page)
    page.get_by_role("button", name="Stop and give").click()
    page.get_by_role("button", name="Yes, give it back").click()
    expect(page.get_by_text("Please give the tablet back.")).to_be_visible()
    context.close()

    assert CANARY in str(ward.responses(person)[0].answers)
    written = [path for path in profile.rglob("*") if path.is_file()]
    assert len(written) > 20
    needles = [CANARY.encode(), CANARY.encode("utf-16-le"), person.encode()]
    assert [path for path in written if any(one in path.read_bytes() for one in needles)] == []


def test_the_whole_way_with_a_keyboard_alone(chromium: Browser, ward: Ward, study: str) -> None:
    person, _ = ward.enrol(study)
    with tablet(chromium) as page:
        page.goto(f"{ward.origin}/tablet#{hand_over(ward, study, person)}")
        press(page, "Begin")
        press(page, "Start")
        heading = page.locator("main h1")
        for question in range(5):
            expect(page.get_by_text(f"Question {question + 1} of 5")).to_be_visible()
            asked = heading.inner_text()
            tab_to(page, "input")
            what = page.evaluate("document.activeElement.type")
            page.keyboard.press("Space") if what == "radio" else page.keyboard.type("3")
            press(page, "Next")
            expect(heading).not_to_have_text(asked)
        tab_to(page, "input[name=help]")
        page.keyboard.press("Space")
        press(page, "Confirm and send")
        expect(page.get_by_text("2 questionnaires to go")).to_be_visible()


def test_the_same_way_in_webkit(
    playwright: Playwright, ward: Ward, study: str, tmp_path: Path
) -> None:
    """The engine of every browser on an iPad."""
    with running("webkit", playwright, tmp_path / "webkit") as engine:
        her = Walker(engine, ward, study, ward.enrol(study)[0], ward.origin)
        her.open(f"tablet#{hand_over(ward, study, her.code)}")
        her.tap("Begin")
        her.sees("There are 3 questionnaires")
        her.tap("Start")
        assert her.answer() == (5, "Check your answers")
        engine.evaluate("document.getElementById('help-0').click()")
        her.tap("Confirm and send")
        for title in ("Your noon", "Your evening"):
            her.tap(f"Next: {title}")
            her.answer()
            her.tap("Confirm and send")
        her.sees("Please give the tablet back.")
        assert engine.evaluate(KEPT) == NOTHING
        her.open("api/tablet")
        her.sees("sign-in-needed")
        her.open(f"tablet#{hand_over(ward, study, ward.enrol(study)[0])}")
        her.tap("Begin")
        her.sees("Hello")
        her.open("console/")
        her.sees("This screen was handed to a participant.")
    assert {one.mode for one in ward.responses(her.code)} == {"clinic_tablet"}
