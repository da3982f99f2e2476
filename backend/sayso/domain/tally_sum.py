"""What lines of the tally come to: figures of any sites and arms, put together from parts.

A part is what the people of one site and one arm come to. Parts add up to any report, and a part
can have people counted in or left out again, so that after a change only those who changed are
counted anew. What comes out are the same `Counts` as from forms counted one by one.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from sayso.domain.completion import RECEIVED, Counts, Mark, Ratio
from sayso.domain.digits import FIRST, RADIX
from sayso.domain.schedule import Key, scheduled_keys
from sayso.domain.study import ALIVE_RULES, Study
from sayso.domain.tally_line import Head, Layout
from sayso.domain.tally_pile import CAME, MISSED, OwnLine, Pile, classes, heaped

Cell = tuple[str, str, str]
"""Timepoint, arm and questionnaire."""

Place = tuple[str, str]
"""Site and arm."""

Kinds = Counter[tuple[Layout, Head]]
"""How many people have which forms, and are called what where they have none."""


@dataclass(slots=True)
class Part:
    """What the people of one site and arm come to, under one rule for deaths.

    `cells` are the forms by timepoint and questionnaire, `complete` how many people sent all
    (True) or not all (False) of what a timepoint asked, `people` F9's share of each person, `said`
    the numbers about people. `months` are the forms that came (True) or did not, by the number of
    the month in which they closed.
    """

    cells: dict[Key, Counts] = field(default_factory=dict)
    complete: Counter[tuple[str, bool]] = field(default_factory=Counter)
    people: Counter[Ratio] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    months: Counter[tuple[int, bool]] = field(default_factory=Counter)
    kinds: Kinds = field(default_factory=Counter)
    _total: Counts | None = None

    @property
    def total(self) -> Counts:
        """All cells together, without spans and items."""
        if self._total is None:
            self._total = Counts()
            for counts in self.cells.values():
                self._total.add(Counts(counts.marks, counts.pro, counts.came_pro))
        return self._total

    def add(self, more: Part) -> None:
        """Count people in. The spans of a cell become one run; a run itself never changes."""
        for key, counts in more.cells.items():
            own = self.cells.setdefault(key, Counts())
            own.add(counts)
            if len(own.spans) > 1:
                own.spans = [array("I", sorted(chain.from_iterable(own.spans)))]
        self.complete.update(more.complete)
        self.people.update(more.people)
        self.said.update(more.said)
        self.months.update(more.months)
        self.kinds.update(more.kinds)
        self._total = None

    def take(self, less: Part) -> None:
        """Leave people out who were counted in before."""
        for key, counts in less.cells.items():
            own = self.cells[key]
            own.take(counts)
            own.spans = [array("I", run) for run in own.spans]
            if not own.marks:
                del self.cells[key]
        self.complete -= less.complete
        self.people -= less.people
        self.said.subtract(less.said)
        self.months -= less.months
        self.kinds -= less.kinds
        self._total = None


def part_of(pile: Pile, alive_rule: str, questionnaire: str | None = None) -> Part:
    """What one pile comes to: everything, or one questionnaire; `said` is about whole people."""
    rule, found = ALIVE_RULES.index(alive_rule), Part()
    columns = [
        number
        for number, (_timepoint, name, _planned) in enumerate(pile.layout.forms)
        if questionnaire in (None, name)
    ]
    for column in columns:
        timepoint, name, _planned = pile.layout.forms[column]
        found.cells[timepoint, name] = _column(pile, column, rule)
    _count_people(found, pile, columns, rule)
    for name in pile.layout.people:
        found.said[name] = pile.said(name)
    found.kinds[pile.layout, pile.head] = pile.people
    return found


def parts_of(
    piles: Iterable[Pile], alive_rule: str, questionnaire: str | None = None
) -> dict[Place, Part]:
    """What piles come to by site and arm."""
    found: dict[Place, Part] = {}
    for pile in piles:
        place, part = (pile.site, pile.arm), part_of(pile, alive_rule, questionnaire)
        if place in found:
            found[place].add(part)
        else:
            found[place] = part
    return found


class View:
    """The parts of a growing and changing set of lines, under one rule and for one choice."""

    def __init__(self, alive_rule: str, questionnaire: str | None = None) -> None:
        self._asked = (alive_rule, questionnaire)
        self._lines: Mapping[int, OwnLine] = {}
        self._parts: dict[Place, Part] = {}

    def parts(self, lines: Mapping[int, OwnLine]) -> Mapping[Place, Part]:
        """The parts of these lines, by participant; only those that are new are looked at.

        A line is taken for the same only if it is the same object.
        """
        before = self._lines
        gone = [own for row_id, own in before.items() if lines.get(row_id) is not own]
        came = [own for row_id, own in lines.items() if before.get(row_id) is not own]
        for place, part in parts_of(heaped(gone), *self._asked).items():
            self._parts[place].take(part)
            if not self._parts[place].kinds:
                del self._parts[place]
        for place, part in parts_of(heaped(came), *self._asked).items():
            if place in self._parts:
                self._parts[place].add(part)
            else:
                self._parts[place] = part
        self._lines = lines
        return self._parts


@dataclass(slots=True)
class Sum:
    """What parts add up to.

    `complete` holds F10 for each (timepoint, arm), `people` F9's share of each person, `said` the
    numbers about people, `exempt` F19 for each (site, arm). `sites` holds the totals of each site
    over all its forms, without spans and items.
    """

    cells: dict[Cell, Counts] = field(default_factory=dict)
    complete: dict[tuple[str, str], Ratio] = field(default_factory=dict)
    people: Counter[Ratio] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    exempt: dict[Place, Ratio] = field(default_factory=dict)
    sites: dict[str, Counts] = field(default_factory=dict)


Places = Mapping[str, Mapping[Key, None]]
"""The scheduled places of each arm."""


def add_up(parts: Mapping[Place, Part], places: Places, questionnaire: str | None = None) -> Sum:
    """Put parts together; `places` are those of `scheduled`, `questionnaire` the parts' own."""
    found, complete = Sum(), Counter[tuple[str, str, bool]]()
    for (site, arm), part in sorted(parts.items(), key=lambda entry: entry[0]):
        total = found.sites.setdefault(site, Counts())
        total.add(part.total)
        absent = _absent(part.kinds, places[arm], questionnaire)
        for _key, counts in absent:
            total.add(counts)
        for (timepoint, name), counts in (*part.cells.items(), *absent):
            cell = found.cells.get((timepoint, arm, name))
            if cell is None:
                cell = found.cells[timepoint, arm, name] = Counts()
            cell.add(counts)
        for (timepoint, everything), people in part.complete.items():
            complete[timepoint, arm, everything] += people
        found.people.update(part.people)
        found.said.update(part.said)
        found.exempt[site, arm] = Ratio(part.said["exempt_n"], part.kinds.total())
    known = {layout for part in parts.values() for layout, _head in part.kinds}
    # What was only said of people who were left out again is said of nobody.
    names = (n for layout in sorted(known, key=lambda one: one.text) for n in layout.people)
    found.said = Counter({name: found.said[name] for name in names})
    for timepoint, arm in dict.fromkeys((timepoint, arm) for timepoint, arm, _name in found.cells):
        n = complete[timepoint, arm, True]
        found.complete[timepoint, arm] = Ratio(n, n + complete[timepoint, arm, False])
    return found


def scheduled(study: Study, kinds: Iterable[tuple[str, Layout]]) -> dict[str, dict[Key, None]]:
    """The scheduled places of each arm: those of the study, and those somebody still has.

    `kinds` are the arms and layouts of everybody.
    """
    keys: dict[str, dict[Key, None]] = {
        arm.id: dict.fromkeys(scheduled_keys(study, arm.id)) for arm in study.arms
    }
    for arm, layout in dict.fromkeys(kinds):
        forms = ((t, name) for t, name, planned in layout.forms if planned)
        keys.setdefault(arm, {}).update(dict.fromkeys(forms))
    return keys


def _column(pile: Pile, column: int, rule: int) -> Counts:
    counts = Counts()
    if not _add_marks(counts, pile, pile.marks(column, rule)):
        return counts
    counts.answered += pile.items(column, 0)
    counts.applicable += pile.items(column, 1)
    counts.declined += pile.items(column, 2)
    spans = pile.spans(column)
    if spans:
        counts.spans.append(array("I", spans))
    return counts


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


def _absent(
    kinds: Kinds, keys: Iterable[Key], questionnaire: str | None
) -> list[tuple[Key, Counts]]:
    """Everybody of an arm stands in every scheduled place of it, with a form or without."""
    found = []
    for (layout, head), people in kinds.items():
        for key in keys:
            if key not in layout.places and questionnaire in (None, key[1]):
                mark = Mark(head.detail_at(key[0]))
                found.append((key, Counts(Counter({mark: people}), people * head.in_pro)))
    return found


def _count_people(found: Part, pile: Pile, columns: Sequence[int], rule: int) -> None:
    """F9, F10 and months: who sent how much, and who sent everything that a timepoint asked."""
    table = classes(pile.layout.marks)
    marks = {column: pile.marks(column, rule).translate(table) for column in columns}
    came, missed = (_per_person(marks.values(), kind) for kind in (CAME, MISSED))
    for (n, lost), people in Counter(zip(came, missed, strict=True)).items():
        found.people[Ratio(n, n + lost)] += people
    together: dict[str, list[bytes]] = {}
    for column in columns:
        together.setdefault(pile.layout.forms[column][0], []).append(marks[column])
    for timepoint, parts in together.items():
        side_by_side = (*pile.months(timepoint), *parts)
        for (one, two, three, *seen), people in Counter(zip(*side_by_side, strict=True)).items():
            if CAME in seen or MISSED in seen:
                found.complete[timepoint, MISSED not in seen] += people
                month = ((one - FIRST) * RADIX + two - FIRST) * RADIX + three - FIRST
                found.months[month, True] += people * seen.count(CAME)
                found.months[month, False] += people * seen.count(MISSED)


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


def shares(said: Mapping[str, int]) -> dict[str, Ratio]:
    """F16: of the occasions that each rung reached, those answered within a day."""
    steps = (name.removesuffix(" of") for name in said if name.endswith(" of"))
    return {step: Ratio(said[f"{step} n"], said[f"{step} of"]) for step in steps}
