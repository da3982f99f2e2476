"""What the app costs a phone: bytes on the wire, and the time to the first thing to tap.

Chromium at the size of a phone, on a slow 4G line and with a processor four times slower, empty
caches each time. Timing starts with the navigation and ends when the first input can be used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from bench import neighbours, servers, study_data
from bench.table import Row, Section, spread
from support.require import program

# Slow 4G as the browser's own tools define it: 562 ms, 1.44 Mbit/s down, 0.675 Mbit/s up.
_SLOW_4G = {
    "offline": False, "latency": 562.5, "downloadThroughput": 180_000, "uploadThroughput": 84_375,
}  # fmt: skip
_SLOWDOWN = 4


@dataclass(frozen=True)
class _Load:
    """One cold load: milliseconds to the first input, bytes received, number of requests."""

    ms: float
    total_bytes: int
    script_bytes: int
    requests: int


def measure(rounds: int) -> Section:
    """Cold loads of the first screen and of a form, beside SurveyJS's; a revisit; Lighthouse."""
    neighbours.install()
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="sayso-bench-"))
        origin, phone = stack.enter_context(_server(Path(folder)))
        port, _ = stack.enter_context(servers.serving("beside", {}))
        theirs = f"http://127.0.0.1:{port}"
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program("chromium"))
            device = playwright.devices["Pixel 7"]
            first, form, hello = [], [], []
            for _ in range(rounds):
                first.append(_cold(browser, device, origin, None, "/enrol#ABCD-EFGH", "#code"))
                path = f"/form/{phone.form_id}"
                form.append(_cold(browser, device, origin, phone, path, "main input"))
                hello.append(_cold(browser, device, theirs, None, "/", "#survey input"))
            again = _revisit(browser, device, origin)
            browser.close()
        scores = neighbours.lighthouse(f"{origin}/", rounds)
    return Section(
        "The app on a slow phone",
        "Chromium as a Pixel 7, slow 4G (562 ms, 1.44 Mbit/s), processor slowed four times, empty "
        "caches; bytes as received, the service worker's own fetches included. Beside it, in the "
        "same rounds, SurveyJS with one question. Lighthouse with its own settings for a phone.",
        (
            *_rows("first screen", first),
            *_rows("a form straight from a reminder", form),
            *_beside(first, hello),
            *_scores(scores),
            Row("requests for the shell on a revisit", str(again), "0", again == 0),
        ),
    )


def _rows(what: str, loads: list[_Load]) -> Iterator[Row]:
    times = [load.ms / 1000 for load in loads]
    yield Row(f"{what}: first usable input", spread(times, "s"), "≤ 2.0 s", median(times) <= 2.0)
    script = max(load.script_bytes for load in loads)
    yield Row(f"{what}: JavaScript", f"{script / 1024:.1f} KB", "≤ 40 KB", script <= 40 * 1024)
    size = max(load.total_bytes for load in loads)
    yield Row(f"{what}: all bytes", f"{size / 1024:.1f} KB", "≤ 100 KB", size <= 100 * 1024)
    count = max(load.requests for load in loads)
    yield Row(f"{what}: requests", str(count), "≤ 10", count <= 10)


def _beside(first: list[_Load], hello: list[_Load]) -> Iterator[Row]:
    times = [load.ms / 1000 for load in hello]
    yield Row("SurveyJS with one question: first usable input", spread(times, "s"))
    size = max(load.total_bytes for load in hello)
    yield Row("SurveyJS with one question: all bytes", f"{size / 1024:.1f} KB")
    ratio = median(load.ms for load in first) / median(load.ms for load in hello)
    yield Row("our first screen, times SurveyJS's", f"{ratio:.2f}", "≤ 0.6", ratio <= 0.6)


def _scores(scores: neighbours.Scores) -> Iterator[Row]:
    fast, usable = scores.performance, scores.accessibility
    yield Row("Lighthouse, performance", f"{fast:.2f}", "≥ 0.95", fast >= 0.95)
    found = f" ({', '.join(scores.faults)})" if scores.faults else ""
    yield Row("Lighthouse, accessibility", f"{usable:.2f}{found}", "1.0", usable == 1)


@contextmanager
def _server(folder: Path) -> Iterator[tuple[str, study_data.Phone]]:
    url, key_file = f"sqlite:///{folder}/app.sqlite", folder / "app.key"
    [phone] = study_data.prepare(url, key_file, 1, datetime.now(UTC))
    settings = {
        "SAYSO_DATABASE_URL": url, "SAYSO_KEY_FILE": str(key_file), "SAYSO_LOG_LEVEL": "ERROR",
        "SAYSO_PUBLIC_URL": "http://127.0.0.1:8000",
    }  # fmt: skip
    with servers.serving("ours", settings) as (port, _pid):
        yield f"http://127.0.0.1:{port}", phone


def _cold(
    browser: Browser,
    device: dict[str, Any],
    origin: str,
    phone: study_data.Phone | None,
    path: str,
    selector: str,
) -> _Load:
    context = browser.new_context(**device)
    if phone is not None:
        cookie = {"name": study_data.COOKIE, "value": phone.token, "url": origin}
        context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    weigh = _scales(page)
    _slow(page)
    page.goto(origin + path, wait_until="commit")
    page.locator(selector).first.wait_for(state="visible")
    elapsed = float(page.evaluate("performance.now()"))
    page.wait_for_load_state("networkidle")
    load = weigh(elapsed)
    context.close()
    return load


def _scales(page: Page) -> Callable[[float], _Load]:
    """Count what the page receives on the wire."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    kinds: dict[str, str] = {}
    sizes: dict[str, int] = {}

    def note_kind(event: dict[str, Any]) -> None:
        kinds.setdefault(event["requestId"], event.get("type", ""))

    def note_size(event: dict[str, Any]) -> None:
        sizes[event["requestId"]] = int(event["encodedDataLength"])

    session.on("Network.responseReceived", note_kind)
    session.on("Network.loadingFinished", note_size)

    def weigh(ms: float) -> _Load:
        script = sum(size for key, size in sizes.items() if kinds.get(key) == "Script")
        return _Load(ms, sum(sizes.values()), script, len(sizes))

    return weigh


def _slow(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", _SLOW_4G)
    session.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWDOWN})


def _revisit(browser: Browser, device: dict[str, Any], origin: str) -> int:
    """Requests for the shell that reach the network once the app has been visited."""
    context = browser.new_context(**device)
    page = context.new_page()
    page.goto(origin + "/")
    page.locator("#code").wait_for()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.locator("#code").wait_for()
    seen: list[str] = []
    page.on(
        "response",
        lambda r: seen.append("" if r.from_service_worker or "/api/" in r.url else r.url),
    )
    page.reload()
    page.locator("#code").wait_for()
    page.wait_for_load_state("networkidle")
    context.close()
    return len([url for url in seen if url and not url.endswith("/sw.js")])
