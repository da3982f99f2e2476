"""What verbs that use the database share: the engine, the moment, the actor, the sealing key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import click
from sqlalchemy import Connection, Engine

from sayso.cli._settings import read_settings
from sayso.clock import SystemClock
from sayso.domain.audit import Actor
from sayso.domain.errors import SchemaOutOfDate
from sayso.settings import Settings
from sayso.store import revision
from sayso.store.engine import make_engine, transaction
from sayso.store.sealed import Keyring

COMMAND = Actor("command")


@dataclass(frozen=True, slots=True)
class Desk:
    """One command at work: its settings, its transaction and its moment."""

    settings: Settings
    connection: Connection
    now: datetime

    @property
    def keyring(self) -> Keyring:
        """The key that seals identifiers. Raises KeyFileMissing, KeyFileWrong."""
        return Keyring.from_file(self.settings.key_file)


@contextmanager
def engine(settings: Settings) -> Iterator[Engine]:
    """The engine of the settings' database, closed afterwards."""
    made = make_engine(settings.database_url)
    try:
        yield made
    finally:
        made.dispose()


@contextmanager
def desk(*, read_only: bool = False) -> Iterator[Desk]:
    """Open the one transaction of a command. Raises SchemaOutOfDate, StoreUnavailable."""
    settings = read_settings()
    with (
        engine(settings) as made,
        transaction(made, read_only=read_only) as connection,
    ):
        require_current(connection)
        yield Desk(settings, connection, SystemClock().now())


def require_current(connection: Connection) -> None:
    """Raises SchemaOutOfDate unless the database has the schema of this program."""
    at = revision.current(connection)
    if at != revision.HEAD:
        raise SchemaOutOfDate(
            f"The database is at revision {at or 'none'}; run first: sayso db upgrade"
        )


def print_json(value: Any) -> None:
    """Facts for programs: dates and instants as ISO text."""
    click.echo(json.dumps(value, default=_text, ensure_ascii=False, indent=2))


def _text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be printed as JSON")
