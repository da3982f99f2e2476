"""Whatever happens to the phone, the network or the session: what was answered arrives, once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, Playwright, expect

from e2e import kinds
from e2e.phone import Phone, answer
from support.require import program
from support.ward import Ward, open_ward

RECEIPT = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{2}")
CANARY = "heron-feather-canary"
DELETED = """new Promise((done) => {
  const request = indexedDB.deleteDatabase("sayso");
  request.onsuccess = () => done("gone");
  request.onblocked = () => done("held");
})"""
# The same worker under another address is a new version to the browser.
NEWER_WORKER_WAITS = """async () => {
  const trusted = trustedTypes.createPolicy("test", { createScriptURL: (address) => address });
  const address = trusted.createScriptURL("/sw.js?newer");
  const registration = await navigator.serviceWorker.register(address);
  const worker = registration.installing ?? registration.waiting;
  while (worker.state === "installing")
    await new Promise((changed) => worker.addEventListener("statechange", changed, { once: true }));
}"""


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    with open_ward(tmp_path_factory.mktemp("ward")) as ward:
        yield ward


@pytest.fixture(scope="module")
def study(ward: Ward) -> str:
    return kinds.publish(ward)


@pytest.fixture
def phone(playwright: Playwright, chromium: Browser, ward: Ward) -> Iterator[Phone]:
    phone = Phone(chromium, playwright.devices["Pixel 7"], ward.origin)
    yield phone
    phone.close()


def answer_some(page: Page, number: int) -> str:
    """Answer so many questions; the heading of the one that comes next."""
    for _ in range(number):
        asked = page.locator("main h1").inner_text()
        answer(page.locator("main"))
        page.get_by_role("button", name="Next").click()
        expect(page.locator("main h1")).not_to_have_text(asked)
    return page.locator("main h1").inner_text()


@pytest.fixture
def ready(ward: Ward, study: str, phone: Phone) -> Phone:
    """A phone that has enrolled and has the app and its forms on it."""
    phone.enrol(ward.enrol(study)[1])
    phone.keep_app()
    return phone


# A browser that lets this page keep nothing: no database, and no worker that could hold the app.
FORGETFUL = """delete Navigator.prototype.serviceWorker;
IDBFactory.prototype.open = () => { throw new DOMException("Not in here.", "SecurityError"); };"""
WARNING = "This window keeps nothing once it is closed."


def test_a_window_that_keeps_nothing_says_so_and_the_answers_arrive(
    ward: Ward, study: str, phone: Phone
) -> None:
    phone.context.add_init_script(FORGETFUL)
    code, sign_in = ward.enrol(study)
    phone.enrol(sign_in)
    page = phone.page
    expect(page.get_by_text(WARNING)).to_be_visible()
    phone.start()
    asked = answer_some(page, 2)
    expect(page.get_by_text("Saved with the study team")).to_be_visible()
    # Nothing is left here, and the team's copy brings her back to where she was.
    page.goto("about:blank")
    page.goto(phone.origin)
    page.get_by_role("link", name="Go on").click()
    expect(page.locator("main h1")).to_have_text(asked)
    phone.answer_all()
    phone.send()
    expect(page.locator(".receipt-code")).to_have_text(RECEIPT)
    [stored] = ward.responses(code)
    assert len(stored.answers) == kinds.QUESTIONS


def test_a_draft_whose_database_was_deleted_is_kept_by_leaving_the_page(ready: Phone) -> None:
    """Without a network, and with no further answer that would write it anew."""
    ready.start()
    page = ready.page
    asked = answer_some(page, 3)
    expect(page.get_by_text("and with the study team")).to_be_visible()
    ready.lose_network()
    assert page.evaluate(DELETED) == "gone"
    page.get_by_role("link", name="Pause and go home").click()
    expect(page.get_by_role("link", name="Go on")).to_be_visible()

    page.close()
    ready.page = ready.context.new_page()
    ready.page.goto(ready.origin)
    ready.page.get_by_role("link", name="Go on").click()
    expect(ready.page.locator("main h1")).to_have_text(asked)
    expect(ready.page.get_by_text("We have kept your answers.")).to_be_visible()


def test_a_page_that_alone_holds_answers_is_not_left_without_being_asked(
    ward: Ward, study: str, phone: Phone
) -> None:
    page, asked = phone.page, []
    storage = phone.context.new_cdp_session(page)
    storage.send("Storage.overrideQuotaForOrigin", {"origin": phone.origin, "quotaSize": 1})
    phone.enrol(ward.enrol(study)[1])
    phone.start()
    phone.lose_network()
    answer(page.locator("main"))
    expect(page.get_by_role("alert")).to_contain_text("This phone cannot save.")

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    with page.expect_event("dialog"):
        page.evaluate("setTimeout(() => location.assign('/nowhere'), 0)")
    assert asked == ["beforeunload"]
    expect(page.get_by_role("alert")).to_contain_text("This phone cannot save.")
    phone.find_network()
    expect(page.get_by_text("Saved with the study team")).to_be_visible()
    page.goto("about:blank")
    assert asked == ["beforeunload"]


def test_answers_wait_for_a_new_code_when_the_session_has_ended(ward: Ward, ready: Phone) -> None:
    ready.start()
    ready.answer_all()
    ready.context.clear_cookies()
    ready.send()
    expect(ready.page.get_by_text("This phone needs a new code to send them.")).to_be_visible()
    ready.page.get_by_role("link", name="Go home").click()
    expect(ready.page.get_by_text("1 questionnaire not sent yet")).to_be_visible()

    new = ward.replace_phone(_study_code(ready.page))
    ready.page.goto(f"{ready.origin}/#/code")
    ready.page.get_by_label("Your code").fill(new)
    ready.page.get_by_role("button", name="Begin").click()
    expect(ready.page.get_by_text(re.compile("Receipt [0-9A-Z]{4}-"))).to_be_visible()


def _study_code(page: Page) -> str:
    page.goto(page.url.split("#")[0] + "#/more")
    found = re.search(r"S1-\d+", page.locator("main").inner_text())
    assert found
    return found[0]


def test_a_server_in_trouble_only_delays(ready: Phone) -> None:
    ready.start()
    ready.answer_all()
    trouble = re.compile("/api/me")
    ready.context.route(trouble, lambda route: route.fulfill(status=503, body="<h1>Later</h1>"))
    ready.send()
    expect(ready.page.get_by_text("Your answers are safe on this phone.")).to_be_visible()
    ready.context.unroute(trouble)
    ready.page.evaluate("dispatchEvent(new Event('online'))")
    expect(ready.page.locator(".receipt-code")).to_have_text(RECEIPT)


def test_a_full_phone_says_so_and_the_answers_reach_the_team(
    ward: Ward, study: str, phone: Phone
) -> None:
    """The refusal is the browser's own: it gives this app no room at all."""
    code, sign_in = ward.enrol(study)
    page = phone.page
    storage = phone.context.new_cdp_session(page)
    storage.send("Storage.overrideQuotaForOrigin", {"origin": phone.origin, "quotaSize": 1})
    phone.enrol(sign_in)
    phone.start()
    answer(page.locator("main"))
    expect(page.get_by_role("alert")).to_contain_text("This phone cannot save.")
    expect(page.get_by_text("Saved with the study team")).to_be_visible()

    phone.answer_all()
    phone.lose_network()
    phone.send()
    expect(page.get_by_role("alert")).to_contain_text("Keep this page open.")
    assert ward.responses(code) == []
    phone.find_network()
    expect(page.locator(".receipt-code")).to_have_text(RECEIPT)
    [stored] = ward.responses(code)
    assert len(stored.answers) == kinds.QUESTIONS


def test_a_database_deleted_under_the_open_app_costs_nothing(ward: Ward, ready: Phone) -> None:
    """Once while a question is answered, and once when all is finished and waits for a network."""
    page = ready.page
    code = _study_code(page)
    page.get_by_role("link", name="Back").click()
    ready.start()
    answer_some(page, 4)
    ready.lose_network()
    assert page.evaluate(DELETED) == "gone"
    ready.answer_all()
    ready.send()
    expect(page.get_by_text("Your answers are safe on this phone.")).to_be_visible()
    assert page.evaluate(DELETED) == "gone"
    ready.find_network()
    expect(page.locator(".receipt-code")).to_have_text(RECEIPT)
    [stored] = ward.responses(code)
    assert len(stored.answers) == kinds.QUESTIONS


def test_of_two_windows_only_one_writes(ready: Phone) -> None:
    ready.start()
    asked = answer_some(ready.page, 2)
    other = ready.context.new_page()
    other.goto(ready.page.url)
    expect(other.get_by_role("heading", name="Open in another window")).to_be_visible()
    other.get_by_role("button", name="Go on in this window").click()
    expect(other.locator("main h1")).to_have_text(asked)
    expect(ready.page.get_by_role("heading", name="Open in another window")).to_be_visible()


def test_a_new_version_of_the_app_waits_until_nothing_is_being_answered(ready: Phone) -> None:
    ready.start()
    answer_some(ready.page, 1)
    ready.page.evaluate(NEWER_WORKER_WAITS)
    ready.page.evaluate("window.sameDocument = true")
    answer_some(ready.page, 2)
    assert ready.page.evaluate("window.sameDocument") is True

    with ready.page.expect_event("load"):
        ready.page.get_by_role("link", name="Pause and go home").click()
    assert ready.page.evaluate("window.sameDocument") is None
    expect(ready.page.get_by_role("link", name="Go on")).to_be_visible()


def test_nothing_readable_is_left_on_the_disk(
    ward: Ward, study: str, playwright: Playwright, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    context = playwright.chromium.launch_persistent_context(
        profile, executable_path=program("chromium"), viewport={"width": 360, "height": 740}
    )
    page = context.new_page()
    page.goto(f"{ward.origin}/enrol#{ward.enrol(study)[1]}")
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("link", name="Start").click()
    while page.locator("main textarea").count() == 0:
        answer_some(page, 1)
    page.locator("main textarea").fill(f"{CANARY} every night")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("main textarea")).to_have_count(0)
    answer_some(page, 2)
    page.get_by_role("heading", name="Check your answers").wait_for()
    expect(page.get_by_text("and with the study team")).to_be_visible()
    in_caches = page.evaluate(
        "(async () => { const found = []; for (const name of await caches.keys())"
        " for (const one of await (await caches.open(name)).keys()) found.push(one.url);"
        " return found })()"
    )
    assert in_caches
    assert not [url for url in in_caches if "/api/" in url]

    page.goto(f"{ward.origin}/#/more")
    page.get_by_role("button", name="Sign out and clear this phone").click()
    page.get_by_role("button", name="Yes, clear this phone").click()
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    context.close()

    written = [path for path in profile.rglob("*") if path.is_file()]
    assert any("IndexedDB" in str(path) for path in profile.rglob("*"))
    needles = [CANARY.encode(), CANARY.encode("utf-16-le")]
    found = [path for path in written if any(one in path.read_bytes() for one in needles)]
    assert found == []
