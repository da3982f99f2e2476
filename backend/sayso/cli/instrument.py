"""Check, score, import, export and adopt instruments; no database is needed."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from sayso.domain.questionnaire import Questionnaire
from sayso.domain.scoring import ENGINE_VERSION, Value, text_of
from sayso.formats.answer_table import ScoredTable, score_table
from sayso.formats.instrument_json import load
from sayso.formats.instrument_vectors import vector_faults

_SLOW_BYTES = 4_000_000

_json = click.option("--json", "as_json", is_flag=True, help="Print the facts as JSON.")
_folder = click.argument("folder", type=click.Path(exists=True, path_type=Path))


@click.group("instrument")
def command() -> None:
    """Check, score, import, export and adopt instruments.

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


def _counted(lines: Iterator[str], update: object) -> Iterator[str]:
    seen = 0
    for line in lines:
        seen += len(line)
        if seen > 100_000 and callable(update):
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
