"""Invite staff, list accounts, close accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from sayso.cli._store import COMMAND, desk, print_json
from sayso.services import accounts, publishing, sites, staff_access
from sayso.services.staff_access import Wanted


@click.group()
def command() -> None:
    """Invite staff, list accounts, close accounts.

    For example: sayso staff invite bob@example.org --role coordinator --site my-study/BOS
    """


@command.command()
@click.argument("email")
@click.option("--role", required=True, type=click.Choice(accounts.ROLES), help="What they may do.")
@click.option(
    "--site",
    "places",
    multiple=True,
    metavar="STUDY/CODE",
    help="A site within reach, its satellites included; may be repeated.",
)
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The last day of an inspector's access, at most 90 days ahead.",
)
def invite(email: str, role: str, places: tuple[str, ...], until: datetime | None) -> None:
    """Invite EMAIL and print the link, which works once and for 72 hours.

    The person chooses a password of their own; nobody else ever knows it. Administrators reach
    every site and need none named.

    For example: sayso staff invite bob@example.org --role coordinator --site my-study/BOS
    """
    if role != "administrator" and not places:
        raise click.UsageError("name at least one --site STUDY/CODE that they may reach")
    for place in places:
        _check(place)
    with desk() as at:
        wanted = Wanted(role, places, None if until is None else until.date())
        invited = staff_access.invite(at.connection, COMMAND, email, wanted, at.keyring, at.now)
        address = at.settings.public_url
    click.echo(f"{address}/console/#/invitation/{invited.token}")
    click.echo("Hand this link over yourself. It works once and for 72 hours.", err=True)


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the accounts as JSON.")
def list_(as_json: bool) -> None:
    """List all accounts with role, sites and state.

    For example: sayso staff list
    """
    with desk(read_only=True) as at:
        names = {
            place.id: f"{key}/{place.code}"
            for key in publishing.keys(at.connection)
            for place in sites.of_study(at.connection, key)
        }
        members = accounts.members(at.connection, at.keyring)
    found: list[dict[str, Any]] = [
        {
            "email": one.email,
            "name": one.name,
            "role": one.role,
            "sites": sorted(names[site_id] for site_id in one.site_ids),
            "state": _state(one),
        }
        for one in members
    ]
    if as_json:
        print_json(found)
        return
    for row in found:
        click.echo(f"{row['state']:9} {row['role']:14} {row['email']}  {' '.join(row['sites'])}")


@command.command()
@click.argument("email")
def disable(email: str) -> None:
    """Close the account of EMAIL and end its sessions at once.

    For example: sayso staff disable bob@example.org
    """
    with desk() as at:
        accounts.disable(at.connection, COMMAND, email, at.keyring, at.now)
    click.echo(f"The account of {email} is closed and its sessions have ended.")


def _check(place: str) -> None:
    if "/" not in place:
        raise click.UsageError(f"write {place!r} as STUDY/CODE, such as my-study/BOS")


def _state(member: accounts.Member) -> str:
    if member.disabled_at is not None:
        return "disabled"
    return "active" if member.has_password else "invited"
