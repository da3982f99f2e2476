"""Write the study's data as comma-separated files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import IO

import click
from sqlalchemy import Connection

from sayso.cli._settings import read_settings
from sayso.cli._store import COMMAND, engine, require_current
from sayso.clock import SystemClock
from sayso.formats.tabular import csv_chunks
from sayso.services import access, exports, figure_table, papers, publishing, study_page
from sayso.services.access import Reach
from sayso.services.completion import Chosen
from sayso.services.exports import Table
from sayso.store.engine import transaction

Make = Callable[[Connection, Reach, datetime], Table]


@click.group()
def command() -> None:
    """Write the study's data as comma-separated files.

    For example: sayso export forms --out forms.csv
    """


def _options(verb: Callable[..., None]) -> Callable[..., None]:
    verb = click.option("--out", "target", type=click.File("wb"), default="-", show_default=True,
                        help="File to write; - is standard output.")(verb)  # fmt: skip
    verb = click.option("--site", default=None, help="Only participants of this site.")(verb)
    return click.option("--study", default=None, help="Key of the study, if there are several.")(
        verb
    )


def _as_of(verb: Callable[..., None]) -> Callable[..., None]:
    return click.option("--as-of", "as_of", type=click.DateTime(["%Y-%m-%d"]), default=None,
                        help="The end of this past day (UTC) instead of now.")(verb)  # fmt: skip


@command.command()
@_options
@_as_of
def forms(study: str | None, site: str | None, target: IO[bytes], as_of: datetime | None) -> None:
    """One row per expected form: status, dates, reason, response, scores.

    With --as-of the file is what was on record at the end of that day; made again later, it is the
    same to the last byte. For example: sayso export forms --as-of 2026-06-30 --out forms.csv
    """
    day = as_of.date() if as_of else None

    def make(connection: Connection, within: Reach, now: datetime) -> Table:
        return exports.expected_forms(connection, within, now, day)

    _write("expected-forms", make, study, site, target, day)


@command.command()
@_options
@_as_of
def items(study: str | None, site: str | None, target: IO[bytes], as_of: datetime | None) -> None:
    """One row per item: answered, not done with the reason, or branched out.

    For example: sayso export items --as-of 2026-06-30 --out items.csv
    """
    day = as_of.date() if as_of else None

    def make(connection: Connection, within: Reach, now: datetime) -> Table:
        return exports.items(connection, within, now, day)

    _write("items", make, study, site, target, day)


@command.command()
@_options
def facts(study: str | None, site: str | None, target: IO[bytes]) -> None:
    """The facts behind every figure, as the JSON file that `sayso study evaluate` reads.

    For example: sayso export facts --out facts.json
    """
    now = SystemClock().now()
    with engine(read_settings()) as made:
        with transaction(made, read_only=True) as connection:
            require_current(connection)
            within = _within(connection, study, site)
            found = exports.facts(connection, within)
        data = (json.dumps(found, indent=1) + "\n").encode()
        target.write(data)
        target.flush()
        digest = hashlib.sha256(data).hexdigest()
        with transaction(made) as connection:
            exports.record(connection, within, "facts", len(found["participants"]), digest, now)


def _choices(verb: Callable[..., None]) -> Callable[..., None]:
    return click.option("--arm", default=None, help="Only this arm.")(_as_of(verb))


@command.command()
@_options
@_choices
def completion(
    study: str | None, site: str | None, target: IO[bytes], arm: str | None, as_of: datetime | None
) -> None:
    """Every rate with its interval, over all sites and for each, ready for a paper.

    For example: sayso export completion --as-of 2026-06-30 --out completion.csv
    """
    chosen = Chosen(arm=arm, as_of=as_of.date() if as_of else None)

    def make(connection: Connection, within: Reach, now: datetime) -> Table:
        return papers.completion_table(connection, within, chosen, now)

    _write("completion", make, study, site, target, chosen.as_of)


@command.command()
@_options
@_choices
def figures(
    study: str | None, site: str | None, target: IO[bytes], arm: str | None, as_of: datetime | None
) -> None:
    """Every figure from F1 to F19 on a line of its own, those about people and reminders too.

    For example: sayso export figures --as-of 2026-06-30 --out figures.csv
    """
    chosen = Chosen(arm=arm, as_of=as_of.date() if as_of else None)

    def make(connection: Connection, within: Reach, now: datetime) -> Table:
        return figure_table.figure_table(connection, within, chosen, now)

    _write("figures", make, study, site, target, chosen.as_of)


@command.command()
@_options
@_choices
@click.option("--questionnaire", default=None, help="Whose flow; the first one if not named.")
@click.option("--format", "kind", type=click.Choice(["svg", "csv"]), default="svg",
              show_default=True, help="A picture, or the same as a table.")  # fmt: skip
def consort(
    study: str | None, site: str | None, target: IO[bytes], arm: str | None,
    as_of: datetime | None, questionnaire: str | None, kind: str,
) -> None:  # fmt: skip
    """The flow of participants as CONSORT-PRO asks for it.

    For example: sayso export consort --out flow.svg
    """
    chosen = Chosen(arm=arm, questionnaire=questionnaire, as_of=as_of.date() if as_of else None)
    if kind == "csv":

        def make(connection: Connection, within: Reach, now: datetime) -> Table:
            return papers.flow_table(connection, within, chosen, now)

        _write("consort", make, study, site, target, chosen.as_of)
        return
    with engine(read_settings()) as made, transaction(made, read_only=True) as connection:
        require_current(connection)
        within = _within(connection, study, site)
        titles = study_page.titles(connection, within.study_key)
        drawn = papers.flow_picture(connection, within, chosen, titles, SystemClock().now())
    target.write(drawn.encode())


def _write(
    name: str,
    make: Make,
    study: str | None,
    site: str | None,
    target: IO[bytes],
    as_of: date | None,
) -> None:
    """Read in one transaction that cannot change anything, then note the export in another."""
    now, digest, lines = SystemClock().now(), hashlib.sha256(), -1
    with engine(read_settings()) as made:
        with transaction(made, read_only=True) as connection:
            require_current(connection)
            within = _within(connection, study, site)
            table = make(connection, within, now)
            for chunk in csv_chunks(table.header, table.rows):
                data = chunk.encode()
                digest.update(data)
                lines += chunk.count("\r\n")
                target.write(data)
        target.flush()
        with transaction(made) as connection:
            exports.record(connection, within, name, lines, digest.hexdigest(), now, as_of)
    file = Path(getattr(target, "name", "-")).name
    if file not in ("-", "<stdout>"):
        click.echo(f"Wrote {lines} rows to {file}", err=True)


def _within(connection: Connection, study: str | None, site: str | None) -> Reach:
    known = publishing.keys(connection)
    if study is None and len(known) != 1:
        raise click.UsageError(
            f"Name the study with --study; there are: {', '.join(known) or 'none'}"
        )
    return access.everything(connection, COMMAND, study or known[0]).narrowed(site)
