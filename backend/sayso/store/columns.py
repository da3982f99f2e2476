"""Column types that mean the same on SQLite and on PostgreSQL.

Instants are aware UTC everywhere in Python. PostgreSQL keeps them as timestamptz; SQLite has no
such type, so they are fixed-width text there, which sorts and compares in time order.
"""

from __future__ import annotations

from datetime import UTC, datetime
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

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Turn an aware datetime into what the engine stores; raises ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        utc = value.astimezone(UTC)
        if dialect.name != "sqlite":
            return utc
        # Not strftime: it writes years before 1000 with fewer digits, which would not sort.
        return f"{utc.isoformat(timespec='microseconds').removesuffix('+00:00')}Z"

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give back an aware UTC datetime."""
        if value is None:
            return None
        if isinstance(value, str):
            return datetime.fromisoformat(value)
        return value.astimezone(UTC)  # type: ignore[no-any-return]


# Plain JSON on both engines: PostgreSQL's binary kind rewrites numbers and refuses the character
# U+0000, and what a person wrote or a digest was taken of must come back as it went in.
Document = JSON(none_as_null=True)
