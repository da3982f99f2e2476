"""Taking part beyond questionnaires: visits kept and contacts made, exempt or not.

Exempt participants are followed like everybody else. Their visits are counted with the same rule
and shown beside those of the others, so that a language cannot become a way of being forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sayso.domain.completion import Ratio
from sayso.domain.participation import Facts
from sayso.domain.study import Rules, Study
from sayso.domain.visits import PlannedVisit
from sayso.domain.walltime import end_of_day, local_date

_Person = tuple[Facts, Sequence[PlannedVisit]]


@dataclass(frozen=True, slots=True)
class Retention:
    """Visits done over visits expected, for the two groups that must not drift apart."""

    exempt: Ratio
    not_exempt: Ratio


@dataclass(frozen=True, slots=True)
class VisitStatus:
    """What a planned visit is: `done`, `missed`, `due`, `upcoming` or `not_expected`."""

    visit: PlannedVisit
    status: str
    on: date | None
    exempt: bool


def visit_statuses(
    facts: Facts, visits: Iterable[PlannedVisit], now: datetime, rules: Rules
) -> list[VisitStatus]:
    """The status of each planned visit of one participant at `now`.

    A visit is expected of everybody alive and on study when its window closes; withdrawing from
    questionnaires changes nothing here.
    """
    done = {visit.timepoint: visit.date for visit in facts.visits if visit.timepoint is not None}
    over = facts.first("death", "withdrawal_study", "off_study")
    found = []
    for visit in visits:
        on = done.get(visit.timepoint)
        exempt = facts.exempt_on(visit.target, rules.exemption_language) is not None
        status = _visit_status(visit, on, over, local_date(now, facts.zone))
        found.append(VisitStatus(visit, status, on, exempt))
    return found


def _visit_status(visit: PlannedVisit, on: date | None, over: date | None, today: date) -> str:
    if on is not None:
        return "done"
    if over is not None and over <= visit.closes:
        return "not_expected"
    if today < visit.opens:
        return "upcoming"
    return "due" if today <= visit.closes else "missed"


def retention(
    people: Iterable[_Person], now: datetime, rules: Rules, kinds: frozenset[str]
) -> Retention:
    """F17: visits of these kinds done over visits expected, over windows that have closed."""
    counts = {True: [0, 0], False: [0, 0]}
    for facts, visits in people:
        closed = (v for v in visits if v.kind in kinds and end_of_day(v.closes, facts.zone) <= now)
        for status in visit_statuses(facts, closed, now, rules):
            if status.status in {"done", "missed"}:
                counts[status.exempt][0] += status.status == "done"
                counts[status.exempt][1] += 1
    return Retention(Ratio(*counts[True]), Ratio(*counts[False]))


def contact_currency(people: Iterable[Facts], now: datetime, rules: Rules) -> Ratio:
    """F18: participants seen or spoken to within the plan over participants alive and on study."""
    current = total = 0
    for facts in people:
        if facts.first("death", "withdrawal_study", "withdrawal_contact", "off_study") is not None:
            continue
        total += 1
        since = local_date(now, facts.zone) - timedelta(days=rules.contact_every_days)
        met = [facts.enrolled, *(v.date for v in facts.visits), *(c.date for c in facts.contacts)]
        current += max(met) >= since
    return Ratio(current, total)


def clinic_kinds(study: Study) -> frozenset[str]:
    """The kinds of visit that F17 counts: those at timepoints for which somebody comes in.

    Contacts are followed by F18, and series such as imaging by themselves.
    """
    return frozenset(t.visit for t in study.timepoints if t.visit is not None) - {"contact"}
