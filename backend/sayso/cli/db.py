"""Bring the database to this program's schema, back again, or compare the two."""

from __future__ import annotations

import click

from sayso.cli._settings import read_settings
from sayso.cli._store import engine, print_json
from sayso.settings import Settings
from sayso.store import revision, schema
from sayso.store.engine import transaction
from sayso.store.sealed import Keyring


@click.group()
def command() -> None:
    """Bring the database to this program's schema, back again, or compare the two.

    For example: sayso db upgrade
    """


@command.command()
def upgrade() -> None:
    """Create the tables, or bring them up to date; make the key file on first use.

    For example: sayso db upgrade
    """
    settings = read_settings()
    _prepare(settings)
    with engine(settings) as made:
        schema.upgrade(made)
    click.echo(f"The database is at revision {revision.HEAD}.")


@command.command()
@click.argument("target")
@click.option("--yes", is_flag=True, help="Do not ask; data in removed tables is lost.")
def downgrade(target: str, yes: bool) -> None:
    """Take migrations back to revision TARGET, or to "base" for none.

    For example: sayso db downgrade 0001
    """
    if target != "base" and target not in schema.revisions():
        raise click.UsageError(f"There is no revision {target}; `base` removes everything")
    if not yes:
        click.confirm("Data in the tables that go is lost. Go on?", abort=True)
    with engine(read_settings()) as made:
        schema.downgrade(made, target)
    click.echo(f"The database is at revision {target}.")


@command.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_context
def check(ctx: click.Context, as_json: bool) -> None:
    """Compare the database with what this program needs; exit code 1 when they differ.

    For example: sayso db check
    """
    with engine(read_settings()) as made, transaction(made, read_only=True) as connection:
        found = schema.differences(connection)
    if as_json:
        print_json({"ok": not found, "revision": revision.HEAD, "differences": found})
    elif found:
        for line in found:
            click.echo(f"sayso: {line}", err=True)
    else:
        click.echo(f"The database is as it should be, at revision {revision.HEAD}.")
    ctx.exit(1 if found else 0)


def _prepare(settings: Settings) -> None:
    """Make the folder and the key on the first run; an existing key is never touched."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if not settings.key_file.exists():
        Keyring.create(settings.key_file)
        click.echo(
            f"Made the key file {settings.key_file}. Keep a copy apart from the database: "
            "without it names and addresses cannot be read."
        )
