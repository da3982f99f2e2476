"""The worker's commands: what they refuse to start without, and one round for cron."""

from __future__ import annotations

import json
import logging
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from sayso.clock import SystemClock
from sayso.services import audit_watch, heartbeats
from sayso.store.engine import make_engine, transaction
from support.shell import Shell
from support.watcher import watched


@pytest.fixture
def shell(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Shell]:
    """Commands of the worker change how this process logs and ends; afterwards all is as before."""
    monkeypatch.setenv("SAYSO_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SAYSO_VAPID_SUBJECT", "mailto:team@example.org")
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    signals = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield Shell(capsys)
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    for number, handler in signals.items():
        signal.signal(number, handler)


def refused(shell: Shell, *words: str) -> str:
    """The one sentence with which a command ends that cannot start."""
    result = shell(*words)
    assert result.code == 1
    assert len(result.err.strip().splitlines()) == 1
    return result.err


def ready(shell: Shell) -> None:
    assert shell("db", "upgrade").code == 0
    assert shell("vapid", "create").code == 0


def test_a_key_is_made_once_and_only_its_owner_can_read_it(shell: Shell, tmp_path: Path) -> None:
    made = shell("vapid", "create")
    path = tmp_path / "vapid.pem"
    assert made.code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    content = path.read_bytes()
    assert "left alone" in refused(shell, "vapid", "create")
    assert path.read_bytes() == content


def test_a_rotation_is_told_with_the_phones_that_have_not_followed(
    shell: Shell, tmp_path: Path
) -> None:
    ready(shell)
    (before,) = json.loads(shell("vapid", "show", "--json").out)
    said = shell("vapid", "rotate")
    assert said.code == 0
    assert before["id"] in said.out
    assert "Restart" in said.out
    current, retired = json.loads(shell("vapid", "show", "--json", "--phones").out)
    assert (current["current"], current["phones"]) == (True, 0)
    assert (retired["id"], retired["current"]) == (before["id"], False)
    assert "0 phones" in shell("vapid", "show", "--phones").out
    assert len(list(tmp_path.glob("*.old.pem"))) == 1


def test_there_is_nothing_to_rotate_without_a_key(shell: Shell) -> None:
    assert "sayso vapid create" in refused(shell, "vapid", "rotate")


def test_the_public_half_is_shown_with_retired_ones(shell: Shell, tmp_path: Path) -> None:
    shell("vapid", "create")
    old = shell("vapid", "show").out.split()[-1]
    (tmp_path / "vapid.pem").rename(tmp_path / "2025.old.pem")
    shell("vapid", "create")
    lines = shell("vapid", "show").out.splitlines()
    assert [line.split()[0] for line in lines] == ["in", "retired"]
    assert lines[1].split()[-1] == old


def test_a_key_can_be_written_elsewhere(shell: Shell, tmp_path: Path) -> None:
    assert shell("vapid", "create", "--file", tmp_path / "other" / "key.pem").code == 0
    assert (tmp_path / "other" / "key.pem").is_file()


@pytest.mark.parametrize("words", [("worker",), ("dispatch", "--once")])
def test_without_a_key_nothing_starts_and_none_is_made_up(
    shell: Shell, words: tuple[str, ...], tmp_path: Path
) -> None:
    shell("db", "upgrade")
    assert "sayso vapid create" in refused(shell, *words)
    assert not (tmp_path / "vapid.pem").exists()


def test_a_placeholder_contact_is_refused_at_the_start(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(shell)
    monkeypatch.setenv("SAYSO_VAPID_SUBJECT", "mailto:team@localhost")
    assert "SAYSO_VAPID_SUBJECT" in refused(shell, "worker")


def test_a_database_that_was_never_set_up_is_said(shell: Shell, tmp_path: Path) -> None:
    ready(shell)
    (tmp_path / "sayso.sqlite").unlink()
    assert "sayso db upgrade" in refused(shell, "dispatch", "--once")


def test_wrong_settings_are_wrong_use(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAYSO_SMTP_URL", "http://mail.example.org")
    result = shell("worker")
    assert result.code == 2
    assert "SAYSO_SMTP_URL" in result.err


def test_one_round_is_all_that_an_installation_without_a_worker_has(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A sign of life, the call outside and the look at the audit trail belong to it."""
    ready(shell)
    with watched() as outside:
        monkeypatch.setenv("SAYSO_DEAD_MAN_URL", outside.url)
        assert shell("dispatch", "--once").code == 0
        assert outside.calls == ["/alive"]
    engine = make_engine(f"sqlite:///{tmp_path / 'sayso.sqlite'}")
    with transaction(engine, read_only=True) as connection:
        now = SystemClock().now()
        assert heartbeats.complaint(connection, now) is None
        assert len(heartbeats.latest(connection)) == 1
        trail = audit_watch.latest(connection)
    engine.dispose()
    assert trail is not None
    assert trail.faults == ()


def test_one_round_does_what_is_due_and_ends(shell: Shell) -> None:
    ready(shell)
    assert shell("dispatch", "--once").out == "Nothing was due.\n"
    assert shell("dispatch", "--once", "--json").json == {}
    assert shell("dispatch").code == 2
