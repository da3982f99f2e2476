"""`sayso study apply`: carry out an amendment that was planned."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from sayso import resources
from sayso.cli._store import COMMAND, desk
from sayso.cli.study._options import DAY, FILE, print_json
from sayso.cli.study.plan import sentence
from sayso.formats import study_toml
from sayso.formats.instrument_folder import finder
from sayso.services import amendments


@click.command()
@click.argument("file", type=FILE)
@click.option("--effective", type=DAY, help="Concerns windows that open after this day.")
@click.option(
    "--instruments",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the questionnaires; by default those that travel with the program.",
)
@click.option("--yes", is_flag=True, help="Do not ask before applying.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON; needs --yes.")
def command(
    file: Path, effective: date | None, instruments: Path | None, yes: bool, as_json: bool
) -> None:
    """Show what the amended study in FILE changes, ask, and apply it in one transaction.

    For example: sayso study apply my-study-2.toml --effective 2026-07-01
    """
    if as_json and not yes:
        raise click.UsageError("--json needs --yes, because nobody can be asked then")
    text = study_toml.read_text(file)
    study = study_toml.parse(text, str(file))
    find = finder(instruments or resources.instruments_dir())
    # Nobody is asked while a transaction is open: a person may take an hour to answer.
    with desk(read_only=True) as at:
        found = amendments.planned(
            at.connection, study.key, text, effective, find, at.now, str(file)
        )
    plan = found.plan
    if not as_json:
        click.echo(sentence(study, plan))
    if not yes:
        click.confirm("Apply this amendment?", abort=True, err=True)
    with desk() as at:
        amendments.apply(
            at.connection, COMMAND, study.key, text, found.effective_on, found.digest, find, at.now
        )
    if as_json:
        print_json(
            {
                "study": study.key,
                "version": study.version,
                "sha256": found.sha256,
                "adds": plan.adds,
                "moves": plan.moves,
                "closes": plan.closes,
            }
        )
        return
    click.echo(f"Applied {study.key} {study.version} ({found.sha256[:12]}).")
