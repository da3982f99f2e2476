"""A running clinic and a real browser for the journeys; pictures of the screens when asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from e2e.desk import Desk
from e2e.phone import Phone
from support.clinic import Clinic, open_clinic
from support.require import program

# A slow or halted machine is no fault of the product: an expectation has the time that a click has.
expect.set_options(timeout=30_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a journey."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright keeps an event loop running in this thread, so it must end with its journeys:
    tests of the worker in the same process could not start a loop of their own.
    """
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=program("chromium"))
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    with open_clinic(tmp_path_factory.mktemp("clinic")) as clinic:
        yield clinic


@pytest.fixture(scope="module")
def desk(chromium: Browser, clinic: Clinic) -> Iterator[Desk]:
    """The coordinator of the north clinic, signed in."""
    desk = Desk(chromium, clinic)
    desk.accept_invitation()
    desk.sign_in()
    yield desk
    desk.context.close()


@pytest.fixture
def phone(playwright: Playwright, chromium: Browser, clinic: Clinic) -> Iterator[Phone]:
    phone = Phone(chromium, playwright.devices["Pixel 7"], clinic.origin)
    yield phone
    phone.close()


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Keep a picture of a page under a name, in the folder of `--screenshots`; else do nothing.

    With `whole` False the picture ends where the screen ends; `sizes` are further screens to see
    it on, wide and high in pixels.
    """
    folder = request.config.getoption("--screenshots")

    def take(
        page: Page, name: str, whole: bool = True, sizes: Sequence[tuple[int, int]] = ()
    ) -> None:
        if not folder:
            return
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=whole)
        own = page.viewport_size
        for width, height in sizes:
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=whole)
        if sizes and own:
            page.set_viewport_size(own)

    return take
