"""`sayso instrument rescore`: score a study's responses again and show the difference."""

from __future__ import annotations

from pathlib import Path

import click

from sayso.cli._store import COMMAND, desk, print_json
from sayso.cli.instrument import folder_of
from sayso.formats.instrument_json import read_document
from sayso.formats.tabular import csv_chunks
from sayso.services import rescoring
from sayso.services.rescoring import Report

_HEADER = (
    "study", "participant", "timepoint", "response_id", "instrument", "score", "before", "after",
    "why", "engine",
)  # fmt: skip


@click.command("rescore")
@click.argument("study")
@click.option("--instrument", help="Only responses to this instrument.")
@click.option("--rules", help="A newer version of an instrument, as a folder or ID@VERSION.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path),
              help="Write every difference to this CSV file.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Report only; keep no new score.")
@click.option("--json", "as_json", is_flag=True, help="Print the facts as JSON.")
def command(
    study: str,
    instrument: str | None,
    rules: str | None,
    report: Path | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Score the responses of STUDY again, by this program or by newer RULES.

    New scores stand beside the old ones; nothing is overwritten. Look first with --dry-run.

    Example: sayso instrument rescore my-study --dry-run --report differences.csv
    """
    document = None if rules is None else read_document(folder_of(rules))
    if document is not None and instrument not in (None, document.get("id")):
        raise click.UsageError(f"The rules are those of {document.get('id')}, not {instrument}.")
    with desk(read_only=dry_run) as at:
        found = rescoring.rescore(
            at.connection, COMMAND, study, at.now, instrument=instrument, rules=document,
            keep=not dry_run,
        )  # fmt: skip
    if report is not None:
        _write(found, report)
    if as_json:
        print_json(_facts(found, kept=not dry_run))
    else:
        click.echo(_text(found, kept=not dry_run))


def _write(found: Report, target: Path) -> None:
    rows = (
        (
            found.study, one.participant, one.timepoint, one.response_id, one.instrument,
            one.change.id, one.change.before, one.change.after, one.change.why, found.engine,
        )
        for one in found.differences
    )  # fmt: skip
    try:
        with target.open("w", encoding="utf-8", newline="") as file:
            file.writelines(csv_chunks(_HEADER, rows))
    except OSError as error:
        raise click.UsageError(f"{target} cannot be written: {error.strerror}") from error
    click.echo(f"Wrote {len(found.differences)} differences to {target.name}", err=True)


def _text(found: Report, *, kept: bool) -> str:
    what = "were scored again" if kept else "would be scored again"
    lines = [f"{found.looked_at} responses looked at, {found.rescored} {what}."]
    for (instrument, score), kinds in sorted(found.counts.items()):
        said = ", ".join(f"{count} {_KINDS[kind]}" for kind, count in sorted(kinds.items()))
        lines.append(f"  {instrument} {score}: {said}")
    return "\n".join(lines)


_KINDS = {
    "value": "with another value",
    "rule": "with the same value by another rule",
    "added": "that were not scored before",
    "removed": "that are scored no more",
}


def _facts(found: Report, *, kept: bool) -> dict[str, object]:
    return {
        "study": found.study,
        "engine": found.engine,
        "kept": kept,
        "looked_at": found.looked_at,
        "rescored": found.rescored,
        "changes": [
            {"instrument": instrument, "score": score, **kinds}
            for (instrument, score), kinds in sorted(found.counts.items())
        ],
    }
