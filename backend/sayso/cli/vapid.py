"""Make the key that signs push messages."""

from pathlib import Path

import click

from sayso.cli._settings import read_settings
from sayso.push import keys


@click.group()
def command() -> None:
    """Make the key that signs push messages.

    Example: sayso vapid create
    """


@command.command()
@click.option(
    "--file",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write it; by default where SAYSO_VAPID_KEY_FILE says.",
)
def create(path: Path | None) -> None:
    """Make a new key, readable by its owner only; an existing one is never overwritten.

    Example: sayso vapid create --file /etc/sayso/vapid.pem
    """
    path = path or read_settings().vapid_key_file
    key = keys.create(path)
    click.echo(f"Wrote {path} (key {key.id}). Keep it in the backup: phones are bound to it.")
    click.echo(f"Public key: {key.public}")


@command.command()
def show() -> None:
    """Show the public half of the key in use, and of the retired ones.

    Example: sayso vapid show
    """
    ring = keys.load(read_settings().vapid_key_file)
    click.echo(f"in use   {ring.current.id}  {ring.current.public}")
    for key in ring.older:
        click.echo(f"retired  {key.id}  {key.public}")
