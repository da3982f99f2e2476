"""Which revision of the schema this program speaks, readable without loading the migrations.

A web worker compares it with what the database says, and must not import Alembic for that.
"""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

HEAD = "0006"


def current(connection: Connection) -> str | None:
    """The revision that the database is at; None for a database that was never set up."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
