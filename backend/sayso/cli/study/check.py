"""`sayso study check`: everything that is wrong with a study file, at once."""

from __future__ import annotations

from pathlib import Path

import click

from sayso import resources
from sayso.cli.study._options import FILE, print_json
from sayso.domain.rule_errors import StudyFileWrong
from sayso.domain.study import Study
from sayso.formats import study_toml
from sayso.formats.instrument_folder import finder


@click.command()
@click.argument("file", type=FILE)
@click.option("--licences", is_flag=True, help="Ask the database for the licences too.")
@click.option(
    "--instruments",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the questionnaires; by default those that travel with the program.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_context
def command(
    ctx: click.Context, file: Path, licences: bool, instruments: Path | None, as_json: bool
) -> None:
    """Name everything that is wrong with a study file: file, key and how to mend it.

    With --licences also what its licences do not allow, so that publishing holds no surprise.

    For example: sayso study check instruments/studies/my-study.toml
    """
    try:
        text = study_toml.read_text(file)
        study = study_toml.parse(text, str(file))
    except StudyFileWrong as error:
        if not as_json:
            raise
        faults = [
            {"file": f.file, "key": f.key, "what": f.what, "mend": f.mend} for f in error.faults
        ]
        print_json({"ok": False, "faults": faults})
        ctx.exit(1)
    if licences and (wanting := _unlicensed(study, instruments)):
        if as_json:
            print_json({"ok": False, "faults": [], "licences": wanting})
        else:
            click.echo("\n".join(wanting), err=True)
        ctx.exit(1)
    sha256 = study_toml.sha256(text)
    if as_json:
        head = {"key": study.key, "version": study.version, "sha256": sha256}
        print_json({"ok": True, "study": head, "faults": []})
        return
    click.echo(_summary(study, sha256))


def _unlicensed(study: Study, folder: Path | None) -> list[str]:
    # Checking a file alone must not need the database, nor the half second that it takes to import.
    from sayso.cli._store import desk
    from sayso.services import publishing

    find = finder(folder or resources.instruments_dir())
    with desk(read_only=True) as at:
        return publishing.unlicensed(at.connection, study, find, at.now.date())


def _summary(study: Study, sha256: str) -> str:
    origins = list(study.provenance.values())
    asked = sum(bool(t.enabled and t.packs) for t in study.timepoints)
    lines = [
        f"{study.key} version {study.version} is in order.",
        f"{len(study.arms)} arms, {len(study.timepoints)} timepoints, {asked} of them asked, "
        f"{len(study.event_forms)} event forms, {len(study.questionnaires())} questionnaires.",
        f"{origins.count('public')} fields are public, {origins.count('assumed')} are assumed.",
        f"sha256 {sha256}",
    ]
    if not study.official:
        lines.insert(1, study.banner)
    return "\n".join(lines)
