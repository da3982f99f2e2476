"""Check, score, import, export and adopt instruments, license them and score again.

Licences and scoring again need the database; the verbs that work on files alone do not even import
it, because `score` is run on large files by people who have none.
"""

from __future__ import annotations

import csv
import importlib
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from sayso.domain.questionnaire import Questionnaire
from sayso.domain.score_inputs import text_of
from sayso.domain.scoring import ENGINE_VERSION, Value
from sayso.formats.answer_table import ScoredTable, score_table
from sayso.formats.fhir_export import to_fhir
from sayso.formats.import_draft import Imported
from sayso.formats.instrument_import import import_file
from sayso.formats.instrument_json import FILE_NAME, load, pretty, read_document
from sayso.formats.instrument_vectors import FILE_NAME as VECTORS_NAME
from sayso.formats.instrument_vectors import vector_faults
from sayso.formats.pack_adoption import Adoption, adopt
from sayso.formats.redcap_export import to_redcap
from sayso.resources import instruments_dir

_SLOW_BYTES = 4_000_000

_json = click.option("--json", "as_json", is_flag=True, help="Print the facts as JSON.")
_file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_write = click.option(
    "--write", type=click.Path(file_okay=False, path_type=Path), help="Write the instrument here."
)
_folder = click.argument("folder", type=click.Path(exists=True, path_type=Path))


_WITH_DATABASE = {"licence": "_instrument_licence", "rescore": "_instrument_rescore"}


class _Verbs(click.Group):
    """The verbs in this file, and those with a database, imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *_WITH_DATABASE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _WITH_DATABASE:
            return super().get_command(ctx, cmd_name)
        verb = importlib.import_module(f"sayso.cli.{_WITH_DATABASE[cmd_name]}").command
        if not isinstance(verb, click.Command):
            raise TypeError(f"{_WITH_DATABASE[cmd_name]}.command is no click command")
        return verb


@click.group("instrument", cls=_Verbs)
def command() -> None:
    """Check, score, import, export and adopt instruments, license them and score again.

    Example: sayso instrument check instruments/demo-anxiety/1.0.0
    """


@command.command("check")
@_folder
@_json
def check(folder: Path, as_json: bool) -> None:
    """Name everything that is wrong with the instrument in FOLDER.

    Its vectors are run as well, so that a wrong scoring rule shows.

    Example: sayso instrument check instruments/demo-anxiety/1.0.0
    """
    questionnaire = load(folder)
    wrong, rows = vector_faults(questionnaire, folder)
    facts = {
        "id": questionnaire.id,
        "version": questionnaire.version,
        "sha256": questionnaire.sha256,
        "questions": len(questionnaire.items_in_order()),
        "scores": len(questionnaire.scores),
        "vectors": rows,
        "vector_faults": wrong,
    }
    if as_json:
        click.echo(json.dumps(facts, indent=2))
    else:
        name = f"{questionnaire.id} {questionnaire.version}"
        counts = f"{facts['questions']} questions, {facts['scores']} scores, {rows} worked examples"
        click.echo(f"{name}: {counts}, {questionnaire.sha256[:12]}")
    if wrong:
        raise click.ClickException("\n".join(wrong[:20]))


@command.command("score")
@_folder
@click.argument("answers", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_json
def score(folder: Path, answers: Path, as_json: bool) -> None:
    """Score every row of ANSWERS, a CSV with item ids as its header.

    Empty cells are not answered, empty scores are not scorable, other columns are passed through.

    Example: sayso instrument score packs/eortc-qlq-c30/3.0 answers.csv > scores.csv
    """
    questionnaire = load(folder)
    with answers.open(encoding="utf-8-sig", newline="") as lines:
        size = answers.stat().st_size
        quiet = size < _SLOW_BYTES or not sys.stderr.isatty()
        with click.progressbar(length=size, file=sys.stderr, hidden=quiet, label="Scoring") as bar:
            table = score_table(questionnaire, _counted(lines, bar.update), str(answers))
    if table.absent:
        missing = ", ".join(table.absent[:10])
        click.echo(f"No column for {missing}; counted as not answered.", err=True)
    _print_scores(questionnaire, table, as_json)


def _counted(lines: Iterator[str], update: Callable[[int], object]) -> Iterator[str]:
    seen = 0
    for line in lines:
        seen += len(line)
        if seen > 100_000:
            update(seen)
            seen = 0
        yield line


def _print_scores(questionnaire: Questionnaire, table: ScoredTable, as_json: bool) -> None:
    if as_json:
        rows = [
            {
                **dict(zip(table.passed_columns, row.passed, strict=True)),
                "scores": dict(zip(table.score_columns, row.values, strict=True)),
            }
            for row in table.rows
        ]
        facts = {
            "instrument": questionnaire.id,
            "version": questionnaire.version,
            "sha256": questionnaire.sha256,
            "engine": ENGINE_VERSION,
            "rows": rows,
        }
        click.echo(json.dumps(facts, indent=1))
        return
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([*table.passed_columns, *table.score_columns])
    cells = _Texts()
    writer.writerows([*row.passed, *map(cells.__getitem__, row.values)] for row in table.rows)


class _Texts(dict[Value, str]):
    """The text of each value; the same few values fill a whole file, so each is spelt once."""

    def __missing__(self, value: Value) -> str:
        self[value] = text = text_of(value)
        return text


@command.command("import")
@_file
@_json
@_write
def import_(file: Path, as_json: bool, write: Path | None) -> None:
    """Read a FHIR Questionnaire, a REDCap dictionary or zip, or an XLSForm.

    Ends in three lists: taken, changed, refused. Nothing is written without --write.

    Example: sayso instrument import phq9.json --json --write instruments/phq-9/1
    """
    imported = _read(file)
    _print_import(imported, as_json)
    if imported.document is None:
        raise click.ClickException(f"{file.name} {imported.why}")
    if write is not None:
        _write_instrument(write, imported.document)


def _read(file: Path) -> Imported:
    try:
        return import_file(file)
    except OSError as error:
        raise click.UsageError(f"{file} cannot be read: {error.strerror}") from error


def _print_import(imported: Imported, as_json: bool) -> None:
    facts: dict[str, Any] = {
        "format": imported.format,
        "title": imported.title,
        "items": len(imported.taken),
        "taken": imported.taken,
        "changed": imported.changed,
        "refused": imported.refused,
        "sha256": imported.sha256,
    }
    if imported.document is None:
        facts |= {"items": 0, "taken": [], "why": imported.why}
    if as_json:
        click.echo(json.dumps(facts, indent=2))
        return
    click.echo(f"{imported.title or 'No title'} ({imported.format}), {facts['items']} items taken")
    for one in imported.changed:
        click.echo(f"  changed  {one['from']}: {one['what']}")
    for one in imported.refused:
        click.echo(f"  refused  {one['from']}: {one['why']}")


def _write_instrument(folder: Path, document: dict[str, Any]) -> None:
    file = folder / FILE_NAME
    if file.exists():
        raise click.ClickException(f"{file} is there already; a version is never overwritten")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(pretty(document), "utf-8")
    except OSError as error:
        raise click.UsageError(f"{file} cannot be written: {error.strerror}") from error
    click.echo(f"Wrote {file}", err=True)


@command.command("export")
@click.argument("instrument")
@click.option("--to", "target", type=click.Choice(["fhir", "redcap"]), required=True)
def export(instrument: str, target: str) -> None:
    """Print INSTRUMENT, a folder or ID@VERSION, as a FHIR Questionnaire or a REDCap dictionary.

    Example: sayso instrument export demo-anxiety@1.0.0 --to fhir
    """
    questionnaire = load(folder_of(instrument))
    if target == "fhir":
        click.echo(json.dumps(to_fhir(questionnaire), indent=2, ensure_ascii=False))
    else:
        click.echo(to_redcap(questionnaire), nl=False)


def folder_of(instrument: str) -> Path:
    """The folder of an instrument given as a folder or as ID@VERSION. Raises UsageError."""
    if Path(instrument).exists():
        return Path(instrument)
    name, _, version = instrument.partition("@")
    for folder in (instruments_dir(), instruments_dir() / "packs"):
        versions = sorted(one.name for one in (folder / name).glob("*/") if name)
        if version in versions:
            return folder / name / version
        if versions and not version:
            raise click.UsageError(f"Say which version, such as {name}@{versions[-1]}.")
    raise click.UsageError(f"There is no instrument {instrument}; give a folder or ID@VERSION.")


@command.command("adopt")
@click.argument("pack", type=click.Path(exists=True, path_type=Path))
@_file
@_json
@_write
def adopt_(pack: Path, file: Path, as_json: bool, write: Path | None) -> None:
    """Join the words of FILE, which your site has a licence for, to the scoring of PACK.

    Shows which question was matched with which, and how; then runs the pack's worked examples.
    Nothing is written without --write.

    Example: sayso instrument adopt instruments/packs/phq-9/1.0 phq9.json --write site/phq-9
    """
    questionnaire, vectors = load(pack), pack / VECTORS_NAME
    if not vectors.is_file():
        raise click.ClickException(f"{pack} has no {VECTORS_NAME}, so nothing proves its scoring")
    adoption = adopt(
        questionnaire, read_document(pack), _read(file), vectors.read_text("utf-8-sig")
    )
    _print_adoption(adoption, as_json)
    if adoption.document is None:
        raise click.ClickException("; ".join(adoption.problems[:5]))
    if write is not None:
        _write_instrument(write, adoption.document)
        (write / VECTORS_NAME).write_text(vectors.read_text("utf-8-sig"), "utf-8")


def _print_adoption(adoption: Adoption, as_json: bool) -> None:
    if as_json:
        facts = {
            "matches": [asdict(match) for match in adoption.matches],
            "unmatched": adoption.unmatched,
            "extra": adoption.extra,
            "problems": adoption.problems,
            "vectors": adoption.vectors,
        }
        click.echo(json.dumps(facts, indent=2))
        return
    for match in adoption.matches:
        codes = ", ".join(f"{theirs}={ours}" for theirs, ours in match.codes.items())
        how = f"by {match.how}" + (f", codes by {match.codes_by}: {codes}" if codes else "")
        click.echo(f"  {match.item} <- {match.source} ({how}): {match.text[:60]}")
    for one in adoption.extra:
        click.echo(f"  not in the pack, kept as it is: {one}")
    click.echo(f"{len(adoption.matches)} matched, {adoption.vectors} worked examples run")
