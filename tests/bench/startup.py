"""What a web worker costs before the first request: processor time of the import, and memory."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path
from statistics import median

from bench.table import Row, Section, spread

# `rich` comes with the tools of the tests and is loaded by the log library wherever it is found; a
# server has no such tools, so it is hidden here.
_CODE = """
import sys
sys.modules["rich"] = None
{what}
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(int(status["VmRSS"].split()[0]) / 1024)
"""
_WORKER = "import sayso.web.app"
_FLASK = "import flask"


def measure(rounds: int) -> Section:
    """Import of the web worker beside a bare Flask, in fresh interpreters."""
    figures: dict[str, list[tuple[float, float]]] = {_WORKER: [], _FLASK: []}
    for _ in range(rounds):
        for what, results in figures.items():
            results.append(_import(what))
    cpu = [seconds for seconds, _ in figures[_WORKER]]
    memory = [megabytes for _, megabytes in figures[_WORKER]]
    return Section(
        "Web worker",
        "A fresh interpreter each time, the interpreter's own start included.",
        (
            Row("import, processor time", spread(cpu, "s"), "≤ 0.9 s", median(cpu) <= 0.9),
            Row("resident memory after the import", spread(memory, "MB", 1), "≤ 65 MB",
                median(memory) <= 65),
            Row("the same for bare Flask",
                f"{spread([s for s, _ in figures[_FLASK]], 's')}, "
                f"{spread([m for _, m in figures[_FLASK]], 'MB', 1)}"),
        ),
    )  # fmt: skip


def _import(what: str) -> tuple[float, float]:
    before = _children_seconds()
    output = subprocess.run(
        [sys.executable, "-c", _CODE.format(what=what)],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
    ).stdout  # fmt: skip
    return _children_seconds() - before, float(output)


def _children_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
