"""`sayso study publish`: pin a study and the questionnaires it asks."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from sayso import resources
from sayso.cli._store import COMMAND, desk, print_json
from sayso.cli.study._options import FILE, Day
from sayso.formats import study_toml
from sayso.formats.instrument_folder import finder
from sayso.services import amendments


@click.command()
@click.argument("file", type=FILE)
@click.option(
    "--instruments",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the questionnaires; by default those that travel with the program.",
)
@click.option(
    "--effective", type=Day(), help="A later version: for windows opening after this day."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(file: Path, instruments: Path | None, effective: date | None, as_json: bool) -> None:
    """Publish the study in FILE; publishing the same file again changes nothing.

    A later version of a study that is running applies to windows that open after its effective
    date; the forms and reminders of all participants follow at once.

    For example: sayso study publish instruments/studies/my-study.toml
    """
    text = study_toml.read_text(file)
    # What is wrong with the file is said even where there is no database yet.
    study_toml.parse(text, str(file))
    find = finder(instruments or resources.instruments_dir())
    with desk() as at:
        made, plans = amendments.publish(
            at.connection, COMMAND, text, find, at.now, effective, str(file)
        )
    changed = {
        "adds": sum(len(plan.add) for plan in plans.values()),
        "moves": sum(len(plan.move) for plan in plans.values()),
        "closes": sum(len(plan.cancel) for plan in plans.values()),
    }
    if as_json:
        head = {"key": made.study.key, "version": made.study.version, "sha256": made.sha256}
        print_json({"study": head, "created": made.created, "forms": changed})
        return
    what = "Published" if made.created else "Already published:"
    click.echo(f"{what} {made.study.key} {made.study.version} ({made.sha256[:12]}).")
    if any(changed.values()):
        click.echo("Forms: {adds} added, {moves} moved, {closes} closed.".format(**changed))
