"""Ways into the app besides the picture at the site: link, passkey, her other phone.

The clinic is reached by a name here: browsers bind passkeys to names, never to numbers.
"""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import vobject
from playwright.sync_api import Browser, Playwright, expect

from e2e.accessibility import faults
from e2e.phone import Phone, answer
from support.clinic import STUDY, Clinic, open_clinic


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    with open_clinic(tmp_path_factory.mktemp("named"), host="localhost") as clinic:
        yield clinic


def enrolled(clinic: Clinic, code: str) -> str:
    said = clinic.run(
        "participant", "enrol", STUDY, code, "--site", "N", "--arm", "continue",
        "--enrolled", clinic.days_ago(0), "--zone", clinic.zone, "--reads-english",
    )  # fmt: skip
    return _found(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", said)


def _found(pattern: str, said: str) -> str:
    found = re.search(pattern, said)
    assert found, said
    return found[0]


def test_a_link_needs_the_numbers_that_were_told(
    clinic: Clinic, phone: Phone, picture: Callable[..., None]
) -> None:
    enrolled(clinic, "N-01")
    said = clinic.run("participant", "code", STUDY, "N-01", "--link")
    pin, page = _found(r"\b\d{6}\b", said), phone.page

    page.goto(_found(r"http://\S+", said))
    page.get_by_label("Six numbers").fill(f"{(int(pin) + 1) % 1_000_000:06}")
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("alert")).to_contain_text("do not fit the link")
    picture(page, "enrol-by-link")
    assert faults(page) == []
    page.get_by_label("Six numbers").fill(f"{pin[:3]} {pin[3:]}")
    page.get_by_role("button", name="Begin").click()

    expect(page.get_by_role("heading", name="Hello")).to_be_visible()
    assert "enrol" not in page.url


class Finger:
    """The phone's own lock, which keeps passkeys and says yes by itself."""

    def __init__(self, phone: Phone) -> None:
        self._known: list[dict[str, Any]] = []
        self._use(phone)

    def _use(self, phone: Phone) -> None:
        self._devtools = phone.context.new_cdp_session(phone.page)
        self._devtools.send("WebAuthn.enable")
        made = self._devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
            "hasUserVerification": True, "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }})  # fmt: skip
        self._it = {"authenticatorId": made["authenticatorId"]}
        for one in self._known:
            self._devtools.send("WebAuthn.addCredential", self._it | {"credential": one})

    def start_again(self, phone: Phone) -> None:
        """End the app and start it. A browser under automation forgets the finger with the page."""
        self._known = self._devtools.send("WebAuthn.getCredentials", self._it)["credentials"]
        phone.page.close()
        phone.page = phone.context.new_page()
        self._use(phone)
        phone.page.goto(phone.origin)


def _make_passkey(clinic: Clinic, phone: Phone, code: str) -> Finger:
    finger = Finger(phone)
    phone.enrol(enrolled(clinic, code))
    phone.page.goto(f"{clinic.origin}/#/more")
    phone.page.get_by_role("button", name="Make a passkey").click()
    expect(phone.page.get_by_text("You have a passkey.")).to_be_visible()
    return finger


def test_a_passkey_brings_her_back_after_signing_out(clinic: Clinic, phone: Phone) -> None:
    _make_passkey(clinic, phone, "N-02")
    page = phone.page
    page.get_by_role("button", name="Sign out and clear this phone").click()
    page.get_by_role("button", name="Yes, clear this phone").click()
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    page.get_by_role("button", name="I have a passkey").click()

    expect(page.get_by_role("heading", name="Hello")).to_be_visible()
    page.goto(f"{clinic.origin}/#/more")
    expect(page.get_by_text("Your study code is N-02.")).to_be_visible()
    assert [line for line in phone.said if "Content Security Policy" in line] == []


def test_a_passkey_opens_a_locked_app_whose_number_is_forgotten(
    clinic: Clinic, phone: Phone, picture: Callable[..., None]
) -> None:
    finger = _make_passkey(clinic, phone, "N-06")
    phone.page.get_by_role("button", name="Choose a number").click()
    phone.page.get_by_label("Your number").fill("2580")
    phone.page.get_by_role("button", name="Lock the app").click()
    phone.page.get_by_role("button", name="Take the lock away").wait_for()
    phone.page.get_by_role("link", name="Back").click()
    phone.start()
    asked = phone.page.locator("main h1").inner_text()
    answer(phone.page.locator("main"))
    expect(phone.page.get_by_text("Saved on this phone")).to_be_visible()
    finger.start_again(phone)
    page = phone.page
    expect(page.get_by_role("heading", name="The app is locked")).to_be_visible()

    page.get_by_role("link", name="I forgot my number").click()
    expect(page.get_by_text("Your answers stay here.")).to_be_visible()
    picture(page, "lock-forgotten")
    assert faults(page) == []
    page.get_by_role("button", name="I have a passkey").click()
    expect(page.get_by_role("heading", name="Hello")).to_be_visible()

    # Nothing that she began is gone, and the number is asked for no more.
    finger.start_again(phone)
    page = phone.page
    page.get_by_role("link", name="Go on").click()
    expect(page.get_by_role("heading", name=asked)).to_be_visible()
    expect(page.get_by_text("We have kept your answers.")).to_be_visible()


def test_a_code_from_one_phone_lets_another_in(
    clinic: Clinic, phone: Phone, chromium: Browser, playwright: Playwright
) -> None:
    phone.enrol(enrolled(clinic, "N-03"))
    phone.page.goto(f"{clinic.origin}/#/more")
    phone.page.get_by_role("button", name="Show me a code").click()
    code = phone.page.locator(".receipt-code").inner_text()

    other = Phone(chromium, _iphone(playwright), clinic.origin)
    other.page.goto(clinic.origin)
    other.page.get_by_label("Your code").fill(code.lower())
    other.page.get_by_role("button", name="Begin").click()

    expect(other.page.get_by_role("heading", name="Hello")).to_be_visible()
    phone.page.reload()
    expect(phone.page.get_by_text("Another phone")).to_be_visible()
    other.close()


def _iphone(playwright: Playwright) -> dict[str, Any]:
    device: dict[str, Any] = dict(playwright.devices["iPhone 13"])
    return {name: value for name, value in device.items() if name != "default_browser_type"}


def test_on_an_iphone_the_code_for_the_app_is_made_beside_the_steps(
    clinic: Clinic, chromium: Browser, playwright: Playwright, picture: Callable[..., None]
) -> None:
    iphone = Phone(chromium, _iphone(playwright), clinic.origin)
    iphone.enrol(enrolled(clinic, "N-04"))
    page = iphone.page
    page.goto(f"{clinic.origin}/#/install")
    page.get_by_role("button", name="Show me a code").click()

    expect(page.locator(".receipt-code")).to_have_text(re.compile(r"^[0-9A-Z]{4}-[0-9A-Z]{4}$"))
    expect(page.locator(".steps li")).to_have_count(3)
    picture(page, "install-on-an-iphone")
    assert faults(page) == []
    iphone.close()


def test_the_calendar_is_read_without_signing_in(
    clinic: Clinic, phone: Phone, picture: Callable[..., None]
) -> None:
    phone.enrol(enrolled(clinic, "N-05"))
    page = phone.page
    page.goto(f"{clinic.origin}/#/more")
    page.get_by_role("button", name="Add to my calendar").click()
    once = page.get_by_role("link", name="Save the dates once")
    address = once.get_attribute("href") or ""
    picture(page, "settings")
    assert faults(page) == []

    with urllib.request.urlopen(address, timeout=10) as reply:
        calendar = vobject.readOne(reply.read().decode())

    titles = {one.summary.value for one in calendar.contents["vevent"]}
    assert titles == {"A few questions"}
    assert calendar.contents["vevent"][0].dtstart.value <= clinic.today
