"""Take a copy of everything while it runs, prove that it can be read, and restore it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from sayso.cli._settings import read_settings
from sayso.clock import SystemClock
from sayso.services import backups
from sayso.settings import Settings

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_json = click.option("--json", "as_json", is_flag=True, help="Print the facts as JSON.")
_identity = click.option(
    "--identity", type=_FILE, help="File with the age key that opens an encrypted backup."
)


@click.group()
def command() -> None:
    """Create, verify and restore backups.

    Example: sayso backup create /var/backups/sayso --recipients keys.txt
    """


@command.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--recipients", type=_FILE, help="File of age public keys to encrypt to.")
@click.option("--keep", type=click.IntRange(1), help="Remove all but this many newest backups.")
@_json
def create(folder: Path, recipients: Path | None, keep: int | None, as_json: bool) -> None:
    """Write a backup into FOLDER while web and worker go on.

    Without --recipients it holds no keys, because they would open the names that it holds.

    Example: sayso backup create /var/backups/sayso --recipients keys.txt --keep 14
    """
    settings = read_settings()
    backup = backups.create(
        settings.database_url, _keys(settings), folder, recipients, SystemClock().now()
    )
    if keep:
        backups.prune(folder, keep)
    _print(backup, as_json, "is written")
    if not recipients:
        click.echo(
            "sayso: the keys are not in it, because it is not encrypted; keep a copy of them apart",
            err=True,
        )


@command.command()
@click.argument("file", type=_FILE)
@_identity
@_json
def verify(file: Path, identity: Path | None, as_json: bool) -> None:
    """Restore FILE into a scratch database and count every table.

    Example: sayso backup verify sayso-20260615T024000Z.tar.gz.age --identity key.txt
    """
    backup = backups.verify(file, read_settings().database_url, identity)
    _print(backup, as_json, "can be restored")


@command.command()
@click.argument("file", type=_FILE)
@_identity
@_json
def restore(file: Path, identity: Path | None, as_json: bool) -> None:
    """Fill the empty database of the settings from FILE; nothing is overwritten.

    Example: sayso backup restore sayso-20260615T024000Z.tar.gz.age --identity key.txt
    """
    settings = read_settings()
    backup = backups.restore(file, settings.database_url, _keys(settings), identity)
    _print(backup, as_json, "is restored")


def _keys(settings: Settings) -> Sequence[Path]:
    return (settings.key_file, settings.vapid_key_file)


def _print(backup: backups.Backup, as_json: bool, what: str) -> None:
    if as_json:
        facts = {"file": str(backup.file)} | asdict(backup.manifest)
        click.echo(json.dumps(facts, indent=2))
        return
    held = backup.manifest
    keys = f"{len(held.keys)} keys" if held.keys else "no keys"
    count = f"{sum(held.rows.values())} rows in {len(held.rows)} tables"
    click.echo(f"{backup.file} {what}: {count}, {keys}.")
