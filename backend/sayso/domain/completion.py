"""The rates: how many forms were asked for, how many came, each as a number over a number.

The unit is the expected form. A rate without a denominator is "no data", never 0 % or 100 %. The
same sets of details define a figure and the list of participants behind it, so the two cannot
drift apart. `RULE_VERSION` is printed on every report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import sqrt
from statistics import median

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
    whole = [_rates(key, group) for key, group in groups.items() if key[3] is None]
    return whole + [_rates(key, group) for key, group in groups.items() if key[3] is not None]


def members(rows: Iterable[Row], cell: str) -> tuple[str, ...]:
    """The participants behind a figure, sorted. Raises KeyError for an unknown cell."""
    details = CELLS[cell]
    return tuple(sorted({row.participant for row in rows if row.status.detail in details}))


def _rates(key: tuple[str, str, str, str | None], rows: Sequence[Row]) -> Rates:
    timepoint, arm, questionnaire, site = key
    details = Counter(row.status.detail for row in rows)

    def count(cell: str) -> int:
        return sum(details[detail] for detail in CELLS[cell])

    came = [row for row in rows if row.status.detail in RECEIVED]
    closed = [row for row in came if row.status.detail in RECEIVED_CLOSED]
    missed = [row for row in rows if row.status.detail == "missing"]
    expected, completed = count("expected"), count("completed")
    received_open, pending = count("received_open"), count("pending")
    return Rates(
        timepoint=timepoint,
        arm=arm,
        site=site,
        questionnaire=questionnaire,
        enrolled=len(rows),
        expected=expected,
        exempt=count("exempt"),
        not_expected=count("not_expected"),
        upcoming=count("upcoming"),
        pending=pending,
        received_open=received_open,
        completion=Ratio(completed, expected),
        in_window=Ratio(count("in_window"), expected),
        available_all=Ratio(len(came), len(rows)),
        available_pro=Ratio(
            sum(row.in_pro_population for row in came), sum(row.in_pro_population for row in rows)
        ),
        to_date=Ratio(completed + received_open, expected + received_open + pending),
        scorable=Ratio(sum(_scorable(row) for row in closed), len(closed)),
        reason_capture=Ratio(sum(row.status.reason is not None for row in missed), len(missed)),
        item_completion=item_completion(came),
        declined_items=sum(
            (row.status.response and row.status.response.declined) or 0 for row in came
        ),
        missing=len(missed),
        disputed=count("disputed"),
        median_hours=median_hours(came),
        reasons=_counts(row.status.reason or "not coded" for row in missed),
        modes=_counts(row.status.response.mode for row in came if row.status.response),
        not_expected_by=_counts(
            row.status.disposition or "" for row in rows if row.status.status == "not_expected"
        ),
    )


def _scorable(row: Row) -> bool:
    response = row.status.response
    return response is not None and response.scorable is not False


def _counts(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))


def item_completion(rows: Iterable[Row]) -> Ratio:
    """F8: items answered over items applicable; items that were branched out are not applicable."""
    answered = applicable = 0
    for row in rows:
        response = row.status.response
        if response is not None and response.answered is not None:
            answered += response.answered
            applicable += response.applicable or 0
    return Ratio(answered, applicable)


def median_hours(rows: Iterable[Row]) -> float | None:
    """F15: the median of the hours from the offer to the answer, or None without any offer."""
    hours = [
        (response.authored_at - response.offered_at).total_seconds() / 3600
        for response in (row.status.response for row in rows)
        if response is not None and response.offered_at is not None
    ]
    return round(median(hours), 1) if hours else None


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
