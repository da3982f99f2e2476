"""`sayso demo` as a visitor meets it: what it prints works, and Ctrl-C leaves nothing behind.

The console is looked at here, because only the demonstration has a study's worth of history to
show. With `--screenshots` this takes the pictures of the README.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from e2e.accessibility import faults
from e2e.phone import Phone
from support.processes import free_port, wait_until

Picture = Callable[..., None]
SAYSO = Path(sys.executable).with_name("sayso")
# Lists as long as a study: their pictures end where the screen ends.
LONG = {"Today", "Participants", "Audit"}
VIEWS = ("Today", "Completion", "Participants", "Exempt", "Enrol", "Study", "Exports", "Audit")
SIZES = {"desk": (1280, 900), "tablet": (768, 1024), "phone": (360, 740)}


@dataclass
class Demonstration:
    """What the command has printed, and the process that runs it."""

    process: subprocess.Popen[bytes]
    folder: Path
    text: str

    def said(self, pattern: str) -> str:
        """What stands behind a label of the output."""
        found = re.search(pattern, self.text)
        assert found, f"the demonstration does not print {pattern}:\n{self.text}"
        return found[1]

    @property
    def origin(self) -> str:
        return self.said(r"Participant app: (http://\S+?)/?\s")


@pytest.fixture(scope="module")
def demo(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demonstration]:
    pictures = request.config.getoption("--screenshots")
    folder = tmp_path_factory.mktemp("demo")
    log = folder / "demo.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [SAYSO, "demo", "--port", str(free_port()), "--dir", folder / "data",
             "--participants", "200" if pictures else "60"],
            stdout=output, stderr=output, env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
    try:
        wait_until(
            lambda: "Ctrl-C" in log.read_text() or process.poll() is not None,
            "the demonstration is ready",
            seconds=120,
        )
        yield Demonstration(process, folder, log.read_text())
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def console(demo: Demonstration, chromium: Browser) -> Iterator[Page]:
    """The console, signed in with what was printed."""
    page = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(demo.said(r"Coordinator console: (http://\S+)"))
    page.get_by_label("E-mail").fill(demo.said(r"E-mail: +(\S+@\S+)"))
    page.get_by_label("Password").fill(demo.said(r"Password: +(\S+)"))
    page.locator("button[type=submit]").click()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    yield page
    page.context.close()


def settle(page: Page) -> None:
    """Wait until what was asked for has come."""
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text("Loading…")).to_have_count(0)


@pytest.mark.parametrize("size", SIZES)
def test_every_view_of_the_console_is_whole_at_every_size(
    console: Page, picture: Picture, size: str
) -> None:
    width, height = SIZES[size]
    console.set_viewport_size({"width": width, "height": height})
    found = {}
    for view in VIEWS:
        console.get_by_role("navigation").get_by_role("link", name=view, exact=True).click()
        settle(console)
        found[view] = faults(console)
        picture(console, f"demo-{view.lower()}-{size}", whole=view not in LONG)
    console.get_by_role("navigation").get_by_role("link", name="Today", exact=True).click()
    settle(console)
    console.locator("main table a").first.click()
    settle(console)
    found["Participant"] = faults(console)
    picture(console, f"demo-participant-{size}")
    assert {view: faults for view, faults in found.items() if faults} == {}


def test_the_console_in_the_dark(console: Page, picture: Picture) -> None:
    console.set_viewport_size({"width": 1280, "height": 900})
    console.emulate_media(color_scheme="dark")
    for view in ("Today", "Completion"):
        console.get_by_role("navigation").get_by_role("link", name=view, exact=True).click()
        settle(console)
        assert faults(console) == [], view
        picture(console, f"demo-{view.lower()}-dark")
    console.emulate_media(color_scheme="light")


def test_the_whole_adds_up_and_every_number_opens_its_people(console: Page) -> None:
    console.get_by_role("navigation").get_by_role("link", name="Completion", exact=True).click()
    settle(console)
    table = console.get_by_role("table").filter(has_text="Adds up")
    marks = [
        row.get_by_role("cell").last.inner_text() for row in table.get_by_role("row").all()[1:]
    ]
    assert set(marks) == {"Yes"}
    link = table.get_by_role("row").nth(2).get_by_role("link").nth(1)
    number = int(link.inner_text())
    link.click()
    settle(console)
    listed = console.get_by_role("table").first
    assert len(listed.get_by_role("row").all()) - 1 == number


def test_the_printed_code_enrols_a_phone(
    demo: Demonstration, playwright: Playwright, chromium: Browser, picture: Picture
) -> None:
    phone = Phone(chromium, playwright.devices["Pixel 7"], demo.origin)
    phone.enrol(demo.said(r"Code: (\S{4}-\S{4})"))
    picture(phone.page, "demo-phone-home")
    phone.start()
    phone.page.locator("main h1").wait_for()
    picture(phone.page, "demo-phone-question")
    phone.close()


def test_messages_to_participants_can_be_read(demo: Demonstration) -> None:
    mail = demo.said(r"e-mail is kept at (http://\S+)")
    with urllib.request.urlopen(mail, timeout=10) as answer:
        assert answer.status == 200


def test_interrupting_ends_everything_it_started(demo: Demonstration) -> None:
    before = _still_running(demo.folder)
    assert before, "the demonstration's own programs are recognised"
    demo.process.send_signal(signal.SIGINT)
    demo.process.wait(30)
    wait_until(lambda: not _still_running(demo.folder), "nothing is left running")


def _still_running(folder: Path) -> list[int]:
    """Processes whose settings name the demonstration's folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                environment = (entry / "environ").read_bytes()
                words = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if str(folder).encode() in environment + words:
                found.append(int(entry.name))
    return found
