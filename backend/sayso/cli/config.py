"""Check the settings in the environment before anything starts with them."""

import json
import os

import click

from sayso.settings import Settings, SettingsError, options


@click.group()
def command() -> None:
    """Check what the environment sets.

    Example: sayso config check
    """


@command.command()
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def check(as_json: bool) -> None:
    """Read every setting as `serve` and `worker` would; name all faults at once.

    Values are not shown, because some of them are secrets; what is shown is which options are set.

    Example: SAYSO_PUBLIC_URL=https://pro.example.org sayso config check
    """
    faults = _faults()
    names = {name for name, _, _ in options()}
    rows = [
        {"name": name, "set": bool({name, f"{name}_FILE"} & os.environ.keys()), "meaning": meaning}
        for name, _, meaning in options()
    ]
    unknown = sorted(
        name
        for name in os.environ
        if name.startswith("SAYSO_") and not {name, name.removesuffix("_FILE")} & names
    )
    faults += [
        f"{name} is no setting; `sayso config check` lists those there are." for name in unknown
    ]
    if as_json:
        click.echo(json.dumps({"ok": not faults, "faults": faults, "options": rows}, indent=2))
    else:
        for row in rows:
            click.echo(f"{'set    ' if row['set'] else 'default'}  {row['name']}: {row['meaning']}")
        for fault in faults:
            click.echo(f"sayso: {fault}", err=True)
    if faults:
        raise click.exceptions.Exit(1)


def _faults() -> list[str]:
    try:
        Settings.from_env()
    except SettingsError as error:
        return list(error.faults)
    return []
