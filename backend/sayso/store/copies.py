"""Copies of a whole database, taken while it is in use, and put into an empty one.

SQLite is copied through its own backup interface, PostgreSQL through pg_dump and pg_restore of the
machine. Each copy comes with the number of rows of every table at the very moment of the copy, so
that a restored one can be counted against it.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, make_url, text
from sqlalchemy.engine import URL

from sayso.domain.errors import CopyFailed
from sayso.store.engine import make_engine, transaction

SQLITE_COPY = "database.sqlite"
POSTGRES_COPY = "database.dump"


def dump(url: str, folder: Path) -> dict[str, int]:
    """Write a copy of the database at `url` into `folder`; returns rows per table.

    Raises CopyFailed with the database's own words, or when pg_dump is not on this machine.
    """
    if url.startswith("sqlite:"):
        return _dump_sqlite(_file_of(url), folder / SQLITE_COPY)
    engine = make_engine(url)
    try:
        # The counts and the dump see the same snapshot, whatever is written meanwhile.
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            snapshot = connection.scalar(text("select pg_export_snapshot()"))
            counts = row_counts(connection)
            _run(url, "pg_dump", "--format=custom", "--no-owner", f"--snapshot={snapshot}",
                 f"--file={folder / POSTGRES_COPY}")  # fmt: skip
    finally:
        engine.dispose()
    return counts


def load(folder: Path, url: str) -> None:
    """Fill the empty database at `url` with the copy in `folder`.

    Raises CopyFailed when the database holds tables already, or when the copy is of the other
    kind of database.
    """
    copy = folder / (SQLITE_COPY if url.startswith("sqlite:") else POSTGRES_COPY)
    if not copy.is_file():
        raise CopyFailed("the copy was taken from the other kind of database; restore it into that")
    refuse_filled(url)
    if url.startswith("sqlite:"):
        target = _file_of(url)
        target.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(copy)) as source, closing(sqlite3.connect(target)) as new:
            source.backup(new)
        return
    name = make_url(url).database or ""
    _run(url, "pg_restore", "--exit-on-error", "--single-transaction", "--no-owner",
         f"--dbname={name}", str(copy))  # fmt: skip


def refuse_filled(url: str) -> None:
    """Raise CopyFailed when the database at `url` holds any table: a copy never overwrites."""
    if url.startswith("sqlite:") and not _file_of(url).exists():
        return
    engine = make_engine(url)
    try:
        if inspect(engine).get_table_names():
            raise CopyFailed("the database is not empty; restore into a new one")
    finally:
        engine.dispose()


def count_rows(url: str) -> dict[str, int]:
    """Rows per table of the database at `url`."""
    engine = make_engine(url)
    try:
        with transaction(engine, read_only=True) as connection:
            return row_counts(connection)
    finally:
        engine.dispose()


def row_counts(connection: Connection) -> dict[str, int]:
    """Rows per table, by name, as this transaction sees them."""
    quote = connection.dialect.identifier_preparer.quote
    return {
        name: connection.scalar(text(f"select count(*) from {quote(name)}")) or 0  # noqa: S608
        for name in sorted(inspect(connection).get_table_names())
    }


@contextmanager
def scratch(url: str, folder: Path) -> Iterator[str]:
    """The address of an empty database of the kind of `url`, which is gone after the block.

    On PostgreSQL it is made on the same server, so the account needs the right to create databases.
    """
    if url.startswith("sqlite:"):
        path = folder / "scratch.sqlite"
        yield f"sqlite:///{path}"
        path.unlink(missing_ok=True)
        return
    name = f"sayso_scratch_{secrets.token_hex(6)}"
    engine = make_engine(url).execution_options(isolation_level="AUTOCOMMIT")
    try:
        _command(engine, f"create database {name} template template0")
        try:
            yield make_url(url).set(database=name).render_as_string(hide_password=False)
        finally:
            _command(engine, f"drop database {name} with (force)")
    finally:
        engine.dispose()


def _dump_sqlite(source: Path, target: Path) -> dict[str, int]:
    if not source.is_file():
        raise CopyFailed(f"there is no database at {source}")
    with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(target)) as copy:
        original.backup(copy)
        # A copy in one file needs no write-ahead log beside it.
        copy.execute("PRAGMA journal_mode=DELETE")
        if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise CopyFailed("the copy is damaged, and so the database may be")
    return count_rows(f"sqlite:///{target}")


def _command(engine: Engine, statement: str) -> None:
    with engine.connect() as connection:
        connection.execute(text(statement))


def _file_of(url: str) -> Path:
    return Path(make_url(url).database or "")


def _run(url: str, program: str, *arguments: str) -> None:
    """Run a PostgreSQL program; the password goes through its environment."""
    try:
        result = subprocess.run(  # noqa: S603 - the program is one of two and the arguments are ours
            [program, *arguments],
            env=os.environ | _environment(make_url(url)),
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise CopyFailed(f"{program} is not on this machine; install postgresql-client") from None
    if result.returncode != 0:
        said = result.stderr.strip().splitlines() or [f"it ended with {result.returncode}"]
        raise CopyFailed(f"{program} failed: {said[0]}")


def _environment(url: URL) -> dict[str, str]:
    parts: dict[str, Any] = {
        "PGHOST": url.host,
        "PGPORT": url.port,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    parts |= {f"PG{key.upper()}": value for key, value in url.query.items()}
    return {name: str(value) for name, value in parts.items() if value}
