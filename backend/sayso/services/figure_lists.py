"""The list behind a figure: exactly the forms that it counted.

Whom a figure counted is read off the lines of the tally; only those people are then judged from
their facts, so that opening a list costs as much as the list is long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from sayso.domain.completion import CELLS, Mark, Row, mark_of
from sayso.domain.digits import FIRST
from sayso.domain.errors import UnknownWord
from sayso.domain.evaluation import Assessment, rows
from sayso.domain.schedule import Key, WantedForm
from sayso.domain.study import ALIVE_RULES
from sayso.domain.tally_line import Head, Layout, write
from sayso.domain.tally_sum import Pile, scheduled
from sayso.services import assessments, tallies
from sayso.services.access import Reach
from sayso.services.completion import Chosen, scene_of
from sayso.services.tallies import Scene
from sayso.store import tally
from sayso.store.tables import participant

LONGEST = 2_000
Belongs = Callable[[Mark, bool], bool]


@dataclass(frozen=True, slots=True)
class Listed:
    """The forms behind a figure, in the order of the schedule; `total` counts those left off too.

    `windows` has the form of each row that is on somebody's calendar.
    """

    total: int
    rows: Sequence[Row]
    windows: Mapping[tuple[str, str, str], WantedForm]


def listed(
    connection: Connection,
    within: Reach,
    chosen: Chosen,
    measure: str,
    timepoint: str | None,
    now: datetime,
    longest: int | None = LONGEST,
) -> Listed:
    """The forms that a figure counted, at most `longest` people's and all of them with None.

    Raises UnknownWord for a measure that does not exist, NotFound for a foreign site.
    """
    belongs = MEASURES.get(measure)
    if belongs is None:
        raise UnknownWord("figure", measure, MEASURES)
    at = scene_of(connection, within, chosen, now)
    asked = _Asked(chosen, timepoint, belongs)
    total, ids, also = _whom(connection, at, asked)
    rules = at.study.rules
    if chosen.alive_rule is not None:
        rules = replace(rules, alive_rule=chosen.alive_rule)
    shown = ids if longest is None else ids[:longest]
    entries = sorted(
        (
            Assessment(person.facts, tuple(person.forms), tuple(person.statuses), ())
            for _id, person in tallies.people(connection, at, shown, rules)
        ),
        key=lambda entry: entry.facts.code,
    )
    found = [row for row in rows(at.study, entries, at.moment, rules, also) if asked.takes(row)]
    windows = {
        (entry.facts.code, form.timepoint, form.questionnaire): form
        for entry in entries
        for form in entry.forms
    }
    return Listed(total, found, windows)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which forms belong to the figure."""

    chosen: Chosen
    timepoint: str | None
    belongs: Belongs

    def place(self, timepoint: str, questionnaire: str) -> bool:
        return self.timepoint in (None, timepoint) and self.chosen.questionnaire in (
            None,
            questionnaire,
        )

    def takes(self, row: Row) -> bool:
        return self.place(row.timepoint, row.questionnaire) and self.belongs(
            mark_of(row.status), row.in_pro_population
        )


class _Counter:
    """Counts, line by line, the forms that belong to a figure."""

    def __init__(self, asked: _Asked, rule: int, places: Mapping[str, Mapping[Key, None]]) -> None:
        self._asked = asked
        self._rule = rule
        self._places = places
        self._known: dict[tuple[str, Layout, Head], tuple[Sequence[int], frozenset[int], int]] = {}

    def count(self, pile: Pile) -> int:
        """How many of the forms of one person, whose line this is, belong."""
        kind = (pile.arm, pile.layout, pile.head)
        if kind not in self._known:
            self._known[kind] = self._look(pile)
        columns, codes, absent = self._known[kind]
        data = pile.data
        return absent + sum(data[column] in codes for column in columns)

    def _look(self, pile: Pile) -> tuple[Sequence[int], frozenset[int], int]:
        """The same for everybody of one kind: where to look, for what, and who has no form."""
        asked, layout, in_pro = self._asked, pile.layout, pile.head.in_pro
        start = layout.marks_at + self._rule * len(layout.forms)
        columns = [
            start + column
            for column, (timepoint, name, _planned) in enumerate(layout.forms)
            if asked.place(timepoint, name)
        ]
        codes = frozenset(
            FIRST + n for n, mark in enumerate(layout.marks) if asked.belongs(mark, in_pro)
        )
        have = {(timepoint, name) for timepoint, name, _planned in layout.forms}
        absent = sum(
            asked.belongs(Mark(pile.head.detail_at(timepoint)), in_pro)
            for timepoint, name in self._places[pile.arm]
            if (timepoint, name) not in have and asked.place(timepoint, name)
        )
        return columns, codes, absent


def _whom(
    connection: Connection, at: Scene, asked: _Asked
) -> tuple[int, list[int], Mapping[str, Mapping[Key, None]]]:
    """How many forms the figure counts, whose they are by code, and the places of each arm."""
    rule = ALIVE_RULES.index(asked.chosen.alive_rule or at.study.rules.alive_rule)
    lines = list(_lines(connection, at, asked.chosen.arm))
    places = scheduled(at.study, (pile for _code, _id, pile in lines))
    counter = _Counter(asked, rule, places)
    total, ids = 0, []
    for _code, row_id, pile in sorted(lines, key=lambda entry: entry[0]):
        found = counter.count(pile)
        total += found
        if found:
            ids.append(row_id)
    return total, ids, places


def _lines(connection: Connection, at: Scene, arm: str | None) -> Iterator[tuple[str, int, Pile]]:
    """Everybody's own line with code and row id, written anew where it does not hold."""
    scope = assessments.scope(at.within)
    chosen = scope if arm is None else (*scope, participant.c.arm == arm)
    for own in tally.own_lines(connection, at.basis, at.moment, *chosen):
        yield own.code, own.participant_id, own.pile
    missing = tally.without_line(
        connection, at.basis, at.moment, *(scope if at.is_past else chosen)
    )
    for row_id, person in tallies.people(connection, at, missing):
        if arm in (None, person.facts.arm):
            line = write(at.study, person, at.moment, at.study.rules, ())
            yield person.facts.code, row_id, tallies.pile(person.facts, line)


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
