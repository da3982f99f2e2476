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
@click.argument("file", type=FILE, required=False)
@click.option(
    "--study", "key", help="Without FILE: which published study, where there are several."
)
@click.option(
    "--svg", type=click.Path(dir_okay=False, path_type=Path), help="Write the picture to this file."
)
@click.option("--json", "as_json", is_flag=True, help="Print the table as JSON.")
def command(file: Path | None, key: str | None, svg: Path | None, as_json: bool) -> None:
    """Print the schedule of FILE, and write it as an SVG picture where --svg is given.

    Without FILE it is the current version of the study in the database.

    For example: sayso study show my-study.toml --svg schedule.svg
    """
    if file is not None and key is not None:
        raise WrongUse("--study names a published study; give either that or a file")
    study, sha256 = _published(key) if file is None else _read(file)
    if svg is not None:
        try:
            svg.write_text(picture(study, sha256), "utf-8")
        except OSError as error:
            raise WrongUse(f"{svg} cannot be written ({error.strerror})") from error
    rows = list(_rows(study))
    if as_json:
        head = {"key": study.key, "version": study.version, "sha256": sha256}
        print_json({"study": head, "banner": study.banner, "rows": rows})
        return
    click.echo(study.title)
    if not study.official:
        click.echo(study.banner)
    click.echo(table([tuple(rows[0]), *(tuple(row.values()) for row in rows)]))


def _read(file: Path) -> tuple[Study, str]:
    text = study_toml.read_text(file)
    return study_toml.parse(text, str(file)), study_toml.sha256(text)


def _published(key: str | None) -> tuple[Study, str]:
    """The current version of a published study. Raises `WrongUse` unless it is clear which one."""
    # A file is shown without the database, and without the half second that it takes to import.
    from sayso.cli._store import desk
    from sayso.services import publishing

    with desk(read_only=True) as at:
        keys = [key] if key is not None else publishing.keys(at.connection)
        if not keys:
            raise WrongUse("no study has been published yet; give a study file")
        if len(keys) > 1:
            raise WrongUse(
                f"several studies are published; add --study and one of {', '.join(keys)}"
            )
        found = publishing.current(at.connection, keys[0])
        return found.study, found.sha256


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
