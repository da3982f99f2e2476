"""What the web server costs before the first request: processor time of its start, and memory."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench import machine, study_data
from bench.table import Row, Section, spread

# `rich` comes with the tools of the tests and is loaded by the log library wherever it is found; a
# server has no such tools, so it is hidden here.
_CODE = """
import sys, time
sys.modules["rich"] = None
{what}
used = time.process_time()
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(used, int(status["VmRSS"].split()[0]) / 1024)
"""
_WORKER = "from sayso.cli.main import cli; cli.get_command(None, 'serve')"
_FLASK = "import flask"
_WORKERS = 2
_PAGES = 40
_TRUENTH = 185


def measure(rounds: int) -> Section:
    """Load the server beside a bare Flask in fresh interpreters, then weigh it at work."""
    figures: dict[str, list[tuple[float, float]]] = {_WORKER: [], _FLASK: []}
    for what in figures:
        _import(what)  # Leaves the byte code behind that an installation has.
    for _ in range(rounds):
        for what, results in figures.items():
            results.append(_import(what))
    cpu = [seconds for seconds, _ in figures[_WORKER]]
    memory = [megabytes for _, megabytes in figures[_WORKER]]
    weight = _at_work()
    return Section(
        "Web worker",
        "What `sayso serve` loads before it forks its workers, in a fresh interpreter each time, "
        "the interpreter's own start included, its end not; then the server with "
        f"{_WORKERS} workers after {_PAGES} first screens, pages of memory shared among processes "
        "counted once.",
        (
            Row("import, processor time", spread(cpu, "s"), "≤ 0.9 s", median(cpu) <= 0.9),
            Row("resident memory after the import", spread(memory, "MB", 1), "≤ 65 MB",
                median(memory) <= 65),
            Row("the same for bare Flask",
                f"{spread([s for s, _ in figures[_FLASK]], 's')}, "
                f"{spread([m for _, m in figures[_FLASK]], 'MB', 1)}"),
            Row(f"memory of the server with {_WORKERS} workers at work", f"{weight:.0f} MB",
                f"≤ 0.8 × {_TRUENTH} MB of TrueNTH", weight <= 0.8 * _TRUENTH),
        ),
    )  # fmt: skip


def _import(what: str) -> tuple[float, float]:
    output = subprocess.run(
        [sys.executable, "-c", _CODE.format(what=what)], env=_environment({}),
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
    ).stdout  # fmt: skip
    seconds, megabytes = map(float, output.split())
    return seconds, megabytes


def _at_work() -> float:
    """Megabytes of the real server, its master and its workers, after they have answered."""
    with TemporaryDirectory(prefix="sayso-bench-") as name:
        url, key_file = f"sqlite:///{name}/b.sqlite", Path(name) / "b.key"
        [phone] = study_data.prepare(url, key_file, 1, datetime.now(UTC))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = subprocess.Popen(
            [sys.executable, "-m", "sayso", "serve", "--port", str(port), "--workers",
             str(_WORKERS)],
            env=_environment({"SAYSO_DATABASE_URL": url, "SAYSO_KEY_FILE": str(key_file)}),
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            _answer(port, phone)
            return machine.proportional_memory(server.pid)
        finally:
            server.terminate()
            server.wait(timeout=30)


def _answer(port: int, phone: study_data.Phone) -> None:
    address = f"http://127.0.0.1:{port}/api/me"
    request = urllib.request.Request(address, headers=study_data.headers(phone))
    for attempt in range(_PAGES + 100):
        try:
            urllib.request.urlopen(request, timeout=10).read()
        except OSError:
            if attempt > 100:
                raise
            time.sleep(0.1)
        else:
            if attempt >= _PAGES:
                return


def _environment(settings: dict[str, str]) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    backend = Path(__file__).parents[2] / "backend"
    return kept | {"PYTHONPATH": str(backend)} | settings
