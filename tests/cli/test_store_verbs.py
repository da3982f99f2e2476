"""From an empty folder to a participant with a code, all by commands."""

from __future__ import annotations

import re
import sqlite3
import stat
from pathlib import Path

import pytest

from sayso.resources import instruments_dir
from support.shell import Result, Shell

STUDY_FILE = instruments_dir() / "studies" / "stop-her2.toml"
ENROL = (
    "participant", "enrol", "stop-her2", "P-001", "--site", "BOS", "--arm", "continue",
    "--enrolled", "2026-01-05", "--zone", "America/New_York",
)  # fmt: skip
INVITE = ("staff", "invite", "bob@example.org", "--role", "coordinator", "--site", "stop-her2/BOS")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SAYSO_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("SAYSO_DATABASE_URL", raising=False)
    return tmp_path / "var"


@pytest.fixture
def shell(folder: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capsys)


@pytest.fixture
def ready(shell: Shell) -> Shell:
    """A database with the study and one site."""
    done(shell("db", "upgrade"))
    done(shell("study", "publish", STUDY_FILE))
    done(shell("site", "add", "stop-her2", "BOS", "Boston", "--zone", "America/New_York"))
    return shell


def done(result: Result) -> Result:
    assert (result.code, result.err) == (0, ""), result
    return result


def refused(result: Result, sentence: str, code: int = 1) -> None:
    assert result.code == code, result
    assert sentence in result.err
    assert code == 2 or len(result.err.strip().splitlines()) == 1


def test_the_first_upgrade_makes_database_and_key(shell: Shell, folder: Path) -> None:
    out = done(shell("db", "upgrade")).out

    assert "Keep a copy apart from the database" in out
    assert stat.S_IMODE((folder / "identifiers.key").stat().st_mode) == 0o600
    assert (folder / "sayso.sqlite").exists()
    key = (folder / "identifiers.key").read_bytes()
    again = done(shell("db", "upgrade")).out
    assert "Made the key file" not in again
    assert (folder / "identifiers.key").read_bytes() == key


def test_check_agrees_after_an_upgrade_and_names_what_differs(shell: Shell, folder: Path) -> None:
    done(shell("db", "upgrade"))
    assert done(shell("db", "check", "--json")).json["ok"]

    with sqlite3.connect(folder / "sayso.sqlite") as connection:
        connection.execute("ALTER TABLE site ADD COLUMN stray TEXT")
    connection.close()

    differing = shell("db", "check")
    assert differing.code == 1
    assert "stray" in differing.err


def test_downgrade_and_back(shell: Shell) -> None:
    done(shell("db", "upgrade"))
    done(shell("db", "downgrade", "base", "--yes"))
    assert shell("db", "check").code == 1

    done(shell("db", "upgrade"))

    done(shell("db", "check"))
    refused(shell("db", "downgrade", "9999", "--yes"), "There is no revision 9999", 2)


@pytest.mark.parametrize(
    "command",
    [("staff", "list"), ("audit", "verify"), ("site", "list", "x"), ("serve", "--port", "0")],
)
def test_without_a_database_every_verb_says_what_to_run(
    shell: Shell, folder: Path, command: tuple[str, ...]
) -> None:
    folder.mkdir()

    refused(shell(*command), "sayso db upgrade")


def test_publishing_twice_is_no_fault(ready: Shell) -> None:
    again = done(ready("study", "publish", STUDY_FILE, "--json")).json

    assert again["created"] is False
    assert again["study"]["key"] == "stop-her2"


def test_a_study_whose_questionnaires_are_not_at_hand(shell: Shell, tmp_path: Path) -> None:
    done(shell("db", "upgrade"))
    (tmp_path / "empty").mkdir()

    refused(
        shell("study", "publish", STUDY_FILE, "--instruments", tmp_path / "empty"),
        "There is no questionnaire",
    )


def test_sites_are_listed_with_their_parents(ready: Shell) -> None:
    done(ready("site", "add", "stop-her2", "BOSW", "West", "--zone", "America/New_York",
               "--parent", "BOS"))  # fmt: skip

    found = done(ready("site", "list", "stop-her2", "--json")).json

    assert [(one["code"], one["parent"]) for one in found] == [("BOS", None), ("BOSW", "BOS")]
    refused(ready("site", "add", "stop-her2", "BOS", "x", "--zone", "America/New_York"), "already")
    refused(ready("site", "add", "none", "BOS", "x", "--zone", "America/New_York"), "No study")
    assert "satellite of BOS" in done(ready("site", "list", "stop-her2")).out


def test_an_invitation_is_a_link_whose_secret_servers_never_see(ready: Shell) -> None:
    result = ready(*INVITE)

    assert result.code == 0
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/console/#/invitation/[\w-]{43}\n", result.out)
    [account] = done(ready("staff", "list", "--json")).json
    assert account == {
        "email": "bob@example.org", "name": None, "role": "coordinator",
        "sites": ["stop-her2/BOS"], "state": "invited",
    }  # fmt: skip


def test_wrong_use_of_invitations(ready: Shell) -> None:
    refused(ready("staff", "invite", "b@example.org", "--role", "coordinator"), "--site", 2)
    refused(ready(*INVITE[:-1], "BOS"), "STUDY/CODE", 2)
    refused(ready(*INVITE[:-1], "stop-her2/NOPE"), "no site NOPE")
    refused(ready("staff", "invite", "bob", *INVITE[3:]), "not an e-mail address")
    refused(ready("staff", "invite", "b@example.org", "--role", "boss"), "boss", 2)


def test_closing_an_account(ready: Shell) -> None:
    ready(*INVITE)

    done(ready("staff", "disable", "Bob@Example.org"))

    assert done(ready("staff", "list")).out.startswith("disabled")
    refused(ready("staff", "disable", "nobody@example.org"), "no account")


def test_enrolling_prints_a_code_and_its_link(ready: Shell) -> None:
    out = done(ready(*ENROL)).out

    code = re.search(r"Code: ([0-9A-Z]{4}-[0-9A-Z]{4})", out)
    assert code is not None
    assert f"/enrol#{code[1]}" in out
    [person] = done(ready("participant", "list", "stop-her2", "--json")).json
    assert (person["code"], person["reads_english"]) == ("P-001", True)


def test_who_does_not_read_english_needs_no_code(ready: Shell) -> None:
    out = done(ready(*ENROL, "--no-english", "--language", "es", "--interpreter")).out

    assert "exempt from questionnaires since 2026-01-05" in out
    assert "does not read English" in done(ready("participant", "list", "stop-her2")).out
    refused(ready("participant", "code", "stop-her2", "P-001"), "exempt")


def test_a_lost_phone_is_replaced(ready: Shell) -> None:
    done(ready(*ENROL))

    again = ready("participant", "code", "stop-her2", "P-001", "--replace", "--reason", "lost")

    assert "Code: " in done(again).out
    refused(ready("participant", "code", "stop-her2", "P-404"), "no participant P-404")


def test_who_is_not_at_the_site_gets_a_link_and_a_pin(ready: Shell) -> None:
    done(ready(*ENROL))

    out = done(ready("participant", "code", "stop-her2", "P-001", "--link")).out

    link, pin = re.search(r"/enrol#([0-9A-Z]{26})\n", out), re.search(r"PIN: +(\d{6}) ", out)
    assert link is not None
    assert pin is not None
    assert pin[1] not in link[1]
    assert "Code:" not in out


def test_the_trail_verifies_and_harm_is_found(ready: Shell, folder: Path) -> None:
    done(ready(*ENROL))
    said = done(ready("audit", "verify", "--json")).json
    anchor = f"{said['events']}:{said['head']}"
    assert (said["ok"], said["faults"]) == (True, [])
    done(ready("audit", "verify", "--anchor", anchor))
    wrong = f"{said['events']}:{'0' * 64}"
    refused(ready("audit", "verify", "--anchor", wrong), "rewritten")
    refused(ready("audit", "verify", "--anchor", "x"), "NUMBER:DIGEST", 2)

    with sqlite3.connect(folder / "sayso.sqlite") as connection:
        connection.execute("DROP TRIGGER audit_event_keeps_columns")
        connection.execute("UPDATE audit_event SET actor_kind = 'staff' WHERE seq = 2")
    connection.close()

    refused(ready("audit", "verify"), "event 2 was changed after it was written")
