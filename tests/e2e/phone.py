"""A participant at her phone, as a test plays her: she reads headings, taps, and goes on."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

SKIP = "I prefer not to answer"
_MOST_QUESTIONS = 80


class Phone:
    """One browser context of the size of a phone; `page` is what it shows."""

    def __init__(self, browser: Browser, device: dict[str, Any], origin: str) -> None:
        self.context: BrowserContext = browser.new_context(**device)
        self.origin = origin
        self.page: Page = self.context.new_page()
        self.said: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))

    def enrol(self, code: str) -> None:
        """Open the link of the picture and tap; the code fills itself in."""
        self.page.goto(f"{self.origin}/enrol#{code}")
        self.page.get_by_role("button", name="Begin").click()
        expect(self.page.get_by_role("heading", name="Hello")).to_be_visible()

    def keep_app(self) -> None:
        """Wait until the app and what is due are on the phone, so that it can do without a net."""
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        self.page.wait_for_function("navigator.serviceWorker.controller !== null")
        self.page.wait_for_load_state("networkidle")

    def lose_network(self) -> None:
        """From here on nothing reaches the server."""
        self.context.set_offline(True)

    def find_network(self) -> None:
        """The network is back."""
        self.context.set_offline(False)

    def start(self) -> None:
        """Open the first form that is due and wait until it shows its first page."""
        self.page.get_by_role("link", name="Start").click()
        self.page.locator("form main").first.wait_for()

    def answer_all(self) -> int:
        """Answer question after question up to the page that shows them all; returns how many."""
        review = self.page.get_by_role("heading", name="Check your answers")
        heading = self.page.locator("main h1")
        for number in range(_MOST_QUESTIONS):
            heading.wait_for()
            if review.is_visible():
                return number
            asked = heading.inner_text()
            answer(self.page.locator("main"))
            self.page.get_by_role("button", name="Next").click()
            expect(heading).not_to_have_text(asked)
        raise AssertionError("the questionnaire does not end")

    def send(self) -> None:
        """Attest and send."""
        self.page.get_by_role("button", name="Confirm and send").click()
        expect(self.page.get_by_role("heading", name="Thank you")).to_be_visible()

    def close(self) -> None:
        """Put the phone away."""
        self.context.close()


def answer(question: Locator) -> None:
    """Give the middle one of the answers that the question offers, whatever its kind."""
    radios = question.get_by_role("radio")
    if radios.count():
        radios.nth(radios.count() // 2).check(force=True)
        return
    slider = question.get_by_role("slider")
    if slider.count():
        slider.press("ArrowRight")
        return
    boxes = question.get_by_role("checkbox").filter(has_not_text=SKIP)
    if boxes.count() > 1:
        boxes.first.check(force=True)
        return
    _write(question.locator("input:not([type=checkbox]), textarea, select").first)


def _write(field: Locator) -> None:
    kind = field.get_attribute("type") or ""
    if field.evaluate("field => field.tagName") == "SELECT":
        field.select_option(index=1)
    elif kind == "date":
        field.fill("2026-01-15")
    elif kind == "time":
        field.fill("14:30")
    elif kind == "number" or field.get_attribute("inputmode") in {"numeric", "decimal"}:
        field.fill(field.get_attribute("min") or "7")
    else:
        field.fill("As before")
