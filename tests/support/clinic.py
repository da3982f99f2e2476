"""A whole installation of one clinic, set up with the commands that an administrator would type.

Database, keys, study, sites, a coordinator, web server and worker: all real, on a port of
127.0.0.1. Windows are laid around today, in a zone where it is about noon, so that no test runs
into a midnight.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sayso.clock import SystemClock
from sayso.domain.walltime import local_date
from support.house import ROOT
from support.processes import free_port, running, wait_until

SAYSO = Path(sys.executable).with_name("sayso")
STUDY = "stop-her2"
_ZONES = (
    "Pacific/Honolulu", "America/Los_Angeles", "America/Chicago", "America/Sao_Paulo",
    "Europe/London", "Europe/Athens", "Asia/Karachi", "Asia/Bangkok", "Asia/Tokyo",
    "Pacific/Auckland",
)  # fmt: skip
PASSWORD = "a garden of quiet herons"


@dataclass(frozen=True)
class Clinic:
    """Where the installation answers, and who may sign in."""

    origin: str
    folder: Path
    environment: dict[str, str]
    invitation: str
    zone: str

    def now(self) -> datetime:
        """The moment that its servers read."""
        return SystemClock().now()

    @property
    def today(self) -> date:
        """The local date at the clinic."""
        return local_date(self.now(), self.zone)

    def days_ago(self, days: int) -> str:
        """A date as date fields take it."""
        return (self.today - timedelta(days=days)).isoformat()

    def run(self, *words: str) -> str:
        """What a `sayso` command prints; fails with what it says when it fails."""
        done = subprocess.run(
            [SAYSO, *words], env=self.environment, capture_output=True, text=True, timeout=180,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"sayso {' '.join(words)}: {done.stderr}"
        return done.stdout


@contextmanager
def open_clinic(folder: Path, url: str | None = None, host: str = "127.0.0.1") -> Iterator[Clinic]:
    """Set everything up in `folder`, on SQLite unless another database is named, and run it.

    `host` is the name of this machine under which browsers reach it.
    """
    port = free_port()
    environment = {
        "HOME": str(folder),
        "PATH": os.environ["PATH"],
        "SAYSO_DATA_DIR": str(folder / "data"),
        "SAYSO_PUBLIC_URL": f"http://{host}:{port}",
        "SAYSO_VAPID_SUBJECT": "mailto:office@sayso-study.org",
        "SAYSO_ALLOW_LOOPBACK_PUSH": "1",
    }
    if url is not None:
        environment["SAYSO_DATABASE_URL"] = url
    clinic = Clinic(f"http://{host}:{port}", folder, environment, "", noon_zone())
    invitation = _set_up(clinic)
    clinic = Clinic(clinic.origin, folder, environment, invitation, clinic.zone)
    serve = [SAYSO, "serve", "--port", str(port)]
    with ExitStack() as stack:
        stack.enter_context(running(serve, environment, folder / "web.log"))
        stack.enter_context(running([SAYSO, "worker"], environment, folder / "worker.log"))
        wait_until(lambda: _answers(clinic.origin), "the clinic is ready")
        yield clinic


def _set_up(clinic: Clinic) -> str:
    clinic.run("db", "upgrade")
    clinic.run("vapid", "create")
    clinic.run("study", "publish", str(ROOT / "instruments" / "studies" / f"{STUDY}.toml"))
    clinic.run("site", "add", STUDY, "N", "North clinic", "--zone", clinic.zone)
    clinic.run("site", "add", STUDY, "S", "South clinic", "--zone", clinic.zone)
    said = clinic.run("staff", "invite", "ann@clinic.example", "--role", "coordinator",
                      "--site", f"{STUDY}/N")  # fmt: skip
    found = re.search(r"https?://\S+", said)
    assert found, said
    return found[0]


def noon_zone() -> str:
    """Of these zones around the globe the one that is nearest to its noon just now."""
    now = SystemClock().now()

    def from_noon(zone: str) -> int:
        return abs(now.astimezone(ZoneInfo(zone)).hour - 12)

    return min(_ZONES, key=from_noon)


def _answers(origin: str) -> bool:
    try:
        with urllib.request.urlopen(f"{origin}/health/ready", timeout=2) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False
