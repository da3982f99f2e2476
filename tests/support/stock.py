"""Lends each test an empty PostgreSQL database, in milliseconds.

Copying the template takes a tenth of a second and more, which is most of what a database test
costs. So a database that comes back is emptied and lent again, as long as its schema and the rows
that migrations put there are as they were; otherwise it is dropped and the next test gets a copy.
"""

import psycopg
from psycopg import sql

from support.postgres import Cluster

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
        self._state_when_lent: dict[str, tuple[object, ...]] = {}
        with psycopg.connect(cluster.url(template)) as connection:
            names = [row[0] for row in connection.execute(_TABLES)]
            filled = _filled(connection, names)
        self._kept = sorted(filled)
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
                self._empty(connection)
        if sound:
            self._ready.append(url)
        else:
            del self._state_when_lent[url]
            self._cluster.drop(url)

    def _empty(self, connection: "psycopg.Connection[tuple[object, ...]]") -> None:
        # Append-only tables refuse deletion by trigger, and rows refer to each other; as a
        # replica, the session sets triggers and references aside.
        connection.execute("set session_replication_role = replica")
        for name in _filled(connection, self._emptied):
            connection.execute(sql.SQL("delete from {}").format(sql.Identifier(name)))
        connection.execute(_REWIND_SEQUENCES)

    def _state(self, connection: "psycopg.Connection[tuple[object, ...]]") -> tuple[object, ...]:
        """A digest of the schema, and one of every table that migrations fill."""
        state = [connection.execute(_SCHEMA_STATE).fetchone()]
        if state[0] is None or any(name not in self._names(connection) for name in self._kept):
            return ()
        for name in self._kept:
            rows = sql.SQL("select md5(string_agg(t::text, ';' order by t::text)) from {} as t")
            state.append(connection.execute(rows.format(sql.Identifier(name))).fetchone())
        return tuple(state)

    def _names(self, connection: "psycopg.Connection[tuple[object, ...]]") -> set[object]:
        return {row[0] for row in connection.execute(_TABLES)}


def _filled(connection: "psycopg.Connection[tuple[object, ...]]", names: list[str]) -> set[str]:
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
