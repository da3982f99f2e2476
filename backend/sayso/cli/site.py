"""Add sites to a study and list them."""

from __future__ import annotations

import click

from sayso.cli._store import COMMAND, desk, print_json
from sayso.services import publishing, sites


@click.group()
def command() -> None:
    """Add sites to a study and list them.

    For example: sayso site add my-study BOS "Boston" --zone America/New_York
    """


@command.command()
@click.argument("study")
@click.argument("code")
@click.argument("name")
@click.option("--zone", required=True, help="Time zone, such as America/New_York.")
@click.option("--parent", help="Code of the site that this one is a satellite of.")
def add(study: str, code: str, name: str, zone: str, parent: str | None) -> None:
    """Add the site CODE called NAME to STUDY.

    For example: sayso site add my-study BOS "Boston" --zone America/New_York
    """
    with desk() as at:
        publishing.current(at.connection, study)
        sites.add(at.connection, COMMAND, study, code, name, zone, at.now, parent)
    click.echo(f"Added the site {code} to {study}.")


@command.command("list")
@click.argument("study")
@click.option("--json", "as_json", is_flag=True, help="Print the sites as JSON.")
def list_(study: str, as_json: bool) -> None:
    """List the sites of STUDY.

    For example: sayso site list my-study
    """
    with desk(read_only=True) as at:
        publishing.current(at.connection, study)
        rows = sites.of_study(at.connection, study)
    codes = {row.id: row.code for row in rows}
    found = [
        {"code": r.code, "name": r.name, "zone": r.zone, "parent": codes.get(r.parent_id)}
        for r in rows
    ]
    if as_json:
        print_json(found)
        return
    for place in found:
        of = f"  satellite of {place['parent']}" if place["parent"] else ""
        click.echo(f"{place['code']:8} {place['zone']:24} {place['name']}{of}")
