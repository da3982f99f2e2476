"""Options that several study verbs read in the same way."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from sayso.domain.errors import SaysoError


class Day(click.ParamType[date]):
    """A date written as 2026-01-31."""

    name = "DATE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date. Fails as wrong use for anything else."""
        if isinstance(value, date):
            return value
        try:
            day = date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no date; write one such as 2026-01-31", param, ctx)
        if len(value) != 10 or not 1900 <= day.year <= 2200:
            self.fail(f"{value!r} is no date; write one such as 2026-01-31", param, ctx)
        return day


class Instant(click.ParamType[datetime]):
    """An instant with its offset, such as 2026-01-31T15:00:00Z."""

    name = "INSTANT"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """The instant in UTC. Fails as wrong use for anything without an offset."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(
                f"{value!r} is no instant; write one such as 2026-01-31T15:00:00Z", param, ctx
            )
        if moment.tzinfo is None:
            self.fail(f"{value!r} names no zone; write Z or an offset after it", param, ctx)
        if not 1900 <= moment.year <= 2200:
            self.fail(f"{value!r} is outside the years 1900 to 2200", param, ctx)
        return moment.astimezone(UTC)


class Named(click.ParamType[tuple[str, date]]):
    """A name and a date joined by =, such as cessation=2026-01-20."""

    name = "NAME=DATE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, date]:
        """The name and the date. Fails as wrong use where either is missing."""
        if isinstance(value, tuple):
            return value[0], value[1]
        name, equals, day = value.partition("=")
        if not name or not equals:
            self.fail(f"{value!r} is not of the form name=2026-01-31", param, ctx)
        return name, Day().convert(day, param, ctx)


DAY = Day()
INSTANT = Instant()
NAMED = Named()
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class WrongUse(click.ClickException):
    """The command was given something that does not fit the study: exit 2."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        """One sentence on standard error."""
        click.echo(f"sayso: {self.format_message()}", err=True)


def wrong_use(error: SaysoError) -> WrongUse:
    """A named error of the domain as wrong use of the command."""
    return WrongUse(str(error))


def print_json(document: Any) -> None:
    """Print a document the same way every time: two spaces, keys in the order given."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


def table(lines: Sequence[Sequence[str]]) -> str:
    """Lines of cells as columns of text; the first line holds the headings."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
