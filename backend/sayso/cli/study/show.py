"""`sayso study show`: the schedule as a table, and as a picture for the protocol file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from sayso.cli.study._options import FILE, WrongUse, print_json, table
from sayso.domain.study import Study
from sayso.formats import study_toml
from sayso.formats.study_svg import picture, window_words


@click.command()
@click.argument("file", type=FILE)
@click.option(
    "--svg", type=click.Path(dir_okay=False, path_type=Path), help="Write the picture to this file."
)
@click.option("--json", "as_json", is_flag=True, help="Print the table as JSON.")
def command(file: Path, svg: Path | None, as_json: bool) -> None:
    """Print the schedule, and write it as an SVG picture where --svg is given.

    For example: sayso study show my-study.toml --svg schedule.svg
    """
    text = study_toml.read_text(file)
    study = study_toml.parse(text, str(file))
    if svg is not None:
        try:
            svg.write_text(picture(study, study_toml.sha256(text)), "utf-8")
        except OSError as error:
            raise WrongUse(f"{svg} cannot be written ({error.strerror})") from error
    rows = list(_rows(study))
    if as_json:
        head = {"key": study.key, "version": study.version, "sha256": study_toml.sha256(text)}
        print_json({"study": head, "banner": study.banner, "rows": rows})
        return
    click.echo(study.title)
    if not study.official:
        click.echo(study.banner)
    click.echo(table([tuple(rows[0]), *(tuple(row.values()) for row in rows)]))


def _rows(study: Study) -> Iterator[dict[str, Any]]:
    for timepoint in sorted(study.timepoints, key=lambda t: (t.target, t.id)):
        packs = ", ".join(timepoint.packs) or "none"
        yield {
            "id": timepoint.id,
            "label": timepoint.label,
            "arms": ", ".join(timepoint.arms),
            "target": str(timepoint.target),
            "window": window_words(timepoint),
            "counts from": timepoint.anchor or "the arm's anchor",
            "asks": packs if timepoint.enabled else f"{packs} (switched off)",
            "visit": timepoint.visit or "",
        }
    for form in study.event_forms:
        yield {
            "id": form.id,
            "label": form.label,
            "arms": ", ".join(form.arms),
            "target": str(form.target),
            "window": window_words(form),
            "counts from": " or ".join(form.on),
            "asks": ", ".join(form.packs),
            "visit": "",
        }
    for series in study.visit_series:
        yield {
            "id": series.id,
            "label": series.label,
            "arms": ", ".join(series.arms),
            "target": str(series.target),
            "window": f"{series.opens} to {series.closes}",
            "counts from": "the one before",
            "asks": "none",
            "visit": series.kind,
        }
