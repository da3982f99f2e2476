"""Statements that both engines know under different names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, leaving out those whose unique key is already there."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        connection.execute(postgresql.insert(table).on_conflict_do_nothing(), list(rows))
    else:
        connection.execute(sqlite.insert(table).on_conflict_do_nothing(), list(rows))


def upsert(connection: Connection, table: Table, key: str, values: Mapping[str, Any]) -> None:
    """Insert one row, or overwrite the one whose `key` column is the same."""
    others = {name: value for name, value in values.items() if name != key}
    if connection.dialect.name == "postgresql":
        connection.execute(
            postgresql.insert(table)
            .values(**values)
            .on_conflict_do_update(index_elements=[key], set_=others)
        )
    else:
        connection.execute(
            sqlite.insert(table)
            .values(**values)
            .on_conflict_do_update(index_elements=[key], set_=others)
        )
