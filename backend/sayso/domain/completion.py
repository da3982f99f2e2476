"""The rates: how many forms were asked for, how many came, each as a number over a number.

The unit is the expected form. A rate without a denominator is "no data", never 0 % or 100 %. The
same sets of details define a figure and the list of participants behind it, so the two cannot
drift apart. `RULE_VERSION` is printed on every report.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain
from math import sqrt
from typing import NamedTuple

from sayso.domain.digits import span_key, span_minutes
from sayso.domain.middle import middle
from sayso.domain.participation import ResponseFact
from sayso.domain.status import FormStatus

RULE_VERSION = "1"
_Z = 1.959963984540054

RECEIVED_CLOSED = frozenset({"in_window", "late", "disputed"})
RECEIVED = RECEIVED_CLOSED | {"received_open"}
CELLS: dict[str, frozenset[str]] = {
    "expected": RECEIVED_CLOSED | {"missing"},
    "in_window": frozenset({"in_window"}),
    "late": frozenset({"late"}),
    "disputed": frozenset({"disputed"}),
    "missing": frozenset({"missing"}),
    "completed": RECEIVED_CLOSED,
    "received": RECEIVED,
    "received_open": frozenset({"received_open"}),
    "pending": frozenset({"open"}),
    "upcoming": frozenset({"upcoming"}),
    "exempt": frozenset({"exempt"}),
    "not_expected": frozenset(
        {"not_expected:death", "not_expected:withdrawn", "not_expected:protocol"}
    ),
}


@dataclass(frozen=True, slots=True)
class Ratio:
    """So many out of so many; `of` 0 means that there is no data."""

    n: int
    of: int

    @property
    def percent(self) -> float | None:
        """The share in percent to one decimal, or None where there is no data."""
        return round(100 * self.n / self.of, 1) if self.of else None

    @property
    def text(self) -> str:
        """As it is shown: ``9/11 (81.8 %)``, or ``no data``."""
        return f"{self.n}/{self.of} ({self.percent:.1f} %)" if self.of else "no data"

    @property
    def interval(self) -> tuple[float, float] | None:
        """The Wilson 95 % interval in percent to one decimal, or None where there is no data."""
        if not self.of:
            return None
        n, p = self.of, self.n / self.of
        middle = p + _Z * _Z / (2 * n)
        reach = _Z * sqrt(p * (1 - p) / n + _Z * _Z / (4 * n * n))
        whole = 1 + _Z * _Z / n
        low, high = (middle - reach) / whole, (middle + reach) / whole
        return round(100 * max(0.0, low), 1), round(100 * min(1.0, high), 1)


@dataclass(frozen=True, slots=True)
class Row:
    """One participant's form for counting; `in_pro_population` is fixed on the enrolment day."""

    timepoint: str
    arm: str
    site: str
    questionnaire: str
    participant: str
    status: FormStatus
    in_pro_population: bool = True


@dataclass(frozen=True, slots=True)
class Rates:
    """The figures of one timepoint, arm and questionnaire; `site` None is all sites."""

    timepoint: str
    arm: str
    site: str | None
    questionnaire: str
    enrolled: int
    expected: int
    exempt: int
    not_expected: int
    upcoming: int
    pending: int
    received_open: int
    completion: Ratio
    in_window: Ratio
    available_all: Ratio
    available_pro: Ratio
    to_date: Ratio
    scorable: Ratio
    reason_capture: Ratio
    item_completion: Ratio
    declined_items: int
    missing: int
    disputed: int
    median_hours: float | None
    reasons: dict[str, int] = field(default_factory=dict)
    modes: dict[str, int] = field(default_factory=dict)
    not_expected_by: dict[str, int] = field(default_factory=dict)

    @property
    def balanced(self) -> bool:
        """Whether everybody enrolled is in exactly one column."""
        return self.enrolled == (
            self.expected
            + self.exempt
            + self.not_expected
            + self.upcoming
            + self.pending
            + self.received_open
        )


def tally(rows: Iterable[Row], by_site: bool = False) -> list[Rates]:
    """The rates per timepoint, arm and questionnaire, in the order in which the rows bring them.

    Every enrolled participant of the arm has a row, or the balance cannot hold. With `by_site`
    the rows over all sites (`site` None) are followed by the same per site.
    """
    groups: dict[tuple[str, str, str, str | None], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.timepoint, row.arm, row.questionnaire, None), []).append(row)
        if by_site:
            groups.setdefault((row.timepoint, row.arm, row.questionnaire, row.site), []).append(row)
    figures = [
        rates_of(counts_of(group), timepoint, arm, questionnaire, site)
        for (timepoint, arm, questionnaire, site), group in groups.items()
    ]
    return [one for one in figures if one.site is None] + [
        one for one in figures if one.site is not None
    ]


def members(rows: Iterable[Row], cell: str) -> tuple[str, ...]:
    """The participants behind a figure, sorted. Raises KeyError for an unknown cell."""
    details = CELLS[cell]
    return tuple(sorted({row.participant for row in rows if row.status.detail in details}))


class Mark(NamedTuple):
    """All about one form that is counted in classes: what it is, and the word that goes with it.

    `word` is the mode of a form that came and the reason of a missing one, where there is one.
    `scorable` is False only where a form came and no primary scale could be scored.
    """

    detail: str
    word: str | None = None
    scorable: bool = True


def mark_of(status: FormStatus) -> Mark:
    """The mark of one form."""
    response, detail = status.response, status.detail
    if response is not None and detail in RECEIVED:
        return Mark(detail, response.mode, response.scorable is not False)
    return Mark(detail, status.reason if detail == "missing" else None)


def minutes_open(response: ResponseFact) -> int | None:
    """From the offer of a form to its answer in whole minutes; None where nobody saw the offer."""
    if response.offered_at is None:
        return None
    return round((response.authored_at - response.offered_at).total_seconds() / 60)


@dataclass(slots=True)
class Counts:
    """What the forms of a group of participants add up to; `add` puts two groups together.

    `pro` counts forms of people in the PRO population, `came_pro` those of them that came; `spans`
    holds the keys of the times from offer to answer where the offer was seen, in sorted runs.
    """

    marks: Counter[Mark] = field(default_factory=Counter)
    pro: int = 0
    came_pro: int = 0
    answered: int = 0
    applicable: int = 0
    declined: int = 0
    spans: list[Sequence[int]] = field(default_factory=list)

    def add(self, other: Counts) -> None:
        """Count another group in."""
        marks = self.marks
        # A Counter's own way of adding one asks what it was given, which takes longer than this.
        for mark, n in other.marks.items():
            marks[mark] = marks.get(mark, 0) + n
        self.pro += other.pro
        self.came_pro += other.came_pro
        self.answered += other.answered
        self.applicable += other.applicable
        self.declined += other.declined
        self.spans += other.spans

    def take(self, other: Counts) -> None:
        """Leave out a group that was counted in before; of what is left nothing counts zero."""
        for mark, n in other.marks.items():
            self.marks[mark] -= n
            if not self.marks[mark]:
                del self.marks[mark]
        self.pro -= other.pro
        self.came_pro -= other.came_pro
        self.answered -= other.answered
        self.applicable -= other.applicable
        self.declined -= other.declined
        left = sorted(chain.from_iterable(self.spans))
        for span in chain.from_iterable(other.spans):
            del left[bisect_left(left, span)]
        self.spans = [left] if left else []


def counts_of(rows: Iterable[Row]) -> Counts:
    """Count the forms one by one."""
    found, spans = Counts(), []
    for row in rows:
        mark, response = mark_of(row.status), row.status.response
        found.marks[mark] += 1
        found.pro += row.in_pro_population
        if response is None or mark.detail not in RECEIVED:
            continue
        found.came_pro += row.in_pro_population
        if response.answered is not None:
            found.answered += response.answered
            found.applicable += response.applicable or 0
        found.declined += response.declined or 0
        minutes = minutes_open(response)
        if minutes is not None:
            spans.append(span_key(minutes))
    if spans:
        found.spans.append(sorted(spans))
    return found


def rates_of(
    counts: Counts, timepoint: str, arm: str, questionnaire: str, site: str | None
) -> Rates:
    """The figures of one group."""
    details: Counter[str] = Counter()
    for mark, n in counts.marks.items():
        details[mark.detail] += n

    def count(cell: str) -> int:
        return sum(details[detail] for detail in CELLS[cell])

    expected, completed = count("expected"), count("completed")
    received_open, pending, missing = count("received_open"), count("pending"), count("missing")
    enrolled, came = details.total(), completed + received_open
    scorable = (m for m in counts.marks if m.detail in RECEIVED_CLOSED and m.scorable)
    reasons = _words(counts, CELLS["missing"], "not coded")
    return Rates(
        timepoint=timepoint,
        arm=arm,
        site=site,
        questionnaire=questionnaire,
        enrolled=enrolled,
        expected=expected,
        exempt=count("exempt"),
        not_expected=count("not_expected"),
        upcoming=count("upcoming"),
        pending=pending,
        received_open=received_open,
        completion=Ratio(completed, expected),
        in_window=Ratio(count("in_window"), expected),
        available_all=Ratio(came, enrolled),
        available_pro=Ratio(counts.came_pro, counts.pro),
        to_date=Ratio(came, expected + received_open + pending),
        scorable=Ratio(sum(counts.marks[mark] for mark in scorable), completed),
        reason_capture=Ratio(missing - reasons.get("not coded", 0), missing),
        item_completion=Ratio(counts.answered, counts.applicable),
        declined_items=counts.declined,
        missing=missing,
        disputed=count("disputed"),
        median_hours=_hours(counts.spans),
        reasons=reasons,
        modes=_words(counts, RECEIVED, ""),
        not_expected_by={
            detail.partition(":")[2]: n
            for detail, n in sorted(details.items())
            if detail in CELLS["not_expected"] and n
        },
    )


def _words(counts: Counts, details: frozenset[str], without: str) -> dict[str, int]:
    found: Counter[str] = Counter()
    for mark, n in counts.marks.items():
        if mark.detail in details and n:
            found[mark.word or without] += n
    return dict(sorted(found.items()))


def item_completion(rows: Iterable[Row]) -> Ratio:
    """F8: items answered over items applicable; items that were branched out are not applicable."""
    found = counts_of(rows)
    return Ratio(found.answered, found.applicable)


def median_hours(rows: Iterable[Row]) -> float | None:
    """F15: the median of the hours from the offer to the answer, or None without any offer.

    Each span is taken to the minute, so that it does not matter who adds them up.
    """
    return _hours(counts_of(rows).spans)


def _hours(spans: Sequence[Sequence[int]]) -> float | None:
    found = middle(spans)
    return None if found is None else round(sum(span_minutes(key) for key in found) / 120, 1)


@dataclass(frozen=True, slots=True)
class Adherence:
    """F9 over people: the median of received over expected in percent, and people in bands.

    A band counts people out of those of whom anything was expected: `all` sent everything, `most`
    at least four fifths, `some` anything, `none` nothing.
    """

    median_percent: float | None
    bands: dict[str, Ratio]


BANDS = ("all", "most", "some", "none")


def band_of(person: Ratio) -> str:
    """The band of one participant of whom something was expected."""
    if person.n == person.of:
        return "all"
    if person.n == 0:
        return "none"
    return "most" if 5 * person.n >= 4 * person.of else "some"


def adherence_of(people: Counter[Ratio]) -> Adherence:
    """Sum up how many people have each share; those of whom nothing was expected do not count."""
    bands: Counter[str] = Counter()
    shares: Counter[float] = Counter()
    for person, n in people.items():
        if person.of:
            bands[band_of(person)] += n
            shares[person.n / person.of] += n
    total, known = bands.total(), sorted(shares)
    ranks = list(accumulate(shares[share] for share in known))
    places = (bisect_right(ranks, rank) for rank in ((total - 1) // 2, total // 2))
    half = sum(known[place] for place in places) / 2 if known else None
    return Adherence(
        None if half is None else round(100 * half, 1),
        {band: Ratio(bands[band], total) for band in BANDS},
    )


def adherence(rows: Iterable[Row]) -> dict[str, Ratio]:
    """F9: for each participant, forms received over forms expected, over closed windows."""
    expected: Counter[str] = Counter()
    received: Counter[str] = Counter()
    for row in rows:
        expected[row.participant] += row.status.detail in CELLS["expected"]
        received[row.participant] += row.status.detail in RECEIVED_CLOSED
    return {person: Ratio(received[person], count) for person, count in sorted(expected.items())}


def complete_persons(rows: Iterable[Row]) -> Ratio:
    """F10: persons with every expected questionnaire over persons with any; rows of one timepoint.

    Windows that are still open do not count yet.
    """
    everything: dict[str, bool] = {}
    for row in rows:
        if row.status.detail in CELLS["expected"]:
            came = row.status.detail in RECEIVED_CLOSED
            everything[row.participant] = everything.get(row.participant, True) and came
    return Ratio(sum(everything.values()), len(everything))
