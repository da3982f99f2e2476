"""The participant app for small screens, large text, keyboards, dark rooms and forced colours."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from e2e import kinds
from e2e.accessibility import COLOURS, SIZES, faults, faults_in
from e2e.browsers import running
from e2e.phone import Phone, answer
from e2e.walker import Walker
from support.require import program
from support.ward import Ward, open_ward

SMALL = {"viewport": {"width": 320, "height": 640}}
PHONE = {"viewport": {"width": 360, "height": 740}}
VIEWS: dict[str, dict[str, Any]] = {
    "light": PHONE,
    "dark": PHONE | {"color_scheme": "dark"},
    "forced-colours": PHONE | {"forced_colors": "active"},
    "large-text": SMALL,
}
# Every rule once; then those whose verdict this look can change.
RULES = {"light": None, "dark": COLOURS, "forced-colours": COLOURS, "large-text": SIZES}
# The other screens on which pictures of the app are looked at: a large phone and a tablet.
LARGER = ((412, 915), (820, 1180))
PLACES = ("", "#/more", "#/install", "#/code", "#/form/999")


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    with open_ward(tmp_path_factory.mktemp("ward")) as ward:
        yield ward


@pytest.fixture(scope="module")
def study(ward: Ward) -> str:
    return kinds.publish(ward)


@pytest.fixture(params=VIEWS)
def view(
    request: pytest.FixtureRequest, chromium: Browser, ward: Ward, study: str
) -> Iterator[Phone]:
    phone = Phone(chromium, VIEWS[request.param], ward.origin)
    if request.param == "large-text":
        # Twice the size, as a person may set it in the browser.
        phone.page.add_init_script(
            "addEventListener('DOMContentLoaded',"
            " () => { document.documentElement.style.fontSize = '200%' })"
        )
    phone.enrol(ward.enrol(study)[1])
    yield phone
    phone.close()


def test_every_screen_and_every_kind_of_question_has_no_fault(
    view: Phone, request: pytest.FixtureRequest, picture: Callable[..., None]
) -> None:
    look = request.node.callspec.params["view"]
    page, rules = view.page, RULES[look]

    def seen(name: str) -> list[str]:
        """What is wrong with the screen; where pictures are wanted, one of each size."""
        picture(view.page, f"app-{look}-{name}", sizes=LARGER if look in {"light", "dark"} else ())
        return faults(view.page, rules)

    assert seen("home") == []
    view.start()
    heading = page.locator("main h1")
    for number in range(kinds.QUESTIONS):
        expect(page.get_by_text(f"Question {number + 1} of")).to_be_visible()
        asked = heading.inner_text()
        assert seen(f"question-{number + 1:02}") == [], asked
        if page.get_by_label("I prefer not to answer").count():
            page.get_by_role("button", name="Next").click()
            page.get_by_role("alert").wait_for()
            assert seen(f"question-{number + 1:02}-unanswered") == [], asked
        answer(page.locator("main"))
        page.get_by_role("button", name="Next").click()
        expect(heading).not_to_have_text(asked)
    expect(heading).to_have_text("Check your answers")
    assert seen("review") == []
    view.send()
    assert seen("receipt") == []
    for place in PLACES:
        page.goto(f"{view.origin}/{place}")
        page.locator("main h1").wait_for()
        assert seen(f"place{place.replace('#', '').replace('/', '-')}") == [], place
    _the_lock_has_no_fault(view, seen)
    refused = [line for line in view.said if "Content Security Policy" in line]
    assert refused == []


def _the_lock_has_no_fault(view: Phone, seen: Callable[[str], list[str]]) -> None:
    """While it is being set, where it asks, and where it was not the right number."""
    page = view.page
    lock(view, "2580")
    page.goto(f"{view.origin}/#/more")
    page.get_by_role("button", name="Take the lock away").wait_for()
    assert seen("lock-set") == []
    start_again(view)
    page = view.page
    expect(page.get_by_role("heading", name="The app is locked")).to_be_visible()
    assert seen("lock") == []
    page.get_by_label("Your number").fill("1111")
    page.get_by_role("button", name="Open").click()
    page.get_by_role("alert").wait_for()
    assert seen("lock-slip") == []


def lock(phone: Phone, number: str) -> None:
    """Set the lock in the settings, as a person does."""
    phone.page.goto(f"{phone.origin}/#/more")
    phone.page.get_by_role("button", name="Choose a number").click()
    phone.page.get_by_label("Your number").fill(number)
    phone.page.get_by_role("button", name="Lock the app").click()
    phone.page.get_by_text("asks for your number when it starts").wait_for()


def start_again(phone: Phone, place: str = "") -> None:
    """End the app and start it, as from a reminder when `place` says so."""
    phone.page.close()
    phone.page = phone.context.new_page()
    phone.page.goto(f"{phone.origin}/{place}")


def test_a_locked_app_shows_nothing_sends_all_the_same_and_opens_where_it_was(
    ward: Ward, study: str, chromium: Browser
) -> None:
    code, sign_in = ward.enrol(study)
    phone = Phone(chromium, PHONE, ward.origin)
    phone.enrol(sign_in)
    phone.keep_app()
    lock(phone, "258013")
    phone.page.get_by_role("link", name="Back").click()
    phone.start()
    phone.page.wait_for_url(re.compile(r"#/form/[0-9]+/"))
    asked = phone.page.url.partition("#/form/")[2].partition("/")[0]
    phone.lose_network()
    phone.answer_all()
    phone.send()
    assert ward.responses(code) == []
    # The route is closed before the network is back, or the answers would leave at once.
    phone.context.route("**/api/me/responses/*", lambda route: route.abort())
    phone.find_network()

    start_again(phone, "#/check/1")
    page = phone.page
    expect(page.get_by_role("heading", name="The app is locked")).to_be_visible()
    expect(page).to_have_title("The app is locked – Sayso")
    said = page.locator("body").inner_text()
    assert "Every kind" not in said
    assert "A diary" not in said
    assert "not sent" not in said
    phone.context.unroute("**/api/me/responses/*")
    with page.expect_response("**/api/me/responses/*"):
        page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.get_by_role("heading", name="The app is locked")).to_be_visible()
    assert len(ward.responses(code)) == 1

    start_again(phone, f"form/{asked}")
    page = phone.page
    page.get_by_label("Your number").press_sequentially("258013")
    page.keyboard.press("Enter")
    expect(page.get_by_text("You have already sent this one.")).to_be_visible()
    page.get_by_role("link", name="Go home").click()
    expect(page.get_by_role("heading", name="Hello")).to_be_visible()
    expect(page.get_by_text(re.compile("Receipt [0-9A-Z]{4}-"))).to_be_visible()
    phone.close()


def test_in_webkit_every_screen_and_every_kind_of_question_has_no_fault(
    ward: Ward, study: str, playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The engine of every iPhone: one start, the look it comes with, every place and question."""
    with running("webkit", playwright, tmp_path_factory.mktemp("webkit")) as engine:
        her = Walker(engine, ward, study)
        her.come_in(1)
        ask = engine.evaluate
        assert faults_in(ask) == []
        her.tap("Start")
        for number in range(kinds.QUESTIONS):
            her.sees(f"Question {number + 1} of {kinds.QUESTIONS}")
            assert faults_in(ask) == [], her.text()
            can_skip = ask("!!document.querySelector('.option-skip input')")
            ask("document.querySelector('form button[type=submit]').click()")
            if not can_skip:
                continue
            her.sees("Please look at this")
            assert faults_in(ask) == [], her.text()
            ask("document.querySelector('.option-skip input').click()")
            ask("document.querySelector('form button[type=submit]').click()")
        her.sees("Check your answers")
        assert faults_in(ask) == []
        her.tap("Confirm and send")
        her.sees("The study team has your answers.")
        assert faults_in(ask) == []
        for place in PLACES:
            ask(f"location.hash = {json.dumps(place)}")
            her.until(lambda: ask("!!document.querySelector('main h1')"), place)
            assert faults_in(ask) == [], place
        _the_lock_has_no_fault_in_webkit(her)


def _the_lock_has_no_fault_in_webkit(her: Walker) -> None:
    """While it is being set, where it asks, and where it was not the right number."""
    ask = her.engine.evaluate
    her.open("#/more")
    her.tap("Choose a number")
    her.until(lambda: ask(_TYPE_NUMBER), "the number is typed")
    assert faults_in(ask) == []
    ask("document.querySelector('.card-form button').click()")
    her.sees("asks for your number when it starts")
    assert faults_in(ask) == []
    ask("sessionStorage.clear()")
    her.open()
    her.sees("The app is locked")
    assert faults_in(ask) == []
    ask(_TYPE_NUMBER.replace("2580", "1111"))
    her.tap("Open")
    her.sees("This is not the right number.")
    assert faults_in(ask) == []


# Fills in the number as a finger would, once its field is there.
_TYPE_NUMBER = """((field) => {
  if (!field) return false;
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, "2580");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
})(document.querySelector("#code"))"""


def test_the_whole_way_with_a_keyboard_alone(ward: Ward, study: str, chromium: Browser) -> None:
    """From the code to the receipt, with every kind of question and a change of mind."""
    phone = Phone(chromium, PHONE, ward.origin)
    page = phone.page
    page.goto(ward.origin)
    page.get_by_role("button", name="Begin").wait_for()
    _tab_into_answer(page)
    page.keyboard.type(ward.enrol(study)[1])
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Hello").wait_for()
    _tab_to(page, "Start")
    page.keyboard.press("Enter")
    heading = page.locator("main h1")
    for number in range(kinds.QUESTIONS):
        expect(page.get_by_text(f"Question {number + 1} of")).to_be_visible()
        _next_by_key(page)
    expect(heading).to_have_text("Check your answers")
    _tab_to(page, "Change", starts=True)
    page.keyboard.press("Enter")
    expect(heading).to_have_text("ache")
    _tab_into_answer(page)
    page.keyboard.press("ArrowDown")
    _tab_to(page, "Next")
    page.keyboard.press("Enter")
    expect(heading).to_have_text("Check your answers")
    expect(page.locator(".answers")).to_contain_text("Answer 1")
    _tab_to(page, "Confirm and send")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    expect(page.locator(".receipt-code")).to_be_visible()
    phone.close()


def _next_by_key(page: Page) -> None:
    heading = page.locator("main h1")
    heading.wait_for()
    asked = heading.inner_text()
    page.keyboard.press("Tab")
    _tab_into_answer(page)
    _answer_by_key(page)
    _tab_to(page, "Next")
    page.keyboard.press("Enter")
    expect(heading).not_to_have_text(asked)


_FOCUSED = "document.activeElement"
# What is typed into each kind of field, digit by digit, as its parts take them.
_TYPED = {"date": "01152026", "time": "0230PM"}


def _tab_to(page: Page, words: str, starts: bool = False) -> None:
    for _ in range(80):
        said = str(page.evaluate(f"{_FOCUSED}.textContent.trim()"))
        if said == words or (starts and said.startswith(words)):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way to {words!r} with the tab key")


def _tab_into_answer(page: Page) -> None:
    for _ in range(20):
        if page.evaluate(f"{_FOCUSED}.matches('main input, main select, main textarea')"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("no way into the answer with the tab key")


def _answer_by_key(page: Page) -> None:
    what = page.evaluate(f"{_FOCUSED}.type")
    if what in {"radio", "checkbox"}:
        page.keyboard.press("Space")
    elif what == "select-one":
        page.keyboard.press("ArrowDown")
    elif what == "range":
        page.keyboard.press("ArrowRight")
    else:
        page.keyboard.type(_TYPED.get(what, "3"))


def test_a_phone_may_keep_the_app_on_its_home_screen(
    ward: Ward, playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> None:
    profile = tmp_path_factory.mktemp("profile")
    context = playwright.chromium.launch_persistent_context(
        profile, executable_path=program("chromium"), viewport={"width": 360, "height": 740}
    )
    page = context.new_page()
    page.goto(ward.origin)
    page.get_by_role("heading", name="Welcome").wait_for()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    devtools = context.new_cdp_session(page)
    found = devtools.send("Page.getInstallabilityErrors")
    manifest = devtools.send("Page.getAppManifest")
    masked = page.evaluate(_MASKED)
    context.close()
    assert found["installabilityErrors"] == []
    assert manifest["errors"] == []
    assert masked == {"size": 512, "clear": 0, "outside": 0}


# Of the icon that systems cut to their own shape: pixels that let something through, and pixels of
# the mark (its lighter colour) outside the circle of four fifths that every shape leaves whole.
_MASKED = """(async () => {
  const manifest = await (await fetch("/manifest.webmanifest")).json();
  const { src } = manifest.icons.find(({ purpose }) => purpose === "maskable");
  const image = new Image();
  image.src = src;
  await image.decode();
  const { width: size } = image;
  const canvas = Object.assign(document.createElement("canvas"), { width: size, height: size });
  const pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0);
  const { data } = pen.getImageData(0, 0, size, size);
  let [clear, outside] = [0, 0];
  for (let at = 0; at < size * size; at++) {
    const [x, y] = [(at % size) - size / 2, Math.floor(at / size) - size / 2];
    if (data[4 * at + 3] < 255) clear++;
    if (Math.hypot(x, y) > 0.4 * size && data[4 * at] > 128) outside++;
  }
  return { size, clear, outside };
})()"""


def test_the_first_visit_is_small(ward: Ward, chromium: Browser) -> None:
    phone = Phone(chromium, PHONE, ward.another_address())
    network = phone.context.new_cdp_session(phone.page)
    network.send("Network.enable")
    loaded: list[float] = []
    network.on("Network.loadingFinished", lambda event: loaded.append(event["encodedDataLength"]))
    phone.page.goto(f"{phone.origin}/enrol#ABCD-EFGH")
    phone.page.get_by_role("button", name="Begin").wait_for()
    phone.page.wait_for_load_state("networkidle")
    assert len(loaded) <= 10
    assert sum(loaded) <= 100 * 1024
    phone.close()
