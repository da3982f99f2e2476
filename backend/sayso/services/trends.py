"""Completion over time: of the forms whose window closed in each month, how many have come.

What became of each form is read off the lines of the tally, as for every other figure, so that the
months together are the completion of the report. The window of a timepoint closes for a participant
with the last of its forms.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, select

from sayso.domain.completion import CELLS, Ratio
from sayso.domain.digits import FIRST
from sayso.domain.schedule import WantedForm
from sayso.domain.study import ALIVE_RULES
from sayso.domain.tally_line import Layout
from sayso.domain.tally_pile import OwnLine
from sayso.services import assessments, tallies
from sayso.services.access import Reach
from sayso.services.books import Books, opened
from sayso.services.completion import Chosen, scene_of
from sayso.services.tallies import Scene
from sayso.store import tally
from sayso.store.tables import participant, site
from sayso.store.tables_forms import expected_form

Counts = Counter[tuple[date, bool]]
"""How many forms, by the first of the month and by whether they came."""

Months = Mapping[str, date]
"""By timepoint, the first of a month."""

_NOT_DUE, _MISSED, _CAME = range(3)


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
    chosen = replace(chosen, alive_rule=chosen.alive_rule or at.study.rules.alive_rule)
    counts: Counts = Counter()
    with opened(connection, at, books) as book:
        lines = book.lines(at, chosen.arm)
    _count_lines(counts, at, chosen, lines, closings(connection, at, chosen.arm))
    months = [
        Month(first, Ratio(counts[first, True], counts[first, True] + counts[first, False]))
        for first in _every_month({first for first, _came in counts})
    ]
    return Trend(at.moment, chosen.alive_rule or "", months)


def _count_lines(
    counts: Counts,
    at: Scene,
    chosen: Chosen,
    lines: Sequence[OwnLine],
    months: Mapping[int, Months],
) -> None:
    """One byte for each form says what became of it."""
    rule = ALIVE_RULES.index(chosen.alive_rule or "")
    tables: dict[Layout, bytes] = {}
    for line in lines:
        layout = line.layout
        table = tables.get(layout) or tables.setdefault(layout, _kinds(layout))
        start = layout.marks_at + rule * len(layout.forms)
        marks = line.line[start : start + len(layout.forms)].encode().translate(table)
        own = months.get(line.participant_id, {})
        for (timepoint, name, _planned), kind in zip(layout.forms, marks, strict=True):
            # A form that was taken off the calendar between the two reads has no month.
            if kind and chosen.questionnaire in (None, name) and timepoint in own:
                counts[own[timepoint], kind == _CAME] += 1


def closings(connection: Connection, at: Scene, arm: str | None) -> Mapping[int, Months]:
    """By participant and timepoint: the month in which the window closes, its first day.

    The calendar that the trend counts by: as it is now, or as it was at the moment of a past
    report for everybody whose line does not hold for it.
    """
    scope = assessments.scope(at.within)
    found = dict(_months(connection, *scope, *(() if arm is None else (participant.c.arm == arm,))))
    if at.is_past:
        missing = tally.without_line(connection, at.basis, at.moment, *scope)
        found |= {
            row_id: months_of(person.forms)
            for row_id, person in tallies.people(connection, at, missing)
        }
    return found


def months_of(forms: Iterable[WantedForm]) -> Months:
    """By timepoint: the month in which the last of its forms closes, its first day."""
    last: dict[str, date] = {}
    for form in forms:
        last[form.timepoint] = max(form.closes, last.get(form.timepoint, form.closes))
    return {timepoint: closes.replace(day=1) for timepoint, closes in last.items()}


def _kinds(layout: Layout) -> bytes:
    """A table that leaves of each mark whether a form was due, and whether it came."""
    table = bytearray(256)
    for number, mark in enumerate(layout.marks):
        if mark.detail in CELLS["expected"]:
            table[FIRST + number] = _CAME if mark.detail in CELLS["completed"] else _MISSED
    return bytes(table)


def _months(connection: Connection, *where: tally.Condition) -> Mapping[int, Months]:
    """By participant and timepoint: the first of the month in which its window closes."""
    found: dict[int, dict[str, date]] = {}
    rows = connection.execute(
        select(
            expected_form.c.participant_id, expected_form.c.timepoint,
            func.max(expected_form.c.closes_on).label("closes"),
        )
        .join(participant, participant.c.id == expected_form.c.participant_id)
        .join(site, site.c.id == participant.c.site_id)
        .where(expected_form.c.cancelled_at.is_(None), *where)
        .group_by(expected_form.c.participant_id, expected_form.c.timepoint)
    )  # fmt: skip
    for row in rows:
        found.setdefault(row.participant_id, {})[row.timepoint] = row.closes.replace(day=1)
    return found


def _every_month(known: Collection[date]) -> Iterator[date]:
    month, end = min(known, default=date.max), max(known, default=date.min)
    while month <= end:
        yield month
        month = (month + timedelta(days=31)).replace(day=1)
