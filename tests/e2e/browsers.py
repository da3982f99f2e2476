"""Three engines behind one small interface: open a page, ask it, be ended and started again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Playwright

from support.firefox import running_firefox
from support.require import program
from support.webkit import running_webkit

ENGINES = ("chromium", "firefox", "webkit")


class Engine(Protocol):
    """A browser that shows one page."""

    def go(self, url: str) -> None: ...

    def evaluate(self, expression: str) -> Any: ...

    def end_and_start(self) -> None:
        """End the browser without a word to the page; then start it again with what it kept."""

    def forget(self, origin: str) -> None:
        """Forget everything that this origin has kept, but cookies."""


WIPE = """(async () => {
  const gone = (request) => new Promise((done) => {
    request.onsuccess = request.onerror = request.onblocked = done;
  });
  for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
  for (const name of await caches.keys()) await caches.delete(name);
  localStorage.clear();
  await gone(indexedDB.deleteDatabase("sayso"));
})()"""


def _forget(engine: Engine, origin: str) -> None:
    # A picture is a page of this origin on which no app runs that could put things back.
    engine.go(f"{origin}/icons/icon-192.png")
    engine.evaluate(WIPE)


class _Chromium:
    def __init__(self, playwright: Playwright, folder: Path) -> None:
        self._chromium, self._folder = playwright.chromium, folder
        self._start()

    def _start(self) -> None:
        self._context = self._chromium.launch_persistent_context(
            self._folder, executable_path=program("chromium"),
            viewport={"width": 360, "height": 740},
        )  # fmt: skip
        self._page = self._context.pages[0]

    def go(self, url: str) -> None:
        self._page.goto(url)

    def evaluate(self, expression: str) -> Any:
        return self._page.evaluate(f"() => ({expression})")

    def end_and_start(self) -> None:
        self._context.close()
        self._start()

    def forget(self, origin: str) -> None:
        _forget(self, origin)

    def close(self) -> None:
        self._context.close()


class _Firefox:
    def __init__(self, folder: Path) -> None:
        self._folder, self._running = folder, ExitStack()
        self._start()

    def _start(self) -> None:
        # No push in these journeys: its service would be at a port where nobody listens.
        self._firefox = self._running.enter_context(
            running_firefox(self._folder, "http://127.0.0.1:9")
        )

    def go(self, url: str) -> None:
        self._firefox.go(url)

    def evaluate(self, expression: str) -> Any:
        return self._firefox.evaluate(expression)

    def end_and_start(self) -> None:
        self._running.close()
        self._start()

    def forget(self, origin: str) -> None:
        _forget(self, origin)

    def close(self) -> None:
        self._running.close()


class _WebKit:
    def __init__(self, folder: Path) -> None:
        self._folder, self._running, self._started = folder, ExitStack(), 0
        self._start()

    def _start(self) -> None:
        self._started += 1
        folder = self._folder / str(self._started)
        self._webkit = self._running.enter_context(running_webkit(folder))

    def go(self, url: str) -> None:
        if url == "about:blank":
            self._webkit.leave()
        else:
            self._webkit.go(url)

    def evaluate(self, expression: str) -> Any:
        return self._webkit.evaluate(expression)

    def end_and_start(self) -> None:
        # Its sessions under automation keep nothing; the page at least is gone without a word.
        self._webkit.leave()

    def forget(self, origin: str) -> None:
        # It sets pages aside that it has left, and these hold on to the origin's database.
        self.close()
        self._start()

    def close(self) -> None:
        self._running.close()


@contextmanager
def running(name: str, playwright: Playwright, folder: Path) -> Iterator[Engine]:
    """One of the engines, with a profile in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    engine: _Chromium | _Firefox | _WebKit
    if name == "chromium":
        engine = _Chromium(playwright, folder)
    else:
        engine = _Firefox(folder) if name == "firefox" else _WebKit(folder)
    try:
        yield engine
    finally:
        engine.close()
