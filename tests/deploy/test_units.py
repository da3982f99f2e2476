"""The systemd units: accepted without a word, and hardened beyond doubt."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.house import ROOT
from support.require import program

UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
MOST_EXPOSED = 2.5


def verify(unit: Path, folder: Path) -> str:
    """What systemd says about `unit`, with commands that this machine has."""
    text = unit.read_text("utf-8").replace("/opt/sayso/bin/sayso", sys.executable)
    copy = folder / unit.name
    copy.write_text(text)
    for other in ("sayso-worker.service",):
        if not (folder / other).exists():
            shutil.copy(ROOT / "deploy" / "systemd" / other, folder)
            patched = (folder / other).read_text().replace("/opt/sayso/bin/sayso", sys.executable)
            (folder / other).write_text(patched)
    result = subprocess.run(
        [program("systemd-analyze"), "verify", "--man=no", copy],
        capture_output=True,
        text=True,
        check=False,
    )
    return result.stdout + result.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_systemd_has_nothing_to_say(unit: Path, tmp_path: Path) -> None:
    assert verify(unit, tmp_path) == ""


def test_a_misspelt_key_would_be_heard(tmp_path: Path) -> None:
    # systemd ends with 0 even then, which is why the words are checked and not the code.
    broken = tmp_path / "source" / "sayso-web.service"
    broken.parent.mkdir()
    broken.write_text(UNITS[0].read_text() + "\n[Service]\nPrivateTemp=true\n")
    assert "PrivateTemp" in verify(broken, tmp_path)


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_the_exposure_is_low(unit: Path) -> None:
    result = subprocess.run(
        [program("systemd-analyze"), "security", "--offline=true", "--no-pager", unit],
        capture_output=True,
        text=True,
        check=True,
    )
    score = result.stdout.splitlines()[-1].split(":")[1].split()[0]
    assert float(score) <= MOST_EXPOSED


def test_the_timer_starts_a_unit_that_exists() -> None:
    timers = list((ROOT / "deploy" / "systemd").glob("*.timer"))
    assert [timer.with_suffix(".service") for timer in timers if timer in timers] == [
        path for path in UNITS if path.stem == "sayso-backup"
    ]


def test_the_program_runs_where_memory_may_not_become_code() -> None:
    """MemoryDenyWriteExecute holds for every unit; libraries with native parts must bear it."""
    probe = (
        "import ctypes, os, sys\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "assert libc.prctl(65, 1, 0, 0, 0) == 0, os.strerror(ctypes.get_errno())\n"
        "os.execv(sys.executable, [sys.executable, '-c', sys.argv[1]])\n"
    )
    work = (
        "import argon2, cryptography.fernet as f, psycopg, sqlalchemy, aiohttp\n"
        "argon2.PasswordHasher(1, 8192, 1).hash('x')\n"
        "f.Fernet(f.Fernet.generate_key()).encrypt(b'x')\n"
        "print(psycopg.pq.__impl__)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", probe, work], capture_output=True, text=True, check=False
    )
    assert result.stdout == "binary\n", result.stderr
