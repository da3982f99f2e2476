"""Add up the lines of the tally column by column.

Lines of one layout that stand one behind the other are one long string in which every column
returns at a fixed distance, so the counting is left to slices and counters that run at the speed of
C: a hundredth of what judging the forms takes. What comes out are the same `Counts` as from rows.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from sayso.domain.completion import RECEIVED, RECEIVED_CLOSED, Counts, Mark, Ratio
from sayso.domain.digits import FIRST, RADIX
from sayso.domain.schedule import Key, scheduled_keys
from sayso.domain.study import ALIVE_RULES, Study
from sayso.domain.tally_line import Head, Layout

Cell = tuple[str, str, str]
"""Timepoint, arm and questionnaire."""

_NO_SPAN = int.from_bytes(b"!!!!", "big")
CAME, MISSED = b"c"[0], b"m"[0]
"""What `classes` makes of a mark: a form that was expected came, or did not."""


@dataclass(frozen=True)
class Pile:
    """Lines of one site, arm, layout and head, one behind the other; `data` is ASCII."""

    site: str
    arm: str
    layout: Layout
    head: Head
    data: bytes

    @cached_property
    def people(self) -> int:
        """How many lines there are."""
        return len(self.data) // self.layout.length

    def marks(self, column: int, rule: int) -> bytes:
        """The mark of each person in one column, under the alive rule of that number."""
        start = self.layout.marks_at + rule * len(self.layout.forms) + column
        return self.data[start :: self.layout.length]

    def every_mark(self, rule: int, questionnaire: str | None) -> bytes:
        """The marks of each person in all columns, or in those of one questionnaire."""
        if questionnaire is None:
            # They stand side by side: a slice for each person is cheaper than one for each column.
            many, start = len(self.layout.forms), self.layout.marks_at
            starts = range(start + rule * many, len(self.data), self.layout.length)
            return b"".join([self.data[at : at + many] for at in starts])
        forms = self.layout.forms
        columns = (column for column, (_at, name, _p) in enumerate(forms) if name == questionnaire)
        return b"".join(self.marks(column, rule) for column in columns)

    def items(self, column: int, part: int) -> int:
        """The sum of items answered (part 0), applicable (1) or declined (2) of a column."""
        start = self.layout.items_at + 6 * column + 2 * part
        return self._sum(start, 2)

    def spans(self, column: int) -> list[int]:
        """The keys of the spans of a column in order, those without one left out."""
        words = sorted(self._words[column :: self.layout.length // 4])
        # No key is as small as what stands for none, so these come first.
        return words[bisect_right(words, _NO_SPAN) :]

    def said(self, name: str) -> int:
        """The sum of one of the numbers about the people."""
        return self._sum(self.layout.person_at + 4 * self.layout.people.index(name), 4)

    def _sum(self, start: int, width: int) -> int:
        total = 0
        for place in range(start, start + width):
            digits = sum(self.data[place :: self.layout.length])
            total = total * RADIX + digits - FIRST * self.people
        return total

    @cached_property
    def _words(self) -> array[int]:
        words = array("I", self.data)
        if sys.byteorder == "little":
            words.byteswap()
        return words


@dataclass(slots=True)
class Sum:
    """What piles add up to.

    `complete` holds F10 for each (timepoint, arm), `people` F9's share of each person, `said` the
    numbers about people, `exempt` F19 for each (site, arm).
    """

    cells: dict[Cell, Counts] = field(default_factory=dict)
    complete: dict[tuple[str, str], Ratio] = field(default_factory=dict)
    people: Counter[Ratio] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    exempt: dict[tuple[str, str], Ratio] = field(default_factory=dict)


def add_up(
    study: Study, piles: Iterable[Pile], alive_rule: str, questionnaire: str | None = None
) -> Sum:
    """Count everything, or one questionnaire; `said` and `exempt` are about people as a whole."""
    rule, found = ALIVE_RULES.index(alive_rule), Sum()
    piles = list(piles)
    keys = scheduled(study, piles)
    for pile in piles:
        share = found.exempt.get((pile.site, pile.arm), Ratio(0, 0))
        more = Ratio(share.n + pile.said("exempt_n"), share.of + pile.people)
        found.exempt[pile.site, pile.arm] = more
    for pile in _without_sites(piles):
        for name in pile.layout.people:
            found.said[name] += pile.said(name)
        columns = [
            number
            for number, (_timepoint, name, _planned) in enumerate(pile.layout.forms)
            if questionnaire in (None, name)
        ]
        for column in columns:
            _count_column(found.cells, pile, column, rule)
        _count_absent(found.cells, pile, keys[pile.arm], questionnaire)
        _count_people(found, pile, columns, rule)
    for timepoint, arm, _questionnaire in found.cells:
        found.complete.setdefault((timepoint, arm), Ratio(0, 0))
    found.exempt = dict(sorted(found.exempt.items()))
    return found


def by_site(piles: Iterable[Pile]) -> dict[str, list[Pile]]:
    """The piles of each site, sites in alphabetical order."""
    found: dict[str, list[Pile]] = {}
    for pile in sorted(piles, key=lambda pile: pile.site):
        found.setdefault(pile.site, []).append(pile)
    return found


def site_totals(
    study: Study, piles: Sequence[Pile], alive_rule: str, questionnaire: str | None = None
) -> dict[str, Counts]:
    """What all forms of each site add up to, without spans and items."""
    rule, keys = ALIVE_RULES.index(alive_rule), scheduled(study, piles)
    totals: dict[str, Counts] = {}
    for pile in sorted(piles, key=lambda pile: pile.site):
        total = totals.setdefault(pile.site, Counts())
        _add_marks(total, pile, pile.every_mark(rule, questionnaire))
        absent: dict[Cell, Counts] = {}
        _count_absent(absent, pile, keys[pile.arm], questionnaire)
        for counts in absent.values():
            total.add(counts)
    return totals


class Kind(Protocol):
    """What somebody's places in the schedule hang on; a pile and a single line both fit."""

    @property
    def arm(self) -> str: ...
    @property
    def layout(self) -> Layout: ...


def scheduled(study: Study, piles: Iterable[Kind]) -> dict[str, dict[Key, None]]:
    """The scheduled places of each arm: those of the study, and those somebody still has."""
    keys: dict[str, dict[Key, None]] = {
        arm.id: dict.fromkeys(scheduled_keys(study, arm.id)) for arm in study.arms
    }
    # Many lines have one layout between them, and each is looked at once.
    kinds = {(pile.arm, id(pile.layout)): pile for pile in piles}
    for pile in kinds.values():
        forms = ((t, name) for t, name, planned in pile.layout.forms if planned)
        keys.setdefault(pile.arm, {}).update(dict.fromkeys(forms))
    return keys


def _without_sites(piles: Iterable[Pile]) -> list[Pile]:
    """Piles that differ only in their site, put together."""
    parts: dict[tuple[str, Layout, Head], list[bytes]] = {}
    for pile in piles:
        parts.setdefault((pile.arm, pile.layout, pile.head), []).append(pile.data)
    return [
        Pile("", arm, layout, head, b"".join(data)) for (arm, layout, head), data in parts.items()
    ]


def _count_column(cells: dict[Cell, Counts], pile: Pile, column: int, rule: int) -> None:
    timepoint, questionnaire, _planned = pile.layout.forms[column]
    counts = cells.setdefault((timepoint, pile.arm, questionnaire), Counts())
    if not _add_marks(counts, pile, pile.marks(column, rule)):
        return
    counts.answered += pile.items(column, 0)
    counts.applicable += pile.items(column, 1)
    counts.declined += pile.items(column, 2)
    counts.spans += pile.spans(column)


def _add_marks(counts: Counts, pile: Pile, column: bytes) -> int:
    """Count the marks in; returns how many of the forms came."""
    known, came = pile.layout.marks, 0
    for code, n in _kinds(column):
        mark = known[code - FIRST]
        counts.marks[mark] += n
        came += n if mark.detail in RECEIVED else 0
    if pile.head.in_pro:
        counts.pro += len(column)
        counts.came_pro += came
    return came


def _kinds(column: bytes) -> Iterator[tuple[int, int]]:
    """Each mark of a column with its number: what is counted is taken out, until nothing is left.

    Most columns hold few marks, so that this takes a third of the time of a Counter.
    """
    while column:
        rest = column.translate(None, column[:1])
        yield column[0], len(column) - len(rest)
        column = rest


def _count_absent(
    cells: dict[Cell, Counts], pile: Pile, keys: Iterable[Key], questionnaire: str | None
) -> None:
    """Everybody of an arm stands in every scheduled place of it, with a form or without."""
    have = pile.layout.places
    for timepoint, name in keys:
        if (timepoint, name) in have or questionnaire not in (None, name):
            continue
        counts = cells.setdefault((timepoint, pile.arm, name), Counts())
        counts.marks[Mark(pile.head.detail_at(timepoint))] += pile.people
        counts.pro += pile.people * pile.head.in_pro


def _count_people(found: Sum, pile: Pile, columns: Sequence[int], rule: int) -> None:
    """F9 and F10: who sent how much, and who sent everything that a timepoint asked."""
    table = classes(pile.layout.marks)
    marks = {column: pile.marks(column, rule).translate(table) for column in columns}
    came, missed = (_per_person(marks.values(), kind) for kind in (CAME, MISSED))
    for (n, lost), people in Counter(zip(came, missed, strict=True)).items():
        found.people[Ratio(n, n + lost)] += people
    together: dict[str, list[bytes]] = {}
    for column in columns:
        together.setdefault(pile.layout.forms[column][0], []).append(marks[column])
    for timepoint, parts in together.items():
        pair = found.complete.get((timepoint, pile.arm), Ratio(0, 0))
        n, of = pair.n, pair.of
        for seen, people in Counter(zip(*parts, strict=True)).items():
            asked = CAME in seen or MISSED in seen
            of += people * asked
            n += people * (asked and MISSED not in seen)
        found.complete[timepoint, pile.arm] = Ratio(n, of)


def _per_person(columns: Iterable[bytes], kind: int) -> list[int]:
    """How often each person has a mark of that kind.

    A column read as one huge number has a byte for each person, so adding such numbers adds up
    everybody at once; a byte holds 255, and then a new number begins.
    """
    table = bytes(int(code == kind) for code in range(256))
    totals: list[int] = []
    for part in _portions([column.translate(table) for column in columns], 255):
        whole = sum(int.from_bytes(column, "big") for column in part)
        counts = whole.to_bytes(len(part[0]), "big")
        before = totals or [0] * len(counts)
        totals = [one + two for one, two in zip(before, counts, strict=True)]
    return totals


def _portions(columns: Sequence[bytes], size: int) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(columns), size):
        yield columns[start : start + size]


def classes(marks: Sequence[Mark]) -> bytes:
    """A table that leaves of each mark whether something was expected, and whether it came."""
    table = bytearray(b"." * 256)
    for number, mark in enumerate(marks):
        if mark.detail in RECEIVED_CLOSED:
            table[FIRST + number] = CAME
        elif mark.detail == "missing":
            table[FIRST + number] = MISSED
    return bytes(table)


def shares(said: Mapping[str, int]) -> dict[str, Ratio]:
    """F16: of the occasions that each rung reached, those answered within a day."""
    steps = (name.removesuffix(" of") for name in said if name.endswith(" of"))
    return {step: Ratio(said[f"{step} n"], said[f"{step} of"]) for step in steps}
