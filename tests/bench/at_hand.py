"""What it takes in memory to have the figures of a study at hand, in a process of its own.

Run as `python -m bench.at_hand DATABASE FOLDER`: prints the resident memory in MB of a process that
holds the web application before it has read everybody's line, and afterwards.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bench.crowd import NOW
from sayso.clock import FixedClock
from sayso.settings import Settings
from sayso.store.engine import make_engine
from sayso.store.sealed import Keyring
from sayso.web import warming
from sayso.web.app import create_app


def measure(url: str, folder: Path) -> tuple[float, float]:
    """Both figures for the database at `url`."""
    answer = subprocess.run(
        [sys.executable, "-m", "bench.at_hand", url, str(folder)],
        check=True, capture_output=True, text=True, cwd=Path(__file__).parents[1],
    )  # fmt: skip
    before, after = answer.stdout.split()[-2:]
    return float(before), float(after)


def main(url: str, folder: Path) -> None:
    """Read everybody's line as a web process does when it starts, and print both figures."""
    app = create_app(
        Settings(data_dir=folder), make_engine(url), FixedClock(NOW),
        keyring=Keyring(bytes(range(32))), static=folder,
    )  # fmt: skip
    before = _resident()
    warming.start(app.extensions["sayso"]).join()
    print(before, _resident())


def _resident() -> float:
    status = dict(
        line.split(":", 1) for line in Path("/proc/self/status").read_text("utf-8").splitlines()
    )
    return int(status["VmRSS"].split()[0]) / 1024


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
