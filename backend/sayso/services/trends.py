"""Completion over time: of the forms whose window closed in each month, how many have come.

What became of each form is read off the lines of the tally, as for every other figure, so that the
months together are the completion of the report. The window of a timepoint closes for a participant
with the last of its forms, and her line says in which month that is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from sayso.domain.completion import Ratio
from sayso.domain.months import first_day
from sayso.services.access import Reach
from sayso.services.books import Books, opened
from sayso.services.completion import Chosen, parts_of, scene_of


@dataclass(frozen=True, slots=True)
class Month:
    """The forms whose window closed in one calendar month: so many came of so many due."""

    first: date
    completion: Ratio


@dataclass(frozen=True, slots=True)
class Trend:
    """Every month from the first in which something closed to the last, none left out."""

    moment: datetime
    alive_rule: str
    months: list[Month]


def trend(
    connection: Connection,
    within: Reach,
    chosen: Chosen,
    now: datetime,
    books: Books | None = None,
) -> Trend:
    """Completion by month. Raises NotFound for a site that is not within reach."""
    at = scene_of(connection, within, chosen, now)
    counts: Counter[tuple[int, bool]] = Counter()
    with opened(connection, at, books) as book:
        for part in parts_of(book, at, chosen).values():
            counts.update(part.months)
    closed = {first_day(number): number for (number, _came), forms in counts.items() if forms}
    months = []
    for first in _every_month(closed):
        came, missed = (counts[closed.get(first, -1), kind] for kind in (True, False))
        months.append(Month(first, Ratio(came, came + missed)))
    return Trend(at.moment, chosen.alive_rule or at.study.rules.alive_rule, months)


def _every_month(known: Collection[date]) -> Iterator[date]:
    month, end = min(known, default=date.max), max(known, default=date.min)
    while month <= end:
        yield month
        month = (month + timedelta(days=31)).replace(day=1)
