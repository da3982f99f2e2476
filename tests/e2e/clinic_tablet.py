"""The clinic's tablet and the desk beside it, as the tests of the hand-over play them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect
from sqlalchemy import select

from e2e.accessibility import faults
from e2e.phone import answer
from sayso.domain.audit import Actor
from sayso.services import access, handovers
from sayso.store.engine import transaction
from sayso.store.tables import device, participant, staff
from sayso.store.tables_messages import audit_event
from support.ward import Ward

TALL: ViewportSize = {"width": 820, "height": 1180}
EMAIL, PASSWORD = "ann@clinic.example", "a garden of quiet herons"
Picture = Callable[..., None]
# What a browser has kept of this address, in every place where a page can keep something.
KEPT = """(async () => [
  document.cookie, localStorage.length, sessionStorage.length,
  (await indexedDB.databases()).length, (await caches.keys()).length,
  (await navigator.serviceWorker.getRegistrations()).length,
  navigator.serviceWorker.controller,
])()"""
NOTHING = ["", 0, 0, 0, 0, 0, None]


@contextmanager
def desk(chromium: Browser, ward: Ward) -> Iterator[Page]:
    """Ann, signed in at her desk."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{ward.origin}/console/")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("button[type=submit]").click()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    yield page
    context.close()


def hand_over(ward: Ward, study: str, code: str) -> str:
    """A code for the tablet, as the console's button makes it."""
    with transaction(ward.engine) as connection:
        ann = connection.scalars(select(staff.c.id)).one()
        within = access.everything(connection, Actor("staff", ann, "coordinator"), study)
        person = access.hold(connection, within, code)
        return handovers.start(connection, person, ward.keyring, ward.clock.now()).code


@contextmanager
def tablet(chromium: Browser, **look: Any) -> Iterator[Page]:
    context: BrowserContext = chromium.new_context(**{"viewport": TALL, **look})
    yield context.new_page()
    context.close()


def begin(page: Page, ward: Ward, code: str) -> None:
    """Scan the picture and tap."""
    page.goto(f"{ward.origin}/tablet#{code}")
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", name="Hello")).to_be_visible()


def fill_in(page: Page, button: str = "Start", note: str = "As before") -> None:
    """Open the next questionnaire and answer it up to the page that shows all answers."""
    page.get_by_role("button", name=button).click()
    heading = page.locator("main h1")
    # Its exact words: on the page between two questionnaires a button says what comes next.
    onward = page.get_by_role("button", name="Next", exact=True)
    for _ in range(5):
        expect(onward).to_be_visible()
        asked = heading.inner_text()
        answer(page.locator("main"))
        if asked == "note":
            page.get_by_role("textbox").fill(note)
        onward.click()
        expect(heading).not_to_have_text(asked)
    expect(heading).to_have_text("Check your answers")


def send(page: Page) -> None:
    page.get_by_role("button", name="Confirm and send").click()


def steps(ward: Ward, code: str) -> list[str]:
    """What the audit trail says about the hand-overs, first things first."""
    with transaction(ward.engine, read_only=True) as connection:
        return list(
            connection.scalars(
                select(audit_event.c.action)
                .join(participant, participant.c.id == audit_event.c.participant_id)
                .where(participant.c.code == code, audit_event.c.action.like("handover.%"))
                .order_by(audit_event.c.seq)
            )
        )


def labels(ward: Ward, devices: list[int]) -> set[str]:
    with transaction(ward.engine, read_only=True) as connection:
        return set(connection.scalars(select(device.c.label).where(device.c.id.in_(devices))))


def tab_to(page: Page, selector: str) -> None:
    for _ in range(40):
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way to {selector} with the tab key")


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words).wait_for()
    for _ in range(40):
        if page.evaluate("document.activeElement.textContent.trim()") == words:
            page.keyboard.press("Enter")
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way to {words!r} with the tab key")


def type_code(page: Page, address: str, code: str, picture: Picture) -> None:
    page.goto(address)
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    assert faults(page) == []
    picture(page, "tablet-door")
    page.get_by_label("Your code").fill(code)
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_text(re.compile("There are 3 questionnaires"))).to_be_visible()
    assert faults(page) == []
    picture(page, "tablet-list")
