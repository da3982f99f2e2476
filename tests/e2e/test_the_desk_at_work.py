"""A day at the desk: who works here, paper typed in, corrections, amendments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from e2e.accessibility import faults
from e2e.desk import Desk
from e2e.handset import CONSOLE
from e2e.office import Office, open_office
from support.clinic import PASSWORD, STUDY
from support.house import ROOT

Picture = Callable[..., None]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("desk")) as office:
        office.invite("cleo@clinic.example", "Cleo Chief", "administrator")
        yield office


@pytest.fixture(scope="module")
def desk(chromium: Browser, office: Office) -> Iterator[Desk]:
    desk = Desk(chromium, office)
    desk.sign_in()
    yield desk
    desk.context.close()


@pytest.fixture(scope="module")
def chief(chromium: Browser, office: Office) -> Iterator[Page]:
    """An administrator, signed in on a computer of her own."""
    desk = Desk(chromium, office)
    desk.sign_in("cleo@clinic.example")
    yield desk.page
    desk.context.close()


def test_staff_and_access_for_everybody(chief: Page, desk: Desk, picture: Picture) -> None:
    chief.goto(f"{desk.clinic.origin}/console/#/{STUDY}/staff")
    expect(chief.get_by_role("row", name=re.compile("Ann Lee"))).to_be_visible()
    assert faults(chief) == []
    picture(chief, "console-staff-desk")
    chief.get_by_role("button", name="Change Ann Lee").click()
    chief.get_by_role("button", name="Role and sites").click()
    assert faults(chief) == []
    picture(chief, "console-staff-change-desk")
    chief.get_by_role("button", name="Cancel").click()


def test_invited_joined_suspended_and_shut_out(chief: Page, desk: Desk, chromium: Browser) -> None:
    chief.goto(f"{desk.clinic.origin}/console/#/{STUDY}/staff")
    chief.get_by_role("button", name="Invite somebody").click()
    chief.get_by_label("E-mail").fill("max@clinic.example")
    chief.get_by_label("Role").select_option("monitor")
    chief.get_by_label(f"{STUDY}/N North clinic").check()
    chief.get_by_role("button", name="Make the invitation").click()
    link = chief.get_by_label("Invitation link").input_value()

    browser = chromium.new_context()
    page = browser.new_page()
    page.goto(link)
    page.get_by_label("name").fill("Max Monitor")
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.locator("button[type=submit]").click()
    page.get_by_label("E-mail").fill("max@clinic.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("button[type=submit]").click()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()

    chief.reload()
    chief.get_by_role("button", name="Change Max Monitor").click()
    chief.get_by_role("button", name="Suspend").click()
    chief.get_by_label("Why").fill("Left the company")
    chief.get_by_role("region", name="Suspend Max Monitor").get_by_role(
        "button", name="Suspend"
    ).click()
    expect(chief.get_by_text("Max Monitor is suspended.")).to_be_visible()
    page.get_by_role("navigation").get_by_role("link", name="Participants").click()
    expect(page.get_by_role("dialog", name="Please sign in again")).to_be_visible()
    browser.close()


def rows_of(page: Page, kind: str, code: str) -> Locator:
    rows = page.get_by_role("row").filter(has_text=kind)
    return rows.filter(has=page.get_by_role("link", name=code, exact=True))


def test_who_died_a_minute_ago_is_called_no_more(office: Office, desk: Desk) -> None:
    """The list was open; the row's act finds that there is nothing left to do or is refused."""
    office.enrol("N-420", 96)
    page = desk.page
    page.goto("about:blank")
    page.goto(f"{desk.clinic.origin}/console/#/{STUDY}/today")
    rows_of(page, "Closing soon", "N-420").get_by_role("button").click()
    expect(page.locator(".in-place .act")).to_be_visible()
    died = desk.context.request.post(
        f"{desk.clinic.origin}/api/studies/{STUDY}/participants/N-420/events",
        data={"kind": "death", "date": desk.clinic.days_ago(0)}, headers=CONSOLE,
    )  # fmt: skip
    assert died.status == 201
    page.get_by_role("button", name="Send a reminder now").click()
    expect(page.locator(".in-place [role=status]").first).not_to_be_empty()
    page.locator(".in-place").get_by_label("Outcome").select_option("spoke")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody else changed this record")
    page.reload()
    expect(rows_of(page, "Closing soon", "N-420")).to_have_count(0)


def test_a_paper_form_is_typed_in_by_keyboard_and_survives_the_end_of_the_session(
    office: Office, desk: Desk, picture: Picture
) -> None:
    office.enrol("N-430", 84)
    page = desk.page
    page.goto(f"{desk.clinic.origin}/console/#/{STUDY}/participants/N-430/entry")
    page.get_by_label("Paper form", exact=True).check()
    page.get_by_label("Date it was given").fill(desk.clinic.days_ago(1))
    page.get_by_label("Who held the interview").select_option(label="Ann Lee")
    questions = page.locator(".questions > li")
    expect(questions.first).to_be_visible()
    questions.first.locator("input").first.focus()
    for _ in range(3):
        page.keyboard.press("1")
        page.keyboard.press("Enter")
    page.keyboard.press("-")
    typed = page.locator(".questions input:checked").count()
    assert typed >= 1
    assert faults(page) == []
    picture(page, "console-entry-desk")
    desk.context.clear_cookies()
    page.locator("button[type=submit]").last.click()
    again = page.get_by_role("dialog", name="Please sign in again")
    again.get_by_label("E-mail").fill("ann@clinic.example")
    again.get_by_label("Password").fill(PASSWORD)
    again.get_by_role("button", name="Sign in").click()
    expect(again).to_have_count(0)
    assert page.locator(".questions input:checked").count() == typed
    page.locator("button[type=submit]").last.click()
    expect(page.get_by_text(re.compile("is stored: "))).to_be_visible()


def test_a_correction_is_proposed_here_and_decided_by_a_colleague(
    desk: Desk, chief: Page, picture: Picture
) -> None:
    page = desk.page
    desk.open_participant("N-430")
    page.get_by_role("link", name=re.compile("Look at the answers")).first.click()
    expect(page.get_by_role("table")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Propose a correction").click()
    page.locator(".questions input[type=radio]").last.check()
    page.get_by_label(re.compile("Why, and how")).fill("The sheet says otherwise")
    page.get_by_role("button", name="Propose", exact=True).click()
    expect(page.get_by_text("a colleague has to decide")).to_be_visible()

    chief.goto(page.url)
    expect(chief.get_by_role("table", name="What would change")).to_be_visible()
    assert faults(chief) == []
    picture(chief, "console-correction-desk")
    chief.get_by_label(re.compile("Yes, it counts")).check()
    chief.get_by_label("Why", exact=True).fill("Seen the sheet")
    chief.get_by_role("button", name="Save").click()
    expect(chief.get_by_role("columnheader", name="As corrected")).to_be_visible()


def test_a_colleague_types_paper_again_and_the_difference_is_settled(
    office: Office, desk: Desk, chief: Page, picture: Picture
) -> None:
    """From the row of Today to the correction that the first typist decides on, by keyboard."""
    office.enrol("N-440", 84)
    typed_in(desk, "N-440")
    chief.goto("about:blank")
    chief.goto(f"{desk.clinic.origin}/console/#/{STUDY}/today")
    row = rows_of(chief, "Paper to type again", "N-440")
    row.get_by_role("link", name=re.compile("Type it again")).focus()
    chief.keyboard.press("Enter")
    expect(chief.locator(".questions > li").first).to_be_visible()
    expect(chief.locator(".questions input:checked")).to_have_count(0)
    chief.locator(".questions input").first.focus()
    chief.keyboard.press("1")
    picture(chief, "console-second-typing-desk")
    assert faults(chief) == []
    chief.locator("button[type=submit]").last.focus()
    chief.keyboard.press("Enter")
    expect(chief.get_by_role("heading", name="1 answer differs")).to_be_visible()
    chief.get_by_label(re.compile("^Second typing")).focus()
    chief.keyboard.press("Space")
    assert faults(chief) == []
    picture(chief, "console-settle-desk")
    chief.get_by_role("button", name="Settle", exact=True).focus()
    chief.keyboard.press("Enter")
    expect(chief.get_by_text("A colleague decides on the correction.")).to_be_visible()

    page = desk.page
    page.goto("about:blank")
    page.goto(f"{desk.clinic.origin}/console/#/{STUDY}/today")
    expect(rows_of(page, "Paper to type again", "N-440")).to_have_count(0)
    waiting = rows_of(page, "Correction to decide", "N-440")
    waiting.get_by_role("button").focus()
    page.keyboard.press("Enter")
    page.get_by_label(re.compile("Yes, it counts")).check()
    page.get_by_label("Why", exact=True).fill("Seen the sheet")
    page.get_by_role("button", name="Save").click()
    expect(waiting).to_have_count(0)


def typed_in(desk: Desk, code: str) -> None:
    """A blank paper form that Ann has typed in."""
    path = f"{desk.clinic.origin}/api/studies/{STUDY}/participants/{code}/entries"
    form = desk.context.request.get(path).json()["forms"][-1]
    answer = desk.context.request.post(
        path,
        data={
            "id": str(uuid4()), "expected_form_id": form["id"], "mode": "paper",
            "collected_on": desk.clinic.days_ago(1), "answers": {}, "skipped": [],
        },
        headers=CONSOLE,
    )  # fmt: skip
    assert answer.status == 201, answer.text()


def test_who_lives_far_away_gets_a_link_and_a_pin(
    office: Office, desk: Desk, picture: Picture
) -> None:
    office.enrol("N-450", 84)
    desk.open_participant("N-450")
    page = desk.page
    page.get_by_role("button", name="Enrol a phone").click()
    page.get_by_label(re.compile("Away: a link")).check()
    page.get_by_role("button", name="Show a code").click()
    assert page.get_by_label("Link to send").input_value().startswith(desk.clinic.origin)
    expect(page.locator(".pin")).to_have_text(re.compile(r"^\d{6}$"))
    assert faults(page) == []
    picture(page, "console-remote-desk")


def test_a_blank_form_prints_without_the_console_around_it(desk: Desk, picture: Picture) -> None:
    page = desk.page
    page.goto(f"{desk.clinic.origin}/console/#/{STUDY}/study")
    links = page.locator(".paper-forms a")
    expect(links.first).to_be_visible()
    for target in [link.get_attribute("href") for link in links.all()][:2]:
        page.goto(f"{desk.clinic.origin}/console/{target}")
        expect(page.locator(".blank")).to_be_visible()
        assert faults(page) == [], target
        picture(page, f"console-paper-{(target or '')[-8:]}")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation")).to_have_count(0)
    picture(page, "console-paper-print")
    page.emulate_media(media="screen")


def test_an_amendment_is_planned_before_it_is_applied(
    chief: Page, desk: Desk, picture: Picture
) -> None:
    chief.goto(f"{desk.clinic.origin}/console/#/{STUDY}/study")
    text = amended()
    chief.get_by_label("Study file (TOML)").set_input_files(
        {"name": "amended.toml", "mimeType": "application/toml", "buffer": text.encode()}
    )
    chief.get_by_role("button", name="Show the plan").click()
    expect(chief.locator(".plan-sentence")).to_contain_text("0 answered")
    assert faults(chief) == []
    picture(chief, "console-amendment-desk", whole=False)
    chief.get_by_role("button", name=re.compile("^Apply version")).click()
    expect(chief.get_by_text(re.compile("is in force"))).to_be_visible()


def amended() -> str:
    """The study with a wider window at week 24, under the next version."""
    text = (ROOT / "instruments" / "studies" / f"{STUDY}.toml").read_text("utf-8")
    version = re.search(r"^version = .*$", text, re.MULTILINE)
    assert version, "the study file has a version"
    found = text.replace(version[0], re.sub(r'"[^"]+"', '"9.9.9"', version[0], count=1), 1)
    assert found != text
    return found
