"""The main job from end to end: enrolled by code, answered without a network, counted once."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from e2e.desk import Desk
from e2e.phone import Phone

Picture = Callable[[Page, str], None]
RECEIPT = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{2}")
ANSWERED = 30


def test_a_form_answered_without_a_network_arrives_once_and_is_counted(
    desk: Desk, phone: Phone, picture: Picture
) -> None:
    desk.enrol("N-001", reads_english=True)
    picture(desk.page, "console-enrolled")
    phone.enrol(desk.code_on_screen())
    before = desk.balance()
    assert (before["open"], before["received_open"]) == (4, 0)

    phone.keep_app()
    picture(phone.page, "phone-home")
    phone.lose_network()
    phone.start()
    picture(phone.page, "phone-question")
    assert phone.answer_all() == ANSWERED
    picture(phone.page, "phone-review")
    phone.send()
    expect(phone.page.get_by_text("Your answers are safe on this phone.")).to_be_visible()
    picture(phone.page, "phone-kept")
    assert desk.balance() == before, "nothing may be counted that has not arrived"

    phone.find_network()
    expect(phone.page.get_by_text("The study team has your answers.")).to_be_visible()
    expect(phone.page.locator(".receipt-code")).to_have_text(RECEIPT)
    picture(phone.page, "phone-receipt")

    after = desk.balance()
    assert after == before | {"open": 3, "received_open": 1}
    picture(desk.page, "console-completion")
    assert desk.people_behind("received_open") == ["N-001"]
    assert desk.audit_trail("N-001")[:2] == ["Response received", "Device enrolled"]


def test_the_team_sees_scores_and_times_on_the_participants_page(
    desk: Desk, picture: Picture
) -> None:
    desk.open_participant("N-001")
    timeline = desk.page.locator("main")
    row = timeline.get_by_role("row").filter(has_text="Your health and daily life").first
    expect(row).to_contain_text("Received")
    expect(row).to_contain_text(re.compile(r"\d+ of \d+ answered"))
    picture(desk.page, "console-participant")


def test_sending_again_and_again_stores_one_response(desk: Desk, phone: Phone) -> None:
    desk.enrol("N-002", reads_english=True)
    phone.enrol(desk.code_on_screen())
    phone.keep_app()
    phone.lose_network()
    phone.start()
    phone.answer_all()
    phone.send()
    phone.find_network()
    # Start, return to view and the network's own event all try to send at the same time.
    phone.page.evaluate(
        "for (const name of ['online', 'pageshow', 'online']) dispatchEvent(new Event(name))"
    )
    expect(phone.page.get_by_text("The study team has your answers.")).to_be_visible()
    assert desk.audit_trail("N-002").count("Response received") == 1


def test_a_code_that_is_used_up_helps_without_saying_whether_it_exists(
    desk: Desk, phone: Phone
) -> None:
    phone.page.goto(f"{phone.origin}/enrol#ABCD-EFGH")
    phone.page.get_by_role("button", name="Begin").click()
    unknown = phone.page.get_by_role("alert").inner_text()
    used = _a_used_code(desk, phone)
    phone.page.goto("about:blank")
    phone.page.goto(f"{phone.origin}/enrol#{used}")
    phone.page.get_by_role("button", name="Begin").click()
    expect(phone.page.get_by_role("alert")).to_have_text(unknown)
    assert "study team" in unknown


def _a_used_code(desk: Desk, phone: Phone) -> str:
    desk.enrol("N-003", reads_english=True)
    code = desk.code_on_screen()
    context = phone.context.browser
    assert context is not None
    other = Phone(context, {}, phone.origin)
    other.enrol(code)
    other.close()
    return code
