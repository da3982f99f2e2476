"""Make, show and replace the key that signs push messages."""

import json
from pathlib import Path

import click

from sayso.cli._settings import read_settings
from sayso.push import keys
from sayso.services import operations
from sayso.store.engine import make_engine, transaction


@click.group()
def command() -> None:
    """Make, show and replace the key that signs push messages.

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
def rotate() -> None:
    """Retire the key in use and make a new one; phones follow when their owners open the app.

    Restart the web server and the workers afterwards. Keep the retired file: phones that have not
    followed yet are served with it, and `sayso vapid show --phones` counts them.

    Example: sayso vapid rotate
    """
    ring = keys.rotate(read_settings().vapid_key_file)
    click.echo(f"In use now: {ring.current.id}. Retired: {', '.join(k.id for k in ring.older)}.")
    click.echo("Restart the web server and the workers, and make a backup of the new key.")


@command.command()
@click.option("--phones", is_flag=True, help="Count the phones of each key in the database.")
@click.option("--json", "as_json", is_flag=True, help="Print the facts as JSON.")
def show(phones: bool, as_json: bool) -> None:
    """Show the public half of the key in use, and of the retired ones.

    Example: sayso vapid show --phones
    """
    settings = read_settings()
    ring = keys.load(settings.vapid_key_file)
    counts = _phones_by_key(settings.database_url) if phones else {}
    found = [
        {"id": key.id, "public": key.public, "current": key.id == ring.current.id}
        | ({"phones": counts.get(key.id, 0)} if phones else {})
        for key in (ring.current, *ring.older)
    ]
    if as_json:
        click.echo(json.dumps(found))
        return
    for key in found:
        state = "in use " if key["current"] else "retired"
        count = f"  {key['phones']} phones" if phones else ""
        click.echo(f"{state}  {key['id']}  {key['public']}{count}")


def _phones_by_key(url: str) -> dict[str, int]:
    engine = make_engine(url)
    try:
        with transaction(engine, read_only=True) as connection:
            return operations.phones_by_key(connection)
    finally:
        engine.dispose()
