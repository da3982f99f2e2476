"""Insert or leave alone, insert or replace: the two statements whose SQL differs per engine."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_once(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless it would break a unique constraint; says whether it was inserted."""
    # Without being asked, SQLAlchemy keeps the row count of an INSERT on SQLite only.
    counted = connection.execute(
        _once(connection.dialect.name, table),
        dict(values),
        execution_options={"preserve_rowcount": True},
    )
    return counted.rowcount == 1


def insert_or_replace(connection: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Insert a row, or give the row with the same primary key these values."""
    keys = [column.name for column in table.primary_key.columns]
    statement = _insert(connection.dialect.name, table).values(**values)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=keys,
            set_={name: statement.excluded[name] for name in values if name not in keys},
        )
    )


@cache
def _once(dialect: str, table: Table) -> Any:
    # Built once per table: putting an INSERT together costs more than running it.
    return _insert(dialect, table).on_conflict_do_nothing()


def _insert(dialect: str, table: Table) -> Any:
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
