"""WebKit, the engine of every iPhone browser, by the WebDriver of its GTK port.

It stands in for an iPhone as far as that is possible without one: no push, no background sync. Its
sessions keep nothing between two starts, so an app "ended in the middle" is a page that is gone.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support.processes import free_port, wait_until
from support.require import missing, program

_SECONDS = 60
_BEGIN = """
const gave = (value) => ({ gave: JSON.stringify(value ?? null) });
const value = (%s);
if (typeof value?.then !== "function") return gave(value);
globalThis.said = "waits";
value.then(
  (found) => { globalThis.said = gave(found); },
  (why) => { globalThis.said = { failed: String(why) }; },
);
return "waits";
"""


class WebKit:
    """One session; `evaluate` speaks to the page it shows."""

    def __init__(self, driver: str, browser: Path) -> None:
        self._session = driver
        options = {"binary": str(browser), "args": ["--automation"]}
        wanted = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
        made = self._ask("POST", "/session", {"capabilities": wanted})
        self._session = f"{driver}/session/{made['sessionId']}"
        # A script that falls between two pages gets no answer; all of ours are short.
        self._ask("POST", "/timeouts", {"script": 10_000, "pageLoad": _SECONDS * 1000})

    def go(self, url: str) -> None:
        """Open a page and wait until it is loaded."""
        self._ask("POST", "/url", {"url": url})

    def leave(self) -> None:
        """Close the tab and open another: the page is gone, not set aside for coming back."""
        old = self._ask("GET", "/window/handles", None)
        new = self._ask("POST", "/window/new", {"type": "tab"})["handle"]
        for handle in old:
            self._ask("POST", "/window", {"handle": handle})
            self._ask("DELETE", "/window", None)
        self._ask("POST", "/window", {"handle": new})

    def evaluate(self, expression: str) -> Any:
        """What an expression (or promise) gives in the page.

        A promise is asked after, not waited for in the driver: when the page goes away meanwhile,
        the driver would wait in vain for as long as it may.
        """
        said = self._run(_BEGIN % expression)
        while said == "waits":
            time.sleep(0.02)
            said = self._run("return globalThis.said ?? 'gone'")
        if isinstance(said, str):
            raise AssertionError(f"the page is {said}")
        if "failed" in said:
            raise AssertionError(said["failed"])
        return json.loads(said["gave"])

    def _run(self, script: str) -> Any:
        return self._ask("POST", "/execute/sync", {"script": script, "args": []})

    def close(self) -> None:
        self._ask("DELETE", "", None)

    def _ask(self, method: str, path: str, body: Any) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._session + path, data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS + 10) as reply:
                return json.load(reply)["value"]
        except urllib.error.HTTPError as error:
            said = json.load(error)["value"]
            raise AssertionError(f"{path}: {said['error']}: {said['message']}") from None


@contextmanager
def running_webkit(folder: Path) -> Iterator[WebKit]:
    """Start WebKit on a screen of its own, which nobody sees, and end both after the block."""
    browsers = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))
    if not browsers:
        missing("WebKitGTK's MiniBrowser")
    driver = program("WebKitWebDriver")
    home = folder / "home"
    home.mkdir(parents=True, exist_ok=True)
    port = free_port()
    with (folder / "webkit.log").open("wb") as log:
        display, screen = _screen(program("Xvfb"), log)
        environment = {
            "HOME": str(home), "PATH": "/usr/bin:/bin", "DISPLAY": display, "LANG": "C.UTF-8",
            "XDG_RUNTIME_DIR": str(home), "GDK_BACKEND": "x11",
            "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
            "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
        }  # fmt: skip
        process = subprocess.Popen(
            [driver, f"--port={port}", "--host=127.0.0.1"], env=environment, stdout=log, stderr=log
        )
        session = None
        try:
            wait_until(lambda: _listens(port), "WebKit's driver listens")
            session = WebKit(f"http://127.0.0.1:{port}", browsers[-1])
            yield session
        finally:
            if session is not None:
                session.close()
            for one in (process, screen):
                one.terminate()
                one.wait(20)


def _screen(xvfb: str, log: Any) -> tuple[str, subprocess.Popen[bytes]]:
    """A screen under a number that nobody else has; its address and its process."""
    reading, writing = os.pipe()
    screen = subprocess.Popen(
        [xvfb, "-displayfd", str(writing), "-screen", "0", "1024x1200x24", "-nolisten", "tcp"],
        pass_fds=[writing], stdout=log, stderr=log,
    )  # fmt: skip
    os.close(writing)
    with os.fdopen(reading) as said:
        return f":{said.readline().strip()}", screen


def _listens(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/status", timeout=2) as reply:
            return bool(json.load(reply)["value"]["ready"])
    except OSError:
        return False
