"""The visits on a participant's calendar: the same for everybody, exempt or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from sayso.domain.participation import Facts
from sayso.domain.schedule import anchor_day, window_dates
from sayso.domain.study import Study


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """A visit on the calendar, exempt or not; dates are local, both ends included."""

    timepoint: str
    label: str
    kind: str
    opens: date
    target: date
    closes: date


def planned_visits(study: Study, facts: Facts) -> tuple[PlannedVisit, ...]:
    """Every visit on the participant's calendar, in order of target date."""
    visits = [*_timepoint_visits(study, facts), *_series_visits(study, facts)]
    return tuple(sorted(visits, key=lambda visit: (visit.target, visit.timepoint)))


def _timepoint_visits(study: Study, facts: Facts) -> Iterator[PlannedVisit]:
    for timepoint in study.timepoints:
        if timepoint.visit is None or facts.arm not in timepoint.arms:
            continue
        anchor = anchor_day(study, facts, study.anchor_of(timepoint, facts.arm))
        if anchor is not None:
            dates = window_dates(timepoint, anchor)
            yield PlannedVisit(timepoint.id, timepoint.label, timepoint.visit, *dates)


def _series_visits(study: Study, facts: Facts) -> Iterator[PlannedVisit]:
    """Repeated visits, each counted from the last one that took place, or else from the plan."""
    arm = study.arm(facts.arm)
    start = anchor_day(study, facts, arm.anchor) if arm else None
    for series in study.visit_series:
        if start is None or facts.arm not in series.arms:
            continue
        done = iter(sorted(v.date for v in facts.visits if v.kind == series.kind))
        end, last = start + timedelta(days=series.until), start
        for number in count(1):
            opens, target, closes = window_dates(series, last)
            if target > end:
                break
            name, label = f"{series.id}.{number}", f"{series.label} {number}"
            yield PlannedVisit(name, label, series.kind, opens, target, closes)
            last = next((day for day in done if day > last), target)
