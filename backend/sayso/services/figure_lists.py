"""The list behind a figure: exactly the forms that it counted.

Whom a figure counted is read off the lines of the tally; only the people of one page are then
judged from their facts, and of those no more is read than the forms in question rest on. Opening a
list therefore costs as much as a page of it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from operator import itemgetter

from sqlalchemy import Connection

from sayso.domain.completion import CELLS, Mark, Row, mark_of
from sayso.domain.digits import FIRST, digits
from sayso.domain.errors import UnknownWord
from sayso.domain.evaluation import Assessment, rows
from sayso.domain.months import Months, month_number, months_of
from sayso.domain.schedule import Key, WantedForm
from sayso.domain.study import ALIVE_RULES
from sayso.domain.tally_pile import OwnLine
from sayso.domain.tally_sum import scheduled
from sayso.services import tallies
from sayso.services.access import Reach
from sayso.services.assessments import Place
from sayso.services.books import Books, Kind, opened
from sayso.services.completion import Chosen, scene_of
from sayso.services.tallies import Scene

ROWS = 200
MOST_ROWS = 2_000
Belongs = Callable[[Mark, bool], bool]


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list: about so many rows, of people whose code comes after another's.

    Nobody is cut in two, so that a page may have some rows more; None asks for all rows.
    """

    after: str | None = None
    rows: int | None = ROWS


FIRST_PAGE = Page()


@dataclass(frozen=True, slots=True)
class Listed:
    """The forms behind a figure; `total` counts those on other pages too.

    Pages follow the participants' codes, the rows of one page the schedule. `windows` has the form
    of each row that is on somebody's calendar; `next` is whom the next page comes after, if any.
    """

    total: int
    rows: Sequence[Row]
    windows: Mapping[tuple[str, str, str], WantedForm]
    next: str | None


def listed(
    connection: Connection,
    within: Reach,
    chosen: Chosen,
    measure: str,
    timepoint: str | None,
    now: datetime,
    page: Page = FIRST_PAGE,
    month: date | None = None,
    books: Books | None = None,
) -> Listed:
    """The forms that a figure counted, a page of them.

    With `month`, its first day, only forms whose window closed in it, as the trend counts them.

    Raises UnknownWord for a measure that does not exist, NotFound for a foreign site.
    """
    belongs = MEASURES.get(measure)
    if belongs is None:
        raise UnknownWord("figure", measure, MEASURES)
    at = scene_of(connection, within, chosen, now)
    asked = _Asked(chosen, timepoint, belongs, month)
    with opened(connection, at, books) as book:
        kinds = book.kinds(at, chosen.arm)
    counted, places = _whom(at, asked, kinds)
    shown, following = turn(counted, page)
    rules = at.study.rules
    if chosen.alive_rule is not None:
        rules = replace(rules, alive_rule=chosen.alive_rule)
    ids = [own.participant_id for own, _count in shown]
    # In which month a timepoint closes is said by all of its forms.
    place = Place(timepoint, None if month else chosen.questionnaire)
    judged = tallies.people(connection, at, ids, rules, place, nudged=False)
    entries = sorted(
        (
            Assessment(person.facts, tuple(person.forms), tuple(person.statuses), ())
            for _id, person in judged
        ),
        key=lambda entry: entry.facts.code,
    )
    everything = rows(at.study, entries, at.moment, rules, places, asked.place)
    months = {entry.facts.code: months_of(entry.forms) for entry in entries}
    found = [row for row in everything if asked.takes(row, months[row.participant])]
    windows = {
        (entry.facts.code, form.timepoint, form.questionnaire): form
        for entry in entries
        for form in entry.forms
    }
    return Listed(sum(count for _own, count in counted), found, windows, following)


def turn(
    counted: Sequence[tuple[OwnLine, int]], page: Page
) -> tuple[Sequence[tuple[OwnLine, int]], str | None]:
    """The people of a page, and the code after which the next one begins.

    `counted` is in order of code and says how many rows each person has.
    """
    first = 0
    if page.after is not None:
        first = bisect_right(counted, page.after, key=lambda entry: entry[0].code)
    if page.rows is None:
        return counted[first:], None
    left, last = page.rows, first
    while last < len(counted) and left > 0:
        left -= counted[last][1]
        last += 1
    return counted[first:last], counted[last - 1][0].code if last < len(counted) else None


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which forms belong to the figure."""

    chosen: Chosen
    timepoint: str | None
    belongs: Belongs
    month: date | None = None

    def place(self, timepoint: str, questionnaire: str) -> bool:
        return self.timepoint in (None, timepoint) and self.chosen.questionnaire in (
            None,
            questionnaire,
        )

    def takes(self, row: Row, months: Months) -> bool:
        in_time = self.month is None or months.get(row.timepoint) == self.month
        return in_time and self.belongs(mark_of(row.status), row.in_pro_population)


@dataclass(frozen=True, slots=True)
class _Look:
    """The same for everybody of one kind: where to look, for what, and how many have no form.

    `columns` are the places of the month in which a form closes, and of its mark.
    """

    columns: Sequence[tuple[int, int]]
    marks: frozenset[str]
    absent: int

    def count(self, lines: Iterable[OwnLine]) -> Iterator[tuple[OwnLine, int]]:
        """How many of the forms of each person belong; nobody is left out who has one."""
        marks = self.marks
        if len(self.columns) == 1 and not self.absent:
            # The commonest list by far, one cell of the schedule, looks at one character.
            ((_month, only),) = self.columns
            yield from ((own, 1) for own in lines if own.line[only] in marks)
        elif self.columns:
            pick = itemgetter(*(column for _month, column in self.columns))
            for own in lines:
                yield own, self.absent + sum(map(marks.__contains__, pick(own.line)))
        else:
            yield from ((own, self.absent) for own in lines)

    def count_in(self, month: str, lines: Iterable[OwnLine]) -> Iterator[tuple[OwnLine, int]]:
        """How many of them closed in a month; what is on nobody's calendar closes in none."""
        for own in lines:
            line = own.line
            yield (
                own,
                sum(
                    line[at : at + 3] == month and line[column] in self.marks
                    for at, column in self.columns
                ),
            )


def _look(asked: _Asked, rule: int, places: Mapping[Key, None], kind: Kind) -> _Look:
    _arm, layout, head = kind
    start = layout.marks_at + rule * len(layout.forms)
    absent = sum(
        asked.belongs(Mark(head.detail_at(timepoint)), head.in_pro)
        for timepoint, name in places
        if (timepoint, name) not in layout.places and asked.place(timepoint, name)
    )
    return _Look(
        [
            (layout.months_at[timepoint], start + column)
            for column, (timepoint, name, _planned) in enumerate(layout.forms)
            if asked.place(timepoint, name)
        ],
        frozenset(
            chr(FIRST + n)
            for n, mark in enumerate(layout.marks)
            if asked.belongs(mark, head.in_pro)
        ),
        absent,
    )


def _whom(
    at: Scene, asked: _Asked, kinds: Mapping[Kind, Sequence[OwnLine]]
) -> tuple[list[tuple[OwnLine, int]], Mapping[str, Mapping[Key, None]]]:
    """Whose forms the figure counts and how many, by code, and the places of each arm."""
    rule = ALIVE_RULES.index(asked.chosen.alive_rule or at.study.rules.alive_rule)
    places = scheduled(at.study, ((arm, layout) for arm, layout, _head in kinds))
    month = None if asked.month is None else digits(month_number(asked.month), 3)
    found: list[tuple[OwnLine, int]] = []
    for kind, lines in kinds.items():
        look = _look(asked, rule, places[kind[0]], kind)
        counted = look.count(lines) if month is None else look.count_in(month, lines)
        found.extend((own, count) for own, count in counted if count)
    return sorted(found, key=lambda entry: entry[0].code), places


def _in(*names: str) -> Belongs:
    details = frozenset[str]().union(*(CELLS[name] for name in names))
    return lambda mark, _in_pro: mark.detail in details


# The words of the API for each figure, numerators and denominators.
MEASURES: dict[str, Belongs] = {
    "enrolled": lambda _mark, _in_pro: True,
    **{name: _in(name) for name in CELLS},
    "open": _in("pending"),
    "completion_n": _in("completed"),
    "completion_of": _in("expected"),
    "in_window_n": _in("in_window"),
    "in_window_of": _in("expected"),
    "available_all_n": _in("received"),
    "available_all_of": lambda _mark, _in_pro: True,
    "available_pro_n": lambda mark, in_pro: in_pro and mark.detail in CELLS["received"],
    "available_pro_of": lambda _mark, in_pro: in_pro,
    "to_date_n": _in("completed", "received_open"),
    "to_date_of": _in("expected", "received_open", "pending"),
    "scorable_n": lambda mark, _in_pro: mark.detail in CELLS["completed"] and mark.scorable,
    "scorable_of": _in("completed"),
    "reason_capture_n": lambda mark, _in_pro: mark.detail == "missing" and mark.word is not None,
    "reason_capture_of": _in("missing"),
}
