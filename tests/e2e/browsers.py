"""Three engines behind one small interface: open a page, ask it, be ended and started again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Playwright

from support.firefox import running_firefox
from support.require import program
from support.webkit import running_webkit

ENGINES = ("chromium", "firefox", "webkit")


class Engine(Protocol):
    """A browser that shows one page; everything that it keeps lies in `folder`."""

    folder: Path
    keeps: bool
    """Whether anything is written there at all: WebKit's sessions under automation do not."""

    def go(self, url: str) -> None:
        """Leave the page and set out for another, which need not be there yet.

        It is known by what it says: a new version of the app may just be replacing it.
        """

    def evaluate(self, expression: str) -> Any: ...

    def ended(self) -> AbstractContextManager[None]:
        """End the browser without a word to the page; after the block it starts with what it kept.

        Where nothing is kept, only the page is gone.
        """


WIPE = """(async () => {
  const gone = (request) => new Promise((done) => {
    request.onsuccess = request.onerror = request.onblocked = done;
  });
  for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
  for (const name of await caches.keys()) await caches.delete(name);
  localStorage.clear();
  await gone(indexedDB.deleteDatabase("sayso"));
})()"""


class _Chromium:
    keeps = True

    def __init__(self, playwright: Playwright, folder: Path) -> None:
        self._chromium, self.folder = playwright.chromium, folder
        self._start()

    def _start(self) -> None:
        self._context = self._chromium.launch_persistent_context(
            self.folder, executable_path=program("chromium"),
            viewport={"width": 360, "height": 740},
        )  # fmt: skip
        self._page = self._context.pages[0]

    def go(self, url: str) -> None:
        self._page.goto("about:blank")
        self._page.goto(url, wait_until="commit")

    def evaluate(self, expression: str) -> Any:
        return self._page.evaluate(f"() => ({expression})")

    @contextmanager
    def ended(self) -> Iterator[None]:
        self.end()
        yield
        self._start()

    def end(self) -> None:
        self._context.close()


class _Firefox:
    def __init__(self, folder: Path, private: bool) -> None:
        self.folder, self._running, self.keeps = folder, ExitStack(), not private
        self._start()

    def _start(self) -> None:
        # No push in these journeys: its service would be at a port where nobody listens.
        self._firefox = self._running.enter_context(
            running_firefox(self.folder, "http://127.0.0.1:9", private=not self.keeps)
        )

    def go(self, url: str) -> None:
        self._firefox.go("about:blank")
        self._firefox.go(url, wait="none")

    def evaluate(self, expression: str) -> Any:
        return self._firefox.evaluate(expression)

    @contextmanager
    def ended(self) -> Iterator[None]:
        self.end()
        yield
        self._start()

    def end(self) -> None:
        self._running.close()


class _WebKit:
    keeps = False

    def __init__(self, folder: Path) -> None:
        self.folder, self._running = folder, ExitStack()
        self._webkit = self._running.enter_context(running_webkit(folder))

    def go(self, url: str) -> None:
        self._webkit.leave()
        self._webkit.go(url)

    def evaluate(self, expression: str) -> Any:
        return self._webkit.evaluate(expression)

    @contextmanager
    def ended(self) -> Iterator[None]:
        self._webkit.leave()
        yield

    def end(self) -> None:
        self._running.close()


@contextmanager
def running(name: str, playwright: Playwright, folder: Path) -> Iterator[Engine]:
    """One of the engines, or a "private firefox", with a profile in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    engine: _Chromium | _Firefox | _WebKit
    if name == "chromium":
        engine = _Chromium(playwright, folder)
    elif name == "webkit":
        engine = _WebKit(folder)
    else:
        engine = _Firefox(folder, private=name.startswith("private"))
    try:
        yield engine
    finally:
        engine.end()
