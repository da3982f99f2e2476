"""What many tests begin with, made the long way once and then copied into empty databases.

Publishing a study and enrolling people through the services costs more than most tests that need
them. The first test of a process does it; the others get the very same rows: SQLite as a copy of
the file, PostgreSQL by COPY of every table that was filled.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Engine, func, select

from sayso.store.tables import metadata
from support.stock import rows_in, rows_out

T = TypeVar("T")
Rows = dict[str, bytes]

_SEQUENCES = """
select format('%I.%I', schemaname, sequencename), last_value from pg_sequences
    where last_value is not null
"""
_TABLES = (
    "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
)
_FIRST_FACTS = ("audit_event", "site", "staff")
"""Whoever does anything leaves a row in one of these."""


@dataclass(frozen=True)
class _Kept:
    """A database as it was left, and what was said about it."""

    content: bytes | tuple[Rows, list[tuple[str, int]]]
    said: Any


_KEPT: dict[tuple[object, ...], _Kept] = {}


def prepared(engine: Engine, key: tuple[object, ...], build: Callable[[], T]) -> T:
    """What `build` gives, and its rows in the database, whether it runs or they are copied.

    `key` names everything that `build` depends on. It always runs where the database is not empty.
    """
    name = (engine.dialect.name, *key)
    if not _is_untouched(engine):
        return build()
    if name not in _KEPT:
        before = {} if engine.dialect.name == "sqlite" else _copied_out(engine)
        said = build()
        _KEPT[name] = _Kept(_saved(engine, before), deepcopy(said))
        return said
    kept = _KEPT[name]
    if isinstance(kept.content, bytes):
        _rest(engine).write_bytes(kept.content)
    else:
        _copied_in(engine, *kept.content)
    found: T = deepcopy(kept.said)
    return found


def _is_untouched(engine: Engine) -> bool:
    """Whether nobody has done anything in this database yet."""
    tables = [metadata.tables[name] for name in _FIRST_FACTS]
    with engine.connect() as connection:
        return not any(
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in tables
        )


def _saved(engine: Engine, before: Rows) -> bytes | tuple[Rows, list[tuple[str, int]]]:
    if engine.dialect.name == "sqlite":
        return _rest(engine).read_bytes()
    after = _copied_out(engine)
    with _connected(engine) as connection:
        sequences = [(str(name), int(last)) for name, last in connection.execute(_SEQUENCES)]
    return {name: rows for name, rows in after.items() if before.get(name) != rows}, sequences


def _copied_out(engine: Engine) -> Rows:
    """What lies in each table of a PostgreSQL database that holds anything."""
    with _connected(engine) as connection:
        tables = [str(row[0]) for row in connection.execute(_TABLES)]
        found = {name: rows_out(connection, name) for name in tables}
    return {name: rows for name, rows in found.items() if rows}


def _copied_in(engine: Engine, rows: Rows, sequences: list[tuple[str, int]]) -> None:
    with _connected(engine) as connection:
        # References and guards held when the rows were made, in an order that is lost here.
        connection.execute("set local session_replication_role = replica")
        # A test may stop the server at once: what was copied must be there when it is back.
        connection.execute("set local synchronous_commit = on")
        for name, content in rows.items():
            rows_in(connection, name, content)
        for sequence, last in sequences:
            connection.execute("select setval(%s::regclass, %s)", (sequence, last))


def _connected(engine: Engine) -> psycopg.Connection[tuple[Any, ...]]:
    url = engine.url.set(drivername="postgresql")
    return psycopg.connect(url.render_as_string(hide_password=False))


def _rest(engine: Engine) -> Path:
    """Close the database, so that all of it lies in one file, which is given."""
    engine.dispose()
    assert engine.url.database
    file = Path(engine.url.database)
    assert not file.with_name(f"{file.name}-wal").exists(), "somebody else has it open"
    return file
