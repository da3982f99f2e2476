"""The participant app for small screens, large text, keyboards, dark rooms and forced colours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from e2e.accessibility import faults
from e2e.phone import Phone, answer
from support.clinic import STUDY, Clinic
from support.require import program

SMALL = {"viewport": {"width": 320, "height": 640}}
PHONE = {"viewport": {"width": 360, "height": 740}}
VIEWS: dict[str, dict[str, Any]] = {
    "light": PHONE,
    "dark": PHONE | {"color_scheme": "dark"},
    "forced-colours": PHONE | {"forced_colors": "active"},
    "large-text": SMALL,
}


def new_code(clinic: Clinic, code: str) -> str:
    """Enrol somebody today, whose first forms are open, with the widest choice of questions."""
    said = clinic.run(
        "participant", "enrol", STUDY, code, "--site", "N", "--arm", "continue",
        "--enrolled", clinic.days_ago(0), "--zone", clinic.zone, "--reads-english",
    )  # fmt: skip
    found = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", said)
    assert found, said
    return found[0]


@pytest.fixture(params=VIEWS)
def view(request: pytest.FixtureRequest, chromium: Browser, clinic: Clinic) -> Iterator[Phone]:
    phone = Phone(chromium, VIEWS[request.param], clinic.origin)
    if request.param == "large-text":
        # Twice the size, as a person may set it in the browser.
        phone.page.add_init_script(
            "addEventListener('DOMContentLoaded',"
            " () => { document.documentElement.style.fontSize = '200%' })"
        )
    phone.enrol(new_code(clinic, f"N-1{list(VIEWS).index(request.param)}"))
    yield phone
    phone.close()


def kind(page: Page) -> str:
    """What sort of control the question has, so that each sort is examined once."""
    for selector in (".marks", "input[type=range]", "input[type=date]", "textarea", "select"):
        if page.locator(f"main {selector}").count():
            return selector
    for selector in (".option:not(.option-skip) [type=checkbox]", ".unit", "input.field"):
        if page.locator(f"main {selector}").count():
            return selector
    return "radio"


def test_every_screen_and_every_sort_of_question_has_no_fault(view: Phone) -> None:
    page = view.page
    seen: set[str] = set()
    assert faults(page) == []
    for _form in range(5):
        page.locator("main a.button").first.click()
        heading = page.locator("main h1")
        for _question in range(60):
            heading.wait_for()
            if page.get_by_role("heading", name="Check your answers").is_visible():
                break
            if kind(page) not in seen:
                seen.add(kind(page))
                assert faults(page) == [], heading.inner_text()
                if page.get_by_label("I prefer not to answer").count():
                    page.get_by_role("button", name="Next").click()
                    page.get_by_role("alert").wait_for()
                    assert faults(page) == [], f"{heading.inner_text()} unanswered"
            asked = heading.inner_text()
            answer(page.locator("main"))
            page.get_by_role("button", name="Next").click()
            expect(heading).not_to_have_text(asked)
        assert faults(page) == []
        view.send()
        assert faults(page) == []
    for place in ("", "#/more", "#/install", "#/code"):
        page.goto(f"{view.origin}/{place}")
        page.locator("main h1").wait_for()
        assert faults(page) == [], place
    assert seen >= {".marks", "input[type=range]", "input[type=date]", "textarea", "radio"}
    refused = [line for line in view.said if "Content Security Policy" in line]
    assert refused == []


def test_the_whole_way_with_a_keyboard_alone(
    clinic: Clinic, chromium: Browser, playwright: Playwright
) -> None:
    phone = Phone(chromium, PHONE, clinic.origin)
    page = phone.page
    page.goto(f"{clinic.origin}/enrol#{new_code(clinic, 'N-20')}")
    page.get_by_role("button", name="Begin").wait_for()
    _tab_to(page, "Begin")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Hello").wait_for()
    _tab_to(page, "Start")
    page.keyboard.press("Enter")
    heading = page.locator("main h1")
    for _question in range(60):
        heading.wait_for()
        if page.get_by_role("heading", name="Check your answers").is_visible():
            break
        asked = heading.inner_text()
        page.keyboard.press("Tab")
        _tab_into_answer(page)
        _answer_by_key(page)
        _tab_to(page, "Next")
        page.keyboard.press("Enter")
        expect(heading).not_to_have_text(asked)
    _tab_to(page, "Confirm and send")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    expect(page.locator(".receipt-code")).to_be_visible()
    phone.close()


_FOCUSED = "document.activeElement"


def _tab_to(page: Page, words: str) -> None:
    for _ in range(80):
        if page.evaluate(f"{_FOCUSED}.textContent.trim()") == words:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way to {words!r} with the tab key")


def _tab_into_answer(page: Page) -> None:
    for _ in range(20):
        if page.evaluate(f"{_FOCUSED}.matches('input, select, textarea')"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("no way into the answer with the tab key")


def _answer_by_key(page: Page) -> None:
    what = page.evaluate(f"{_FOCUSED}.type")
    if what in {"radio", "checkbox"}:
        page.keyboard.press("Space")
    elif what == "range":
        page.keyboard.press("ArrowRight")
    else:
        page.keyboard.type("3")


def test_a_phone_may_keep_the_app_on_its_home_screen(
    clinic: Clinic, playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> None:
    profile = tmp_path_factory.mktemp("profile")
    context = playwright.chromium.launch_persistent_context(
        profile, executable_path=program("chromium"), viewport={"width": 360, "height": 740}
    )
    page = context.new_page()
    page.goto(clinic.origin)
    page.get_by_role("heading", name="Welcome").wait_for()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    found = context.new_cdp_session(page).send("Page.getInstallabilityErrors")
    context.close()
    assert found["installabilityErrors"] == []


def test_the_first_visit_is_small(clinic: Clinic, chromium: Browser) -> None:
    phone = Phone(chromium, PHONE, clinic.origin)
    network = phone.context.new_cdp_session(phone.page)
    network.send("Network.enable")
    loaded: list[float] = []
    network.on("Network.loadingFinished", lambda event: loaded.append(event["encodedDataLength"]))
    phone.page.goto(f"{clinic.origin}/enrol#ABCD-EFGH")
    phone.page.get_by_role("button", name="Begin").wait_for()
    phone.page.wait_for_load_state("networkidle")
    assert len(loaded) <= 10
    assert sum(loaded) <= 100 * 1024
    phone.close()
