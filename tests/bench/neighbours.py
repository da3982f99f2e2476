"""What the app is measured beside and with: SurveyJS's hello-world, and Lighthouse.

Both come from npm with the lock in `beside/`, are installed there when the benchmark runs, and are
part of nothing else.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from support.require import program

FOLDER = Path(__file__).with_name("beside")
_NODE = Path(sys.executable).parent
_SECONDS = 300


@dataclass(frozen=True)
class Scores:
    """What Lighthouse gives a page, 0 to 1: medians over the runs, and what it found fault with."""

    performance: float
    accessibility: float
    faults: tuple[str, ...]


def install() -> None:
    """Bring `beside/node_modules` to what the lock says; does nothing where it is so already."""
    lock, installed = FOLDER / "package-lock.json", FOLDER / "node_modules" / ".package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    _node("npm", "ci", "--silent", "--no-audit", "--no-fund", "--prefer-offline",
          "--ignore-scripts")  # fmt: skip


def lighthouse(url: str, runs: int) -> Scores:
    """Run Lighthouse on a page as it comes: a phone, slow 4G, a processor four times slower."""
    reports = [_report(url) for _ in range(runs)]
    faults = {
        audit["id"]
        for report in reports
        for audit in report["audits"].values()
        if audit["scoreDisplayMode"] == "binary" and audit["score"] == 0
    }

    def score(category: str) -> float:
        return median(float(report["categories"][category]["score"]) for report in reports)

    return Scores(score("performance"), score("accessibility"), tuple(sorted(faults)))


def _report(url: str) -> dict[str, Any]:
    said = _node(
        "node", "node_modules/lighthouse/cli/index.js", url, "--quiet", "--output=json",
        "--only-categories=performance,accessibility", "--no-enable-error-reporting",
        "--chrome-flags=--headless=new --no-sandbox",
    )  # fmt: skip
    report: dict[str, Any] = json.loads(said)
    return report


def _node(command: str, *arguments: str) -> str:
    environment = {
        **os.environ, "PATH": f"{_NODE}{os.pathsep}{os.environ['PATH']}",
        "CHROME_PATH": program("chromium"),
    }  # fmt: skip
    done = subprocess.run(
        [_NODE / command, *arguments], cwd=FOLDER, env=environment, capture_output=True, text=True,
        timeout=_SECONDS, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"{command} {arguments[0]}: {done.stderr[-2000:]}")
    return done.stdout
