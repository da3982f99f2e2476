"""`sayso study plan`: what an amendment would change, before anybody is touched by it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

import click

from sayso import resources
from sayso.cli.study._options import DAY, FILE, INSTANT, WrongUse, print_json
from sayso.cli.study._people import read_people
from sayso.domain.amendment import AmendmentPlan, plan_amendment
from sayso.domain.study import Study, StudyVersion
from sayso.formats import study_toml


@click.command()
@click.argument("file", type=FILE)
@click.option("--effective", type=DAY, help="Concerns windows that open after this day.")
@click.option("--from", "before", type=FILE, help="The study file as it is now, without database.")
@click.option("--facts", type=FILE, help="With --from: the participants, as a facts file.")
@click.option("--now", type=INSTANT, help="With --from: the moment of the amendment.")
@click.option(
    "--instruments",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the questionnaires; by default those that travel with the program.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def command(
    file: Path,
    effective: date | None,
    before: Path | None,
    facts: Path | None,
    now: datetime | None,
    instruments: Path | None,
    as_json: bool,
) -> None:
    """Say what the amended study in FILE adds, moves and closes; nothing is changed.

    The participants come from the database, or from a facts file with --from, --facts and --now.

    For example: sayso study plan my-study-2.toml --effective 2026-07-01
    """
    text = study_toml.read_text(file)
    study = study_toml.parse(text, str(file))
    if before is None:
        if facts is not None or now is not None:
            raise WrongUse("--facts and --now belong to --from; give all three or none")
        folder = instruments or resources.instruments_dir()
        plan = _from_database(study.key, text, file, effective, folder)
    elif facts is None or now is None:
        raise WrongUse("--from needs --facts and --now")
    else:
        plan = _from_files(study, effective, before, facts, now)
    if as_json:
        print_json(asdict(plan))
        return
    click.echo(sentence(study, plan))


def sentence(study: Study, plan: AmendmentPlan) -> str:
    """The plan as it is printed: one sentence, then one line for each timepoint it concerns."""
    lines = [f"{study.key} version {study.version} {plan.sentence}."]
    for timepoint, counts in plan.by_timepoint.items():
        parts = ", ".join(f"{name} {count}" for name, count in counts.items())
        lines.append(f"  {study.label_of(timepoint)}: {parts}")
    return "\n".join(lines)


def _from_files(
    study: Study, effective: date | None, before: Path, facts: Path, now: datetime
) -> AmendmentPlan:
    old = study_toml.load(before)
    if old.key != study.key:
        raise WrongUse(f"{before} is the study {old.key}, not {study.key}")
    people = [person for person in read_people(old, facts) if person.is_enrolled_at(now)]
    amendment = StudyVersion(study, effective or now.date(), now)
    return plan_amendment((StudyVersion(old),), amendment, people, now)


def _from_database(
    key: str, text: str, file: Path, effective: date | None, instruments: Path
) -> AmendmentPlan:
    # The database and what it needs are imported only where they are used: the pure way must work
    # without them and start fast.
    from sayso.cli._store import desk
    from sayso.formats.instrument_folder import finder
    from sayso.services import amendments

    find = finder(instruments)
    with desk(read_only=True) as at:
        return amendments.planned(at.connection, key, text, effective, find, at.now, str(file)).plan
