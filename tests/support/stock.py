"""Lends each test an empty PostgreSQL database, in milliseconds.

Copying the template takes a tenth of a second and more, which is most of what a database test
costs. So a database that comes back is emptied, but for the rows that migrations put there, and
lent again, as long as its schema is as it was; otherwise it is dropped and the next test gets a
copy.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from support.postgres import Cluster

Connection = psycopg.Connection[tuple[Any, ...]]

_SCHEMA_STATE = """
select md5(string_agg(state, ';' order by state)) from (
    select 'class' || oid || ',' || xmin as state from pg_class
        where relnamespace = 'public'::regnamespace
    union all select 'column' || attrelid || ',' || attnum || ',' || xmin from pg_attribute
        where attrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)
    union all select 'trigger' || oid || ',' || xmin from pg_trigger
    union all select 'function' || oid || ',' || xmin from pg_proc
        where pronamespace = 'public'::regnamespace
    union all select 'constraint' || oid || ',' || xmin from pg_constraint
        where connamespace = 'public'::regnamespace
) as states
"""
_TABLES = """
select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
"""
_END_OTHERS = """
select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
"""
_REWIND_SEQUENCES = """
select setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    from pg_sequences where last_value is not null
"""


class Stock:
    """Databases of one cluster, all copies of `template`."""

    def __init__(self, cluster: Cluster, template: str) -> None:
        self._cluster = cluster
        self._template = template
        self._ready: list[str] = []
        self._state_when_lent: dict[str, object] = {}
        with psycopg.connect(cluster.url(template)) as connection:
            names = [row[0] for row in connection.execute(_TABLES)]
            filled = _filled(connection, names)
            self._kept = {name: rows_out(connection, name) for name in sorted(filled)}
        self._emptied = sorted(set(names) - filled)

    def lend(self) -> str:
        """The URL of a database that equals the template."""
        if self._ready:
            return self._ready.pop()
        url = self._cluster.create(template=self._template)
        with psycopg.connect(url) as connection:
            self._state_when_lent[url] = self._state(connection)
        return url

    def take_back(self, url: str) -> None:
        """Make the database behind `url` ready for the next test, whoever still uses it."""
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_END_OTHERS)
            sound = self._state(connection) == self._state_when_lent[url]
            if sound:
                self._rewind(connection)
        if sound:
            self._ready.append(url)
        else:
            del self._state_when_lent[url]
            self._cluster.drop(url)

    def _rewind(self, connection: Connection) -> None:
        # Append-only tables refuse deletion by trigger, and rows refer to each other; as a
        # replica, the session sets triggers and references aside.
        connection.execute("set session_replication_role = replica")
        for name in _filled(connection, self._emptied):
            connection.execute(sql.SQL("delete from {}").format(sql.Identifier(name)))
        for name, rows in self._kept.items():
            if rows_out(connection, name) != rows:
                rows_in(connection, name, rows)
        connection.execute(_REWIND_SEQUENCES)

    def _state(self, connection: Connection) -> object:
        """A digest of the schema; whether the tables are there is part of it."""
        return connection.execute(_SCHEMA_STATE).fetchone()


def rows_out(connection: Connection, table: str) -> bytes:
    """All rows of a table, as `rows_in` takes them."""
    copy = sql.SQL("copy {} to stdout").format(sql.Identifier(table))
    with connection.cursor().copy(copy) as rows:
        return b"".join(bytes(block) for block in rows)


def rows_in(connection: Connection, table: str, rows: bytes) -> None:
    """Put these rows in the place of those that the table has."""
    connection.execute(sql.SQL("delete from {}").format(sql.Identifier(table)))
    copy = sql.SQL("copy {} from stdin").format(sql.Identifier(table))
    with connection.cursor().copy(copy) as to:
        to.write(rows)


def _filled(connection: Connection, names: list[str]) -> set[str]:
    """Those of the tables `names` that hold at least one row, asked in one statement."""
    if not names:
        return set()
    question = sql.SQL(" union all ").join(
        sql.SQL("select {} where exists (select from {})").format(
            sql.Literal(name), sql.Identifier(name)
        )
        for name in names
    )
    return {str(row[0]) for row in connection.execute(question)}
