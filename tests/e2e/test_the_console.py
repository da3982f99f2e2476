"""The console at work: every view for everybody, the keyboard alone, few presses, nothing lost."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from e2e.accessibility import COLOURS, SIZES, Look, faults, worn
from e2e.desk import ARM, EMAIL, Desk
from support.clinic import PASSWORD, STUDY, Clinic

Picture = Callable[[Page, str], None]

# The longest table there can be; it is of the same parts as the short one.
LONG = "completion?split=each&future=1"
VIEWS = (
    "today",
    "completion",
    LONG,
    "forms?measure=missing",
    "participants",
    "participants/N-301",
    "participants/N-302",
    "participants/N-301/entry",
    "print/guide/N-301",
    "print/calendar/N-301",
    "exempt",
    "enrol",
    "study",
    "instruments",
    "exports",
    "reminders",
    "audit",
)
LOOKS = (
    Look("desk", 1280),
    Look("dark", 1280, COLOURS, scheme="dark"),
    Look("forced-colours", 1280, COLOURS, forced="active"),
    Look("laptop", 1024, ()),
    Look("tablet", 820, SIZES),
    Look("phone", 360, SIZES),
)


@pytest.fixture(scope="module", autouse=True)
def people(clinic: Clinic) -> None:
    """Two people with a past: one has missed forms, the other is exempt from them."""
    for code, reading in (("N-301", "--reads-english"), ("N-302", "--no-english")):
        clinic.run(
            "participant", "enrol", STUDY, code, "--site", "N", "--arm", "stop",
            "--enrolled", clinic.days_ago(120), "--anchor", f"cessation={clinic.days_ago(115)}",
            "--zone", clinic.zone, reading,
        )  # fmt: skip


@pytest.fixture
def today(desk: Desk) -> Page:
    desk.page.goto(f"{desk.clinic.origin}/console/#/{STUDY}/today")
    expect(desk.page.get_by_role("heading", level=1, name="Today")).to_be_visible()
    expect(desk.page.get_by_role("table")).to_be_visible()
    return desk.page


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_can_be_used_by_everybody(desk: Desk, picture: Picture, view: str) -> None:
    page = desk.page
    page.goto("about:blank")
    page.goto(f"{desk.clinic.origin}/console/#/{STUDY}/{view}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    found = []
    for look in worn(page, LOOKS[:1] if view == LONG else LOOKS):
        found += [f"{look.name}: {fault}" for fault in faults(page, look.rules)]
        picture(page, f"console-{re.sub(r'[^a-z0-9]+', '-', view.lower())}-{look.name}")
    assert found == []


def test_a_questionnaire_is_seen_as_on_a_phone_and_nothing_is_kept(
    desk: Desk, picture: Picture
) -> None:
    page, sent = desk.page, []
    desk.go("Instruments")
    page.get_by_role("link", name="Preview Worry and tension").click()
    expect(page.get_by_text("Nothing that you tap here is saved or sent.")).to_be_visible()
    page.on("request", lambda request: sent.append(request.method))
    light, dark = page.locator(".phone-glass").all()
    colours = [
        phone.locator("h1").evaluate("one => getComputedStyle(one).color")
        for phone in (light, dark)
    ]
    assert colours[0] != colours[1]
    assert light.locator(".page").evaluate("one => one.clientWidth") <= 360
    assert faults(page) == []
    picture(page, "console-preview-desk")

    question = light.locator("h1").inner_text()
    light.get_by_role("radio").first.check()
    expect(dark.get_by_role("radio").first).to_be_checked()
    dark.get_by_role("button", name="Next").click()
    expect(light.locator("h1")).not_to_have_text(question)
    light.get_by_role("link", name="Back").click()
    expect(dark.locator("h1")).to_have_text(question)

    page.get_by_label("Show").select_option("All questions")
    expect(page.locator(".phone.long")).to_have_count(10)
    assert faults(page) == []
    picture(page, "console-preview-all-desk")
    assert set(sent) <= {"GET"}


def test_a_row_of_today_is_done_by_keyboard_alone(today: Page) -> None:
    rows = today.get_by_role("row")
    row = rows.filter(has_text="Reason needed").first
    act = row.get_by_role("button")
    name = act.get_attribute("aria-label")
    act.focus()
    today.keyboard.press("Enter")
    expect(today.get_by_label("Form", exact=True)).to_be_focused()
    today.keyboard.press("Tab")
    today.keyboard.type("Too ill")
    today.keyboard.press("Tab")
    expect(today.get_by_role("button", name="Save")).to_be_focused()
    today.keyboard.press("Enter")
    expect(today.get_by_text(re.compile(r"Reason recorded \(N-\d+\)"))).to_be_visible()
    expect(today.get_by_role("button", name=name or "")).to_have_count(0)
    focused = today.evaluate("document.activeElement.id || document.activeElement.tagName")
    assert focused.startswith("act-") or focused == "H1", "the next row's act has the focus"


class Presses:
    """Clicks and counts; the acts of a coordinator are measured in presses."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def button(self, name: str) -> None:
        self.count += 1
        self.page.get_by_role("button", name=name, exact=True).click()


def test_replacing_a_phone_takes_three_presses_and_shows_a_code(desk: Desk) -> None:
    desk.enrol("N-311", reads_english=True)
    first = desk.code_on_screen()
    answered = desk.context.request.post(
        f"{desk.clinic.origin}/api/device-sessions",
        data={"code": first, "device_label": "Old phone"},
        headers={"X-Sayso-Client": "participant/0"},
    )
    assert answered.status == 201
    expect(desk.page.get_by_text("The phone is enrolled: Old phone.")).to_be_visible()
    desk.open_participant("N-311")
    presses = Presses(desk.page)
    presses.button("Replace phone")
    presses.button("Sign out old phones and show a code")
    expect(desk.page.locator(".enrolment-code")).not_to_have_text(first)
    assert presses.count <= 3
    expect(desk.page.get_by_text("Phone signed out: Old phone")).to_be_visible()


def test_exempting_takes_four_presses_and_stops_the_forms(desk: Desk) -> None:
    desk.enrol("N-312", reads_english=True, cessation_days_ago=0)
    desk.open_participant("N-312")
    presses = Presses(desk.page)
    presses.button("Exempt")
    presses.button("Save")
    expect(desk.page.get_by_text("Exemption recorded.")).to_be_visible()
    assert presses.count <= 4


def test_whoever_enters_an_exemption_cannot_approve_it(desk: Desk) -> None:
    desk.open_participant("N-301")
    page = desk.page
    page.get_by_role("button", name="Exempt", exact=True).click()
    page.get_by_label("Exempt from").fill(desk.clinic.days_ago(110))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Exemption waits for a second approver").first).to_be_visible()
    page.get_by_role("button", name="Approve exemption").click()
    page.get_by_label(re.compile("I have checked")).check()
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("cannot approve it")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Decline exemption").click()
    page.get_by_label("Why").fill("Reads English well")
    page.get_by_role("button", name="Decline", exact=True).click()
    expect(page.get_by_text("Exemption declined.")).to_be_visible()


def test_two_people_at_one_record_overwrite_nothing(desk: Desk) -> None:
    desk.open_participant("N-301")
    page = desk.page
    page.get_by_role("button", name="Record contact").click()
    page.get_by_label("Outcome").select_option("no_answer")
    page.get_by_label("Note").fill("Try again on Monday")
    meanwhile = desk.context.request.post(
        f"{desk.clinic.origin}/api/studies/{STUDY}/participants/N-301/contacts",
        data={"date": desk.clinic.days_ago(1), "channel": "call", "outcome": "spoke"},
        headers={"X-Sayso-Client": "console/0"},
    )
    assert meanwhile.status == 201
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody else changed this record")
    expect(page.get_by_text("Contact: Telephone call, spoke with the person")).to_be_visible()
    expect(page.get_by_label("Note")).to_have_value("Try again on Monday")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Contact recorded.")).to_be_visible()


def test_an_entry_survives_the_end_of_the_session(desk: Desk) -> None:
    desk.open_participant("N-301")
    page = desk.page
    page.get_by_role("button", name="Record contact").click()
    page.get_by_label("Outcome").select_option("spoke")
    page.get_by_label("Note").fill("Will answer tonight")
    desk.context.clear_cookies()
    page.get_by_role("button", name="Save").click()
    again = page.get_by_role("dialog", name="Please sign in again")
    again.get_by_label("E-mail").fill(EMAIL)
    again.get_by_label("Password").fill(PASSWORD)
    again.get_by_role("button", name="Sign in").click()
    expect(again).to_have_count(0)
    expect(page.get_by_label("Note")).to_have_value("Will answer tonight")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Contact recorded.")).to_be_visible()


def test_every_number_of_a_row_opens_as_many_forms(desk: Desk) -> None:
    desk.go("Completion")
    desk.page.reload()
    table = desk.page.get_by_role("table", name=re.compile("what became of them"))
    row = table.get_by_role("row").filter(has_text="Week 12").filter(has_text=ARM)
    expect(row).to_be_visible()
    links = {
        link.get_attribute("href") or "": int(link.inner_text())
        for link in row.get_by_role("link").all()
    }
    assert links
    for target, number in links.items():
        desk.page.goto(f"{desk.clinic.origin}/console/{target}")
        forms = f"{number} {'form' if number == 1 else 'forms'},"
        expect(desk.page.get_by_role("table").get_by_text(forms)).to_be_visible()
