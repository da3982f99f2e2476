"""Engines and the one place where a transaction begins and ends.

A request, a command or a tick opens exactly one transaction here; services only receive the
connection. SQLite writers take the write lock at once (BEGIN IMMEDIATE), because a deferred
transaction that upgrades later fails in the middle instead of waiting at the start.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, exc
from sqlalchemy.pool import ConnectionPoolEntry

from sayso.domain.errors import StoreUnavailable, ValueNotStorable

READ_ONLY = "sayso_read_only"
_BUSY_MILLISECONDS = 10_000
_STATEMENT_TIMEOUT = "30s"
_LOCK_TIMEOUT = "8s"
REST_SECONDS = 2.0
"""How long a connection to PostgreSQL rests before it is asked whether it still lives."""


def make_engine(url: str) -> Engine:
    """Make an engine for `sqlite:///path` or `postgresql+psycopg://…`.

    Its errors never carry the values of a statement: they may be answers, and errors are logged.
    Raises ValueError for another kind of address.
    """
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    if url.startswith("sqlite:"):
        return _sqlite(url)
    if url.startswith("postgresql+psycopg:"):
        # Only where it is needed: the driver takes longer to load than SQLite takes to answer.
        from sayso.store.cursor import Cursor

        options = f"-c statement_timeout={_STATEMENT_TIMEOUT} -c lock_timeout={_LOCK_TIMEOUT}"
        engine = create_engine(
            url,
            pool_size=8,
            max_overflow=8,
            pool_timeout=10,
            connect_args={
                "options": options,
                "connect_timeout": 5,
                "cursor_factory": Cursor,
            },
            hide_parameters=True,
        )
        _ask_the_idle(engine)
        return engine
    raise ValueError("the database address must begin with sqlite: or postgresql:")


def _ask_the_idle(engine: Engine) -> None:
    """Ask a connection whether it still lives when it has rested for a while.

    Asking before each transaction costs a tenth of a save. A server that restarts under load cuts
    transactions off in any case; all others find a connection that was asked.
    """

    @event.listens_for(engine, "checkin")
    def _rest(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["rests_since"] = monotonic()

    @event.listens_for(engine, "checkout")
    def _ask(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        since = record.info.get("rests_since")
        if since is None or monotonic() - since < REST_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            # The pool drops this one and everything older than this moment, and connects anew.
            raise exc.InvalidatePoolError from error


def _sqlite(url: str) -> Engine:
    engine = create_engine(
        url, connect_args={"timeout": _BUSY_MILLISECONDS / 1000}, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # The driver must not open transactions by itself, or BEGIN IMMEDIATE below would be nested.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA busy_timeout={_BUSY_MILLISECONDS}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        read_only = connection.get_execution_options().get(READ_ONLY, False)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


@contextmanager
def transaction(engine: Engine, *, read_only: bool = False) -> Iterator[Connection]:
    """Open one transaction; commit when the block ends, roll back when it raises.

    Raises StoreUnavailable when the database cannot be reached, is locked for too long, is full
    or is read-only: the caller may try again later and nothing has been half-done. Raises
    ValueNotStorable for a value that no column of its kind can hold.
    """
    try:
        with engine.connect() as plain:
            options = {READ_ONLY: read_only}
            if read_only and engine.dialect.name == "postgresql":
                options["postgresql_readonly"] = True
            connection = plain.execution_options(**options)
            with connection.begin():
                yield connection
    except (exc.DataError, OverflowError) as error:
        # A number beyond 64 bits, or the character U+0000 in text: PostgreSQL's driver has an error
        # for them, SQLite's raises OverflowError before anything is sent.
        raise ValueNotStorable from error
    except (exc.OperationalError, exc.InterfaceError, exc.InternalError, exc.TimeoutError) as error:
        raise StoreUnavailable(_summary(error)) from error
    except exc.DatabaseError as error:
        # SQLite has no narrower class for a damaged file ("file is not a database").
        if type(error) is not exc.DatabaseError:
            raise
        raise StoreUnavailable(_summary(error)) from error


def _summary(error: exc.SQLAlchemyError) -> str:
    """Say what the database said, without the statement and its values (they may identify)."""
    original = getattr(error, "orig", None)
    text = str(original if original is not None else error).strip().splitlines()
    return text[0][:200] if text else type(error).__name__
