"""Backups: taken while the program writes, proved by counting, restored without overwriting."""

import subprocess
import tarfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url, text

from sayso.domain.errors import CopyFailed
from sayso.services import backups
from sayso.services.backups import Backup
from sayso.store import copies
from sayso.store.engine import make_engine, transaction
from support.postgres import Cluster
from support.require import program

Take = Callable[..., Backup]


@pytest.fixture
def keys(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "keys"
    folder.mkdir()
    (folder / "identifiers.key").write_text("canary-identifiers")
    (folder / "vapid.pem").write_text("canary-vapid")
    return [folder / "identifiers.key", folder / "vapid.pem"]


@pytest.fixture
def identity(tmp_path: Path) -> Path:
    """A fresh age key; its public half lies beside it as recipients.txt."""
    program("age")
    path = tmp_path / "identity.txt"
    subprocess.run([program("age-keygen"), "-o", path], check=True, capture_output=True)
    public = subprocess.run(
        [program("age-keygen"), "-y", path], check=True, capture_output=True, text=True
    ).stdout
    (tmp_path / "recipients.txt").write_text(public)
    return path


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """A database with a table that grows by itself, ten rows so far."""
    with transaction(engine) as connection:
        connection.execute(text("create table note (id integer primary key, words text)"))
        connection.execute(
            text("insert into note values (:id, :words)"),
            [{"id": number, "words": f"note {number}"} for number in range(10)],
        )
    return engine


@pytest.fixture
def take(
    filled: Engine, database_url: str, keys: list[Path], tmp_path: Path, now: datetime
) -> Take:
    def take(recipients: Path | None = None, later: int = 0) -> Backup:
        moment = now + timedelta(seconds=later)
        return backups.create(database_url, keys, tmp_path / "backups", recipients, moment)

    return take


@pytest.fixture
def empty_url(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty database of the same kind, on what may be another machine."""
    if database_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'elsewhere' / 'sayso.sqlite'}"
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    url = cluster.create()
    yield url
    cluster.drop(url)


def notes(url: str) -> list[str]:
    engine = make_engine(url)
    with transaction(engine, read_only=True) as connection:
        words = list(connection.scalars(text("select words from note order by id")))
    engine.dispose()
    return words


def test_what_was_backed_up_comes_back(take: Take, empty_url: str, keys: list[Path]) -> None:
    backup = take()
    restored = backups.restore(backup.file, empty_url, keys, None)
    assert notes(empty_url) == [f"note {number}" for number in range(10)]
    assert restored.manifest.rows == copies.count_rows(empty_url)
    assert restored.manifest.rows["note"] == 10


def test_a_backup_can_be_proved_without_touching_the_database(
    take: Take, database_url: str
) -> None:
    backup = take()
    before = copies.count_rows(database_url)
    assert backups.verify(backup.file, database_url, None).manifest == backup.manifest
    assert copies.count_rows(database_url) == before


def test_a_write_during_the_copy_is_in_it_wholly_or_not_at_all(
    take: Take, filled: Engine, empty_url: str
) -> None:
    with filled.connect() as writer:
        writer.execute(text("insert into note values (10, 'still open')"))
        backup = take() if filled.dialect.name == "postgresql" else None
        writer.rollback()
    backup = backup or take()
    assert backup.manifest.rows["note"] == 10
    backups.restore(backup.file, empty_url, [], None)
    assert len(notes(empty_url)) == 10


def test_an_encrypted_backup_carries_the_keys(
    take: Take, identity: Path, empty_url: str, keys: list[Path], tmp_path: Path
) -> None:
    backup = take(identity.with_name("recipients.txt"))
    assert backup.manifest.keys == ["identifiers.key", "vapid.pem"]
    new_places = [tmp_path / "new" / key.name for key in keys]
    backups.restore(backup.file, empty_url, new_places, identity)
    assert [place.read_text() for place in new_places] == ["canary-identifiers", "canary-vapid"]
    assert {place.stat().st_mode & 0o777 for place in new_places} == {0o600}


def test_an_encrypted_backup_shows_nothing(take: Take, identity: Path, database_url: str) -> None:
    backup = take(identity.with_name("recipients.txt"))
    assert b"canary" not in backup.file.read_bytes()
    with pytest.raises(CopyFailed, match="--identity"):
        backups.verify(backup.file, database_url, None)


def test_without_encryption_the_keys_stay_out(take: Take) -> None:
    backup = take()
    assert backup.manifest.keys == []
    with tarfile.open(backup.file) as archive:
        assert [name for name in archive.getnames() if "key" in name or "pem" in name] == []


def test_only_the_owner_can_read_it_and_nothing_else_is_left(take: Take) -> None:
    backup = take()
    assert backup.file.stat().st_mode & 0o777 == 0o600
    assert list(backup.file.parent.iterdir()) == [backup.file]


def test_a_filled_database_is_never_overwritten(take: Take, database_url: str) -> None:
    backup = take()
    with pytest.raises(CopyFailed, match="not empty"):
        backups.restore(backup.file, database_url, [], None)
    assert len(notes(database_url)) == 10


def test_another_key_is_never_overwritten(
    take: Take, identity: Path, empty_url: str, keys: list[Path]
) -> None:
    backup = take(identity.with_name("recipients.txt"))
    keys[0].write_text("the key of another study")
    with pytest.raises(CopyFailed, match=r"another key lies at .*identifiers\.key"):
        backups.restore(backup.file, empty_url, keys, identity)
    assert keys[0].read_text() == "the key of another study"
    copies.refuse_filled(empty_url)


def test_the_wrong_identity_opens_nothing(
    take: Take, identity: Path, database_url: str, tmp_path: Path
) -> None:
    backup = take(identity.with_name("recipients.txt"))
    other = tmp_path / "other.txt"
    subprocess.run([program("age-keygen"), "-o", other], check=True, capture_output=True)
    with pytest.raises(CopyFailed, match="age failed"):
        backups.verify(backup.file, database_url, other)


def test_a_cut_archive_is_found(take: Take, database_url: str) -> None:
    backup = take()
    backup.file.write_bytes(backup.file.read_bytes()[:-200])
    with pytest.raises(CopyFailed, match="not a whole backup"):
        backups.verify(backup.file, database_url, None)


def test_a_changed_file_is_found(take: Take, database_url: str, tmp_path: Path) -> None:
    backup = take()
    opened = tmp_path / "opened"
    with tarfile.open(backup.file) as archive:
        archive.extractall(opened, filter="data")
    copy = next(opened.glob("database.*"))
    copy.write_bytes(copy.read_bytes() + b"x")
    with tarfile.open(backup.file, "w:gz") as archive:
        for path in opened.iterdir():
            archive.add(path, arcname=path.name)
    with pytest.raises(CopyFailed, match="not what was backed up"):
        backups.verify(backup.file, database_url, None)


def test_the_newest_are_kept(take: Take) -> None:
    taken = [take(later=second).file for second in range(4)]
    assert backups.prune(taken[0].parent, keep=2) == taken[:2]
    assert [path.exists() for path in taken] == [False, False, True, True]


def test_two_backups_in_one_second_do_not_overwrite_each_other(take: Take) -> None:
    take()
    with pytest.raises(CopyFailed, match="exists already"):
        take()


def test_a_copy_of_the_other_kind_is_refused(
    take: Take, database_url: str, sqlite_url: str, postgres_url: str
) -> None:
    backup = take()
    other = postgres_url if database_url.startswith("sqlite") else sqlite_url
    with pytest.raises(CopyFailed, match="other kind"):
        backups.restore(backup.file, other, [], None)


def test_a_missing_database_is_said(tmp_path: Path, now: datetime) -> None:
    with pytest.raises(CopyFailed, match="there is no database at"):
        backups.create(f"sqlite:///{tmp_path / 'none.sqlite'}", [], tmp_path / "b", None, now)
    assert list((tmp_path / "b").iterdir()) == []


@pytest.mark.parametrize("tool", ["pg_dump", "age"])
def test_a_missing_program_is_named(
    tool: str,
    postgres_url: str,
    sqlite_url: str,
    tmp_path: Path,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    recipients = tmp_path / "recipients.txt"
    recipients.write_text("")
    url = postgres_url if tool == "pg_dump" else sqlite_url
    with pytest.raises(CopyFailed, match=f"{tool} is not on this machine"):
        backups.create(url, [], tmp_path / "b", recipients, now)


def test_a_password_is_not_among_the_arguments_of_a_program() -> None:
    url = "postgresql://sayso:canary@db.example.org:5433/sayso?sslmode=require"
    environment = copies._environment(make_url(url))
    assert environment == {
        "PGHOST": "db.example.org",
        "PGPORT": "5433",
        "PGUSER": "sayso",
        "PGPASSWORD": "canary",
        "PGDATABASE": "sayso",
        "PGSSLMODE": "require",
    }
