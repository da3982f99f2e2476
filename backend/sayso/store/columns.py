"""Column types that mean the same on SQLite and on PostgreSQL.

Instants are aware UTC everywhere in Python. PostgreSQL keeps them as timestamptz; SQLite has no
such type, so they are fixed-width text there, which sorts and compares in time order.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, DateTime, String, TypeDecorator
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored and returned in UTC; a naive one is a programming error."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose timestamptz, or 27 characters of text where the engine has no zone-aware type."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(27))
        return dialect.type_descriptor(DateTime(timezone=True))

    # The two below replace SQLAlchemy's own wrappers around `process_…`: a batch of reminders turns
    # thousands of instants, and one call for each instead of three is a tenth of its time.
    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """Turn an aware datetime into what the engine stores; raises ValueError for a naive one."""
        return _as_text if dialect.name == "sqlite" else _as_utc

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """Give back an aware UTC datetime."""
        return _from_text if dialect.name == "sqlite" else _as_utc


def _as_utc(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return value if value.tzinfo is UTC else value.astimezone(UTC)


def _as_text(value: datetime | None) -> str | None:
    utc = _as_utc(value)
    return None if utc is None else _text(utc)


@lru_cache(maxsize=4096)
def _text(utc: datetime) -> str:
    # Kept, because one moment is written on every row of a batch, and only for UTC: two moments of
    # a night in which the clocks go back are equal where they are local. Not strftime: it writes
    # years before 1000 with fewer digits, which would not sort.
    return f"{utc.isoformat(timespec='microseconds')[:-6]}Z"


def _from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


# Plain JSON on both engines: PostgreSQL's binary kind rewrites numbers and refuses the character
# U+0000, and what a person wrote or a digest was taken of must come back as it went in.
Document = JSON(none_as_null=True)
