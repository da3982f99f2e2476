"""Today from the first row to the last, with every kind of row there is, by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Locator, expect

from e2e.accessibility import faults
from e2e.desk import Desk
from e2e.handset import Handset
from e2e.keys import Keys
from e2e.office import Office, open_office
from sayso.domain.worklist import ORDER

Picture = Callable[..., None]
# One person for each cause, and how long ago she stopped therapy: the window of week 12 is open
# from day 70 to day 98, and on day 32 nothing presses.
SILENT, UNREACHABLE, CLOSING, CALLS, TWICE = "N-101", "N-102", "N-103", "N-104", "N-105"
DOUBTED, HOLDS, WAITS, CORRECTED, TYPED = "N-106", "N-107", "N-108", "N-109", "N-110"
DAYS = {
    SILENT: 84, UNREACHABLE: 84, CLOSING: 96, CALLS: 32, TWICE: 84, DOUBTED: 100, HOLDS: 32,
    WAITS: 32, CORRECTED: 84, TYPED: 84,
}  # fmt: skip


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("today")) as office:
        office.invite("cleo@clinic.example", "Cleo Chief", "coordinator", "N")
        yield office


@pytest.fixture(scope="module")
def desk(chromium: Browser, office: Office) -> Iterator[Desk]:
    desk = Desk(chromium, office)
    desk.sign_in()
    yield desk
    desk.context.close()


@pytest.fixture(scope="module")
def causes(office: Office, desk: Desk, chromium: Browser) -> None:
    """What has happened before the list is opened."""
    for code, days in DAYS.items():
        office.enrol(code, days, email=None if code == UNREACHABLE else "her@mail.example")
    phones(office, chromium)
    cleo = Desk(chromium, office)
    cleo.sign_in("cleo@clinic.example")
    for code in DAYS:
        if code != SILENT:
            say_why_baseline_is_missing(cleo, code)
    cleo.tell(
        f"participants/{WAITS}/exemptions", {"reason": "LANGUAGE", "from": office.days_ago(20)}
    )
    typed_in(cleo, TYPED)
    propose_a_correction(cleo, CORRECTED)
    cleo.context.close()


def say_why_baseline_is_missing(who: Desk, code: str) -> None:
    for form in who.look(f"participants/{code}")["forms"]:
        if form["status"] == "missing" and form["timepoint"] == "BL":
            said = {"expected_form_id": form["id"], "reason": "no_time"}
            who.tell(f"participants/{code}/missing-reasons", said)


def propose_a_correction(who: Desk, code: str) -> None:
    """Of one of her blank answers, to the first option of a question."""
    for response in who.look(f"participants/{code}")["responses"]:
        origin, sha = who.clinic.origin, response["questionnaire_sha"]
        text = who.context.request.get(f"{origin}/api/questionnaires/{sha}").json()
        for item in text["questionnaire"]["items"]:
            if item["type"] == "choice":
                answers = {item["id"]: item["answer_options"][0]["code"]}
                said = {"answers": answers, "skipped": [], "reason": "She rang and said so"}
                who.tell(f"participants/{code}/responses/{response['id']}/corrections", said)
                return
    raise AssertionError("no questionnaire has a question with options")


def phones(office: Office, browser: Browser) -> None:
    """What the phones have told: a wish, two copies, a doubtful date, and what they hold back."""

    def phone(code: str) -> Handset:
        return Handset(office, browser, office.phone_code(code))

    phone(CALLS).ask("POST", "/api/me/call-request", {})
    with office.ago(14):
        for code in (TWICE, CORRECTED):
            hers = phone(code)
            forms = hers.forms()
            for form in forms if code == CORRECTED else [*forms, forms[0]]:
                hers.answer(form)
    with office.ago(20):
        slow = phone(DOUBTED)
        offered = slow.forms()
    for form in offered:
        slow.answer(form, slow=timedelta(days=5))
    with office.ago(3):
        phone(HOLDS).ask("PUT", "/api/me/unsent", {"forms": 2})


def typed_in(who: Desk, code: str) -> str:
    """A blank paper form; the number of what was typed in."""
    path = f"participants/{code}/entries"
    forms = who.look(path)
    number = str(uuid4())
    who.tell(
        path,
        {
            "id": number, "expected_form_id": forms["forms"][-1]["id"], "mode": "paper",
            "collected_on": who.clinic.days_ago(1), "answers": {}, "skipped": [],
        },
    )  # fmt: skip
    return number


def by_call(keys: Keys, act: Locator) -> None:
    keys.write(act.get_by_label("Outcome"), "Spoke")


def by_visit(keys: Keys, act: Locator) -> None:
    """The day and the kind of visit are filled in."""


def by_reason(keys: Keys, act: Locator) -> None:
    keys.write(act.locator("[name=reason]"), "Too ill")


def by_checking(keys: Keys, act: Locator) -> None:
    keys.to(act.get_by_role("checkbox"))
    keys.press("Space")


def by_decision(keys: Keys, act: Locator) -> None:
    keys.pick_last(act.get_by_role("group"))
    keys.write(act.locator("[name=reason]"), "Asked her")


WAYS: dict[str, Callable[[Keys, Locator], None]] = {
    "call_requested": by_call,
    "closing": by_call,
    "silent": by_call,
    "unreachable": by_call,
    "time_disputed": by_decision,
    "conflict": by_decision,
    "exemption_approval": by_checking,
    "correction": by_decision,
    "visit_due": by_visit,
    "unsent_answers": by_call,
    "reason_needed": by_reason,
}
BY_TYPING = "second_typing"


def test_every_kind_of_row_that_the_list_can_have_is_walked_here() -> None:
    assert {*WAYS, BY_TYPING} == set(ORDER)


@pytest.mark.usefixtures("causes")
def test_the_whole_list_is_worked_from_its_rows_by_keyboard_alone(
    desk: Desk, picture: Picture
) -> None:
    desk.show("today")
    page, keys = desk.page, Keys(desk.page)
    acts = page.locator("[id^=act-]")
    expect(acts.first).to_be_visible()
    seen = set()
    left = acts.count()
    keys.to(acts.first)
    while left:
        kind = page.evaluate("document.activeElement.id").split("-", 1)[1].split(":")[0]
        if kind == BY_TYPING:
            type_again(keys)
        else:
            resolve(keys, kind, picture if kind not in seen else None)
        seen.add(kind)
        left -= 1
        expect(acts).to_have_count(left)
        keys.look()
    assert seen == set(ORDER)
    expect(page.locator(".empty")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_focused()


def resolve(keys: Keys, kind: str, picture: Picture | None) -> None:
    """Open the act of the row that has the focus, fill it in, and save."""
    page = keys.page
    code = page.evaluate("document.activeElement.id").split(":")[1]
    page.keyboard.press("Enter")
    act = page.locator(".in-place .act")
    expect(act).to_be_visible()
    expect(act.locator(":focus")).to_have_count(1)
    keys.look()
    if picture:
        assert faults(page) == [], kind
        picture(page, f"console-today-{kind.replace('_', '-')}", whole=False)
    WAYS[kind](keys, act)
    keys.enter(act.locator("button[type=submit]"))
    expect(page.locator(".said")).to_contain_text(f"({code})")


def type_again(keys: Keys) -> None:
    """The paper was blank, and blank it is stored a second time; then on with the list."""
    page = keys.page
    page.keyboard.press("Enter")
    expect(page.locator(".questions > li").first).to_be_visible()
    keys.enter(page.locator("main button[type=submit]"))
    expect(page.get_by_text(re.compile("Both typings are the same"))).to_be_visible()
    keys.look()
    keys.enter(page.get_by_role("link", name="Today", exact=True))
    keys.to(page.locator("[id^=act-]").first)
