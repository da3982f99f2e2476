"""Those who are exempt from questionnaires: the same roster, followed like everybody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from sayso.domain.completion import Ratio
from sayso.domain.participation import Exemption
from sayso.domain.retention import Retention, clinic_kinds, retention
from sayso.domain.signals import high_shares, signals
from sayso.domain.study import Study
from sayso.domain.visits import planned_visits
from sayso.services import assessments, publishing
from sayso.services.access import Reach
from sayso.services.assessments import Case
from sayso.services.participants import exempt_since, last_contact, status_line, visits_view

_STILL_AHEAD = frozenset({"due", "upcoming"})


@dataclass(frozen=True, slots=True)
class ExemptLine:
    """One exempt participant, or one whose exemption waits for a second person."""

    code: str
    exemption_id: int
    site: str
    arm: str
    since: date
    needs_approval: bool
    preferred_language: str
    interpreter: bool
    last_visit_on: date | None
    next_visit: dict[str, Any] | None
    last_contact_on: date | None
    status_line: str
    signals: list[str]


@dataclass(frozen=True, slots=True)
class ExemptView:
    """The list, retention of both groups, and what is odd about a site as a whole."""

    rows: list[ExemptLine]
    retention: Retention
    shares: dict[str, Ratio]
    site_signals: dict[str, str]


def view(connection: Connection, within: Reach, now: datetime) -> ExemptView:
    """Everybody within reach who is exempt, or will be once a second person agrees."""
    study = publishing.current(connection, within.study_key).study
    cases = assessments.cases(connection, within, study.rules, now)
    shares = _shares(cases, study, now)
    rows = [
        line
        for case in cases
        for exemption in _shown(case, study, now)
        for line in (_line(case, exemption, study, now),)
    ]
    people = [(case.facts, planned_visits(study, case.facts)) for case in cases]
    return ExemptView(
        rows,
        retention(people, now, study.rules, clinic_kinds(study)),
        shares,
        high_shares(shares),
    )


def signals_of(case: Case, study: Study, exemption_id: int) -> list[str]:
    """The signs of misuse about one exemption of a participant."""
    labels = {form.timepoint: study.label_of(form.timepoint) for form in case.forms}
    return [
        sentence
        for exemption in case.facts.exemptions
        if exemption.id == exemption_id
        for sentence in signals(exemption, case.facts, case.forms, labels)
    ]


def _shown(case: Case, study: Study, now: datetime) -> list[Exemption]:
    """The exemption in effect today, and any that wait for approval."""
    waiting = [
        exemption
        for exemption in case.facts.exemptions
        if exemption.needs_approval and exemption.approved_at is None
    ]
    since = exempt_since(case.facts, study, now)
    current = [
        exemption
        for exemption in case.facts.exemptions
        if exemption.valid_from == since and exemption not in waiting
    ]
    return [*current, *waiting]


def _line(case: Case, exemption: Exemption, study: Study, now: datetime) -> ExemptLine:
    facts = case.facts
    planned = visits_view(facts, study, now)
    ahead = [visit for visit in planned if visit["status"] in _STILL_AHEAD]
    return ExemptLine(
        code=facts.code,
        exemption_id=exemption.id or 0,
        site=facts.site,
        arm=facts.arm,
        since=exemption.valid_from,
        needs_approval=bool(exemption.needs_approval and exemption.approved_at is None),
        preferred_language=facts.preferred_language,
        interpreter=facts.interpreter,
        last_visit_on=max((visit.date for visit in facts.visits), default=None),
        next_visit=min(ahead, key=lambda visit: visit["closes"], default=None),
        last_contact_on=last_contact(facts),
        status_line=status_line(facts, study, now),
        signals=signals_of(case, study, exemption.id or 0),
    )


def _shares(cases: list[Case], study: Study, now: datetime) -> dict[str, Ratio]:
    numbers: dict[str, list[int]] = {}
    for case in cases:
        pair = numbers.setdefault(case.facts.site, [0, 0])
        pair[0] += exempt_since(case.facts, study, now) is not None
        pair[1] += 1
    return {site: Ratio(*pair) for site, pair in sorted(numbers.items())}
