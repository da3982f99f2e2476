"""Bring a database to the schema of this program, back again, and tell whether the two agree.

The migrations travel inside the package. Only commands import this module: Alembic costs more
memory and time than a web worker may spend.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from sayso.store import (
    revision,
    tables_access,
    tables_entries,
    tables_forms,
    tables_instruments,
    tables_messages,
    tables_tally,
)
from sayso.store.engine import transaction
from sayso.store.tables import metadata

_FOLDER = Path(__file__).parent / "migrations"

# Importing these modules is what puts their tables into the metadata.
_MODULES = (
    tables_access,
    tables_entries,
    tables_forms,
    tables_instruments,
    tables_messages,
    tables_tally,
)


def upgrade(engine: Engine, target: str = "head") -> None:
    """Run the migrations up to `target` in one transaction. Raises StoreUnavailable."""
    with transaction(engine) as connection:
        command.upgrade(_config(connection), target)


def downgrade(engine: Engine, target: str = "base") -> None:
    """Take migrations back down to `target` in one transaction. Raises StoreUnavailable."""
    with transaction(engine) as connection:
        command.downgrade(_config(connection), target)


def differences(connection: Connection) -> list[str]:
    """What the database lacks or has too much of, one line each; empty when it is as it should be.

    Tables, columns, indexes and constraints are compared with the metadata, the revision with the
    newest migration.
    """
    found = []
    at = revision.current(connection)
    if at != revision.HEAD:
        found.append(
            f"the database is at revision {at or 'none'}, this program needs {revision.HEAD}"
        )
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "include_name": include_name}
    )
    found += [_line(difference) for difference in compare_metadata(context, metadata)]
    return found


def newest_revision() -> str | None:
    """The revision that the last migration in the package leads to."""
    return ScriptDirectory(str(_FOLDER)).get_current_head()


def revisions() -> list[str]:
    """Every revision that the package can take a database to, newest first."""
    return [step.revision for step in ScriptDirectory(str(_FOLDER)).walk_revisions()]


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Leave Alembic's own table out of comparisons."""
    return not (kind == "table" and name == "alembic_version")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    return config


def _line(difference: object) -> str:
    text = repr(difference)
    return text if len(text) <= 200 else f"{text[:197]}..."
