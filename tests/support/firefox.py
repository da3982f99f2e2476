"""Firefox by WebDriver BiDi, with push notifications for real.

Firefox ESR from the distribution is started headless with a profile of its own; its push service is
ours. Notifications are Firefox's own windows, so a test can read what a lock screen would show and
click it. `Firefox` runs its protocol in a thread, tests call it as plain functions.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp

from support.require import program

# Each of these was needed: the remote protocol switches push off, a test machine has no
# notification service, and reconnecting would take minutes.
_PREFERENCES = {
    "dom.push.connection.enabled": "true",
    "dom.push.testing.allowInsecureServerURL": "true",
    "permissions.default.desktop-notification": "1",
    "alerts.useSystemBackend": "false",
    "dom.push.retryBaseInterval": "200",
    "browser.shell.checkDefaultBrowser": "false",
    "datareporting.policy.dataSubmissionEnabled": "false",
    "app.update.enabled": "false",
    "network.captive-portal-service.enabled": "false",
    "network.connectivity-service.enabled": "false",
    "browser.safebrowsing.provider.mozilla.updateURL": '""',
    "services.settings.server": '"http://127.0.0.1:1"',
}
_ALERT = "chrome://global/content/alerts/alert.xhtml"


class Firefox:
    """One running browser; `context` is the tab that commands speak to."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._run(self._connect())
        self.call("session.new", {"capabilities": {}})
        self.context: str = self.contexts()[0]["context"]

    def call(self, method: str, params: dict[str, Any], seconds: float = 60) -> dict[str, Any]:
        """One command; fails with Firefox's own words."""
        result: dict[str, Any] = self._run(self._call(method, params), seconds)
        return result

    def contexts(self, scope: str | None = None) -> list[dict[str, Any]]:
        """The open tabs, or with "chrome" the browser's own windows."""
        params = {"moz:scope": scope} if scope else {}
        tree: list[dict[str, Any]] = self.call("browsingContext.getTree", params)["contexts"]
        return tree

    def go(self, url: str, wait: str = "complete") -> None:
        """Open a page in the tab and wait until it is loaded, or with "none" for nothing."""
        params = {"context": self.context, "url": url, "wait": wait}
        self.call("browsingContext.navigate", params)

    def close_every_page_of(self, origin: str) -> None:
        """Leave one empty tab, as a person does who closes the app, and make sure of it."""
        self.go("about:blank")
        for tab in self.contexts():
            if tab["context"] != self.context:
                self.call("browsingContext.close", {"context": tab["context"]})
        until(
            lambda: not any(tab["url"].startswith(origin) for tab in self.contexts()),
            f"no page of {origin} is open",
        )

    def evaluate(self, expression: str, context: str | None = None) -> Any:
        """What an expression (or promise) gives in the page, as if the user had just tapped."""
        answer = self.call(
            "script.evaluate",
            {
                "expression": f"Promise.resolve({expression}).then(v => JSON.stringify(v ?? null))",
                "target": {"context": context or self.context},
                "awaitPromise": True,
                "userActivation": True,
            },
        )
        if answer["type"] != "success":
            raise AssertionError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    def tap(self, words: str) -> None:
        """Tap the button or link that says these words, once it is there."""
        find = (
            "[...document.querySelectorAll('button,a')]"
            f".find((one) => one.textContent.trim() === {json.dumps(words)})"
        )
        until(lambda: self.evaluate(f"!!{find}"), f"a button says {words!r}")
        self.evaluate(f"{find}.click()")

    def shows(self, words: str) -> bool:
        """Whether the page says these words."""
        return bool(self.evaluate(f"document.body.innerText.includes({json.dumps(words)})"))

    def alerts(self) -> list[tuple[str, str]]:
        """Notifications on the screen: the window of each, and every word in it."""
        words = (
            "['alertTitleLabel', 'alertTextLabel'].map((name) => document.getElementById(name))"
            ".map((label) => label.value || label.textContent).join(' | ')"
        )
        return [
            (window["context"], str(self.evaluate(words, window["context"])))
            for window in self.contexts("chrome")
            if window["url"] == _ALERT
        ]

    def click_alert(self, window: str) -> None:
        """Click a notification as a finger would."""
        self.evaluate("document.getElementById('alertBox').click()", window)

    def close(self) -> None:
        self._run(self._disconnect())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _run(self, work: Any, seconds: float = 60) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(seconds)

    async def _connect(self) -> None:
        self._session = aiohttp.ClientSession()
        self._socket = await self._session.ws_connect(f"{self._address}/session", max_msg_size=0)
        self._reader = asyncio.create_task(self._read())

    async def _disconnect(self) -> None:
        self._reader.cancel()
        await self._socket.close()
        await self._session.close()

    async def _read(self) -> None:
        async for message in self._socket:
            said = json.loads(message.data)
            waiting = self._waiting.pop(said.get("id"), None)
            if waiting is not None and not waiting.done():
                waiting.set_result(said)

    async def _call(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        number = next(self._numbers)
        self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": params})
        said = await self._waiting[number]
        if said["type"] == "error":
            raise AssertionError(f"{method}: {said['error']}: {said['message']}")
        result: dict[str, Any] = said["result"]
        return result


@contextmanager
def running_firefox(profile: Path, push_url: str, private: bool = False) -> Iterator[Firefox]:
    """Start Firefox with this profile folder and push service, and end it after the block.

    With `private` every window is a private one.
    """
    profile.mkdir(exist_ok=True)
    preferences = _PREFERENCES | {
        "dom.push.serverURL": f'"{push_url.replace("http", "ws", 1)}/"',
        "browser.privatebrowsing.autostart": str(private).lower(),
    }
    (profile / "user.js").write_text(
        "".join(f'user_pref("{name}", {value});\n' for name, value in preferences.items()), "utf-8"
    )
    log = (profile / "firefox.log").open("wb+")
    process = subprocess.Popen(
        [
            program("firefox-esr", "firefox"), "--headless", "--no-remote", "--profile",
            str(profile), "--remote-debugging-port", "0", "--remote-allow-system-access",
        ],
        stdout=log, stderr=log, env={"HOME": str(profile), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    browser = None
    try:
        browser = Firefox(_address(profile / "firefox.log"))
        yield browser
    finally:
        if browser is not None:
            browser.close()
        process.terminate()
        process.wait(30)
        log.close()


def until(holds: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Look again until it holds; fails with what was waited for."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"after {seconds:g} seconds still not: {what}"
        time.sleep(0.1)


def _address(log: Path) -> str:
    found: list[str] = []

    def listening() -> bool:
        said = re.search(
            r"WebDriver BiDi listening on (ws://\S+)", log.read_text("utf-8", "replace")
        )
        if said:
            found.append(said[1])
        return bool(found)

    until(listening, "Firefox listens")
    return found[0]
