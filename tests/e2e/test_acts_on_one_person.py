"""Acts on one participant: few taps, and nothing that was typed is lost or overwritten."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from e2e.accessibility import COLOURS, Look, faults, worn
from e2e.desk import ARM, CESSATION, EMAIL, Desk
from e2e.handset import Handset
from e2e.office import Office, open_office
from support.clinic import PASSWORD

Picture = Callable[..., None]
BOTH = (Look("desk", 1280), Look("dark", 1280, COLOURS, scheme="dark"))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("acts")) as office:
        office.invite("cleo@clinic.example", "Cleo Chief", "coordinator", "N")
        office.enrol("N-301", 115)
        office.enrol("N-302", 84)
        yield office


@pytest.fixture(scope="module")
def desk(chromium: Browser, office: Office) -> Iterator[Desk]:
    desk = Desk(chromium, office)
    desk.sign_in()
    yield desk
    desk.context.close()


@pytest.fixture(scope="module")
def cleo(chromium: Browser, office: Office) -> Iterator[Desk]:
    """A colleague of Ann's at the same site."""
    desk = Desk(chromium, office)
    desk.sign_in("cleo@clinic.example")
    yield desk
    desk.context.close()


class Taps:
    """How often somebody presses somewhere on the page, as the page itself counts it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.evaluate(
            "() => { window.taps = 0; addEventListener('pointerdown', () => window.taps++, true) }"
        )

    @property
    def count(self) -> int:
        return int(self.page.evaluate("window.taps"))


def button(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def wrong(page: Page) -> list[str]:
    """What is wrong with the page as it stands, in light and in the dark."""
    return [
        f"{look.name}: {fault}" for look in worn(page, BOTH) for fault in faults(page, look.rules)
    ]


def test_enrolling_takes_five_taps_to_a_code_that_a_phone_can_use(
    office: Office, desk: Desk, chromium: Browser, picture: Picture
) -> None:
    desk.show("enrol")
    page = desk.page
    taps = Taps(page)
    page.get_by_label("Study code").fill("N-311")
    page.get_by_label("Arm").select_option(label=ARM)
    page.get_by_label("Enrolled on").fill(office.days_ago(90))
    page.get_by_label(CESSATION).fill(office.days_ago(84))
    page.get_by_label("Yes", exact=True).click()
    button(page, "Enrol")
    expect(page.get_by_role("heading", name=re.compile("N-311"))).to_be_visible()
    expect(page.locator("svg.qr")).to_be_visible()
    assert taps.count <= 5
    assert wrong(page) == []
    Handset(office, chromium, desk.code_on_screen())
    expect(page.get_by_text("The phone is enrolled: Phone.")).to_be_visible()
    picture(page, "console-enrolled-desk", sizes=((820, 1180),))


def test_who_does_not_read_english_is_enrolled_without_a_code(
    office: Office, desk: Desk, picture: Picture
) -> None:
    desk.show("enrol")
    button(desk.page, "Enrol")
    expect(desk.page.get_by_role("alert")).to_be_visible()
    assert wrong(desk.page) == [], "with everything that is missing listed"
    picture(desk.page, "console-enrol-wrong-desk", sizes=((820, 1180),))
    desk.enrol("N-313", reads_english=False)
    expect(desk.page.locator("svg.qr")).to_have_count(0)
    assert wrong(desk.page) == []
    picture(desk.page, "console-enrolled-exempt-desk")


def test_replacing_a_phone_takes_three_taps_and_shows_a_code(
    office: Office, desk: Desk, chromium: Browser
) -> None:
    Handset(office, chromium, office.phone_code("N-302"))
    desk.show("participants/N-302")
    taps = Taps(desk.page)
    button(desk.page, "Replace phone")
    button(desk.page, "Sign out old phones and show a code")
    expect(desk.page.locator(".enrolment-code")).to_be_visible()
    assert taps.count <= 3
    expect(desk.page.get_by_text("Phone signed out: Phone")).to_be_visible()
    Handset(office, chromium, desk.code_on_screen())


def test_exempting_takes_four_taps_and_stops_the_forms(office: Office, desk: Desk) -> None:
    office.enrol("N-312", 0, enrolled_on=office.today)
    desk.show("participants/N-312")
    taps = Taps(desk.page)
    button(desk.page, "Exempt")
    button(desk.page, "Save")
    expect(desk.page.get_by_text("Exemption recorded.")).to_be_visible()
    assert taps.count <= 4
    forms = desk.look("participants/N-312")["forms"]
    assert {form["status"] for form in forms} == {"exempt"}


def test_an_exemption_that_waits_is_declined_in_the_list_of_the_exempt(
    office: Office, desk: Desk, cleo: Desk, picture: Picture
) -> None:
    office.enrol("N-314", 115)
    said = {"reason": "LANGUAGE", "from": office.days_ago(110)}
    before = cleo.look("participants/N-314")["forms"]
    cleo.tell("participants/N-314/exemptions", said)
    desk.show("exempt")
    button(desk.page, "Look and decide: N-314")
    button(desk.page, "Decline exemption")
    assert wrong(desk.page) == []
    picture(desk.page, "console-exempt-decide-desk", sizes=((820, 1180),))
    desk.page.get_by_label("Why", exact=True).fill("Reads English well")
    button(desk.page, "Decline")
    expect(desk.page.get_by_text("Exemption declined (N-314).")).to_be_visible()
    expect(desk.page.get_by_role("button", name="Look and decide: N-314")).to_have_count(0)
    assert desk.look("participants/N-314")["forms"] == before


def test_a_date_before_everything_known_is_refused_in_words_and_what_was_typed_stays(
    office: Office, desk: Desk, picture: Picture
) -> None:
    desk.show("participants/N-302")
    page = desk.page
    button(page, "Record contact")
    page.get_by_label("Date", exact=True).fill("2001-01-01")
    page.get_by_label("Outcome").select_option("spoke")
    page.get_by_label("Note").fill("Before she was enrolled")
    button(page, "Save")
    expect(page.get_by_role("alert")).to_contain_text("Date")
    assert wrong(page) == []
    picture(page, "console-date-wrong-desk")
    page.get_by_role("alert").get_by_role("button").first.click()
    expect(page.get_by_label("Date", exact=True)).to_be_focused()
    expect(page.get_by_label("Note")).to_have_value("Before she was enrolled")
    button(page, "Cancel")


def test_an_exemption_that_ends_before_it_begins_is_refused_by_the_server_in_words(
    office: Office, desk: Desk
) -> None:
    desk.show("participants/N-302")
    page = desk.page
    before = desk.look("participants/N-302")
    button(page, "Exempt")
    page.get_by_label("Exempt from").fill(office.days_ago(1))
    page.get_by_label("Until").fill(office.days_ago(20))
    page.get_by_label("How it was found out").fill("Asked at the visit")
    button(page, "Save")
    expect(page.get_by_role("alert")).to_be_visible()
    assert wrong(page) == []
    expect(page.get_by_label("Until")).to_have_value(office.days_ago(20))
    assert desk.look("participants/N-302") == before
    button(page, "Cancel")


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


def test_two_people_at_one_record_overwrite_nothing(
    desk: Desk, cleo: Desk, picture: Picture
) -> None:
    desk.open_participant("N-301")
    page = desk.page
    page.get_by_role("button", name="Record contact").click()
    page.get_by_label("Outcome").select_option("no_answer")
    page.get_by_label("Note").fill("Try again on Monday")
    cleo.tell(
        "participants/N-301/contacts",
        {"date": desk.clinic.days_ago(1), "channel": "call", "outcome": "spoke"},
    )
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody else changed this record")
    expect(page.get_by_text("Contact: Telephone call, spoke with the person")).to_be_visible()
    assert wrong(page) == []
    picture(page, "console-conflict-desk", whole=False)
    expect(page.get_by_label("Note")).to_have_value("Try again on Monday")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Contact recorded.")).to_be_visible()
    notes = [contact["note"] for contact in desk.look("participants/N-301")["contacts"]]
    assert len(notes) == 2, "the colleague's is there as well"


def test_an_entry_survives_the_end_of_the_session(desk: Desk, picture: Picture) -> None:
    desk.open_participant("N-301")
    page = desk.page
    page.get_by_role("button", name="Record contact").click()
    page.get_by_label("Outcome").select_option("spoke")
    page.get_by_label("Note").fill("Will answer tonight")
    desk.context.clear_cookies()
    page.get_by_role("button", name="Save").click()
    again = page.get_by_role("dialog", name="Please sign in again")
    expect(again).to_be_visible()
    assert wrong(page) == []
    picture(page, "console-sign-in-again-desk", whole=False)
    again.get_by_label("E-mail").fill(EMAIL)
    again.get_by_label("Password").fill(PASSWORD)
    again.get_by_role("button", name="Sign in").click()
    expect(again).to_have_count(0)
    expect(page.get_by_label("Note")).to_have_value("Will answer tonight")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Contact recorded.")).to_be_visible()
