"""`sayso instrument licence`: record, list and void the licences of a study's instruments."""

from __future__ import annotations

from datetime import date

import click

from sayso.cli._store import COMMAND, desk, print_json
from sayso.cli.study._options import DAY, table
from sayso.domain.licences import MODES, Licence
from sayso.services import licences
from sayso.services.licences import OWN_DEVICE, Recorded, Terms


@click.group("licence")
def command() -> None:
    """Record, list and void the licences of a study's instruments.

    Example: sayso instrument licence list my-study
    """


@command.command("record")
@click.argument("study")
@click.argument("instrument")
@click.option("--owner", required=True, help="Who owns the instrument.")
@click.option("--reference", required=True, help="Number or date of the agreement.")
@click.option("--until", type=DAY, help="The last day of the licence.")
@click.option("--no-end", is_flag=True, help="The owner sets no end.")
@click.option("--language", "languages", multiple=True, default=["en"], show_default=True)
@click.option("--mode", "modes", multiple=True, default=[OWN_DEVICE], show_default=True,
              type=click.Choice(MODES))  # fmt: skip
@click.option("--screens-approved", type=DAY, help="The owner approved the screens on this day.")
@click.option("--screens-need-approval", is_flag=True, help="The owner wants to see the screens.")
def record(
    study: str,
    instrument: str,
    owner: str,
    reference: str,
    until: date | None,
    no_end: bool,
    languages: tuple[str, ...],
    modes: tuple[str, ...],
    screens_approved: date | None,
    screens_need_approval: bool,
) -> None:
    """Record what the owner of INSTRUMENT allows to STUDY.

    Example: sayso instrument licence record my-study phq-9 --owner O --reference R --no-end
    """
    if (until is None) is not no_end:
        raise click.UsageError("Give either --until DATE or --no-end.")
    needs = screens_need_approval or screens_approved is not None
    terms = Terms(owner, reference, until, languages, modes, needs, screens_approved)
    with desk() as at:
        number = licences.record(at.connection, COMMAND, study, instrument, terms, at.now)
    click.echo(f"Recorded licence {number} of {instrument} for {study}.")


@command.command("list")
@click.argument("study")
@click.option("--json", "as_json", is_flag=True, help="Print the facts as JSON.")
@click.pass_context
def list_(ctx: click.Context, study: str, as_json: bool) -> None:
    """List the licences of STUDY; exit 1 when one has ended or ends within two months.

    Example: sayso instrument licence list my-study
    """
    with desk(read_only=True) as at:
        found = licences.recorded(at.connection, study)
        warnings = licences.warnings(at.connection, at.now.date(), study)
    if as_json:
        print_json({"licences": [_facts(one) for one in found], "warnings": warnings})
    elif found:
        click.echo(table([("id", "instrument", "until", "owner", "reference"), *map(_row, found)]))
    else:
        click.echo(f"No licence is recorded for {study}.")
    if warnings:
        click.echo("\n".join(warnings), err=True)
        ctx.exit(1)


@command.command("void")
@click.argument("study")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why the record was wrong.")
def void(study: str, number: int, reason: str) -> None:
    """Say that licence NUMBER of STUDY was entered wrongly.

    Example: sayso instrument licence void my-study 3 --reason "Wrong instrument"
    """
    with desk() as at:
        licences.void(at.connection, COMMAND, study, number, reason, at.now)
    click.echo(f"Voided licence {number} of {study}.")


def _row(one: Recorded) -> tuple[str, ...]:
    licence = one.licence
    until = "no end" if licence.expires is None else str(licence.expires)
    return (str(one.id), licence.instrument, until, licence.owner, licence.reference)


def _facts(one: Recorded) -> dict[str, object]:
    licence: Licence = one.licence
    return {
        "id": one.id,
        "instrument": licence.instrument,
        "owner": licence.owner,
        "reference": licence.reference,
        "until": licence.expires,
        "languages": sorted(licence.languages),
        "modes": sorted(licence.modes),
        "screens_need_approval": licence.screens_need_approval,
        "screens_approved_on": licence.screens_approved_on,
    }
