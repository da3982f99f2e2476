"""The completion report: rates with their lists, for now or as of any past day.

The figure and the list behind it are made from the same rows by the same sets of words
(`domain.completion.CELLS`), so a number that is clicked opens exactly the people it counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Connection

from sayso.domain.completion import CELLS, Rates, Ratio, Row, complete_persons, tally
from sayso.domain.errors import NotAllowed, UnknownWord
from sayso.domain.evaluation import Assessment, rows, version_at
from sayso.domain.participation import Facts
from sayso.domain.retention import Retention, clinic_kinds, contact_currency, retention
from sayso.domain.study import Rules, Study
from sayso.domain.visits import planned_visits
from sayso.services import assessments, publishing
from sayso.services.access import Reach
from sayso.store.tables import participant


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the report is about; None leaves a dimension open."""

    site: str | None = None
    arm: str | None = None
    questionnaire: str | None = None
    as_of: date | None = None
    alive_rule: str | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """Everything counted at one moment, before it is summed up."""

    moment: datetime
    study: Study
    study_sha256: str
    rules: Rules
    people: Sequence[Assessment]
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Report:
    """The figures; `rates` over all sites within reach, `by_site` the same for each site."""

    moment: datetime
    study: Study
    study_sha256: str
    alive_rule: str
    rates: Sequence[Rates]
    by_site: Sequence[Rates]
    balance_ok: bool
    retention: Retention
    contact_currency: Ratio
    complete_persons: dict[tuple[str, str], Ratio]
    exempt_share: dict[tuple[str, str], Ratio]


def report(connection: Connection, within: Reach, chosen: Chosen, now: datetime) -> Report:
    """All figures. Raises NotFound for a site that is not within reach."""
    counted = count(connection, within, chosen, now)
    figures = tally(counted.rows, by_site=True)
    return Report(
        moment=counted.moment,
        study=counted.study,
        study_sha256=counted.study_sha256,
        alive_rule=counted.rules.alive_rule,
        rates=[figure for figure in figures if figure.site is None],
        by_site=[figure for figure in figures if figure.site is not None],
        balance_ok=all(figure.balanced for figure in figures),
        retention=visit_retention(counted),
        contact_currency=contact_currency(_facts(counted), counted.moment, counted.rules),
        complete_persons=_complete(counted.rows),
        exempt_share=_exempt_share(counted),
    )


def count(connection: Connection, within: Reach, chosen: Chosen, now: datetime) -> Counted:
    """Everybody's forms with their statuses at the moment asked for."""
    within = within.narrowed(chosen.site)
    moment = moment_of(chosen.as_of, now)
    published = publishing.versions(connection, within.study_key)
    study = version_at(publishing.history(published), moment)
    sha256 = next(p.sha256 for p in published if p.study.version == study.version)
    rules = study.rules
    if chosen.alive_rule is not None:
        rules = replace(rules, alive_rule=chosen.alive_rule)
    where = _arm(chosen)
    if moment < now:
        people = assessments.replayed(connection, within, published, rules, moment, *where)
    else:
        found = assessments.cases(connection, within, rules, moment, *where)
        people = assessments.as_assessments(connection, within, found)
    counted = [
        row
        for row in rows(study, people, moment, rules)
        if chosen.questionnaire in (None, row.questionnaire)
    ]
    return Counted(moment, study, sha256, rules, people, counted)


def moment_of(as_of: date | None, now: datetime) -> datetime:
    """The end of that day in UTC, or now where the day has not ended.

    Raises NotAllowed for a day that has not begun: nobody knows yet what will be recorded on it.
    """
    if as_of is None:
        return now
    if as_of > now.date():
        raise NotAllowed(f"A report as of {as_of} can be made when that day has come")
    return min(now, datetime.combine(as_of + timedelta(days=1), time(), UTC))


def cell(counted: Counted, measure: str, timepoint: str | None) -> list[Row]:
    """The rows behind one figure. Raises UnknownWord for a measure that does not exist."""
    belongs = MEASURES.get(measure)
    if belongs is None:
        raise UnknownWord("figure", measure, MEASURES)
    return [row for row in counted.rows if timepoint in (None, row.timepoint) and belongs(row)]


def visit_retention(counted: Counted) -> Retention:
    """F17 over clinic visits, for the exempt and for the others."""
    people = [(facts, planned_visits(counted.study, facts)) for facts in _facts(counted)]
    return retention(people, counted.moment, counted.rules, clinic_kinds(counted.study))


def _in(*names: str) -> Callable[[Row], bool]:
    details = frozenset[str]().union(*(CELLS[name] for name in names))
    return lambda row: row.status.detail in details


def _scorable(row: Row) -> bool:
    response = row.status.response
    return (
        row.status.detail in CELLS["completed"]
        and response is not None
        and response.scorable is not False
    )


def _reasoned(row: Row) -> bool:
    return row.status.detail == "missing" and row.status.reason is not None


# The words of the API for each figure, numerators and denominators.
MEASURES: dict[str, Callable[[Row], bool]] = {
    "enrolled": lambda _row: True,
    **{name: _in(name) for name in CELLS},
    "open": _in("pending"),
    "completion_n": _in("completed"),
    "completion_of": _in("expected"),
    "in_window_n": _in("in_window"),
    "in_window_of": _in("expected"),
    "available_all_n": _in("received"),
    "available_all_of": lambda _row: True,
    "available_pro_n": lambda row: row.in_pro_population and row.status.detail in CELLS["received"],
    "available_pro_of": lambda row: row.in_pro_population,
    "to_date_n": _in("completed", "received_open"),
    "to_date_of": _in("expected", "received_open", "pending"),
    "scorable_n": _scorable,
    "scorable_of": _in("completed"),
    "reason_capture_n": _reasoned,
    "reason_capture_of": _in("missing"),
}


def _facts(counted: Counted) -> list[Facts]:
    return [entry.facts for entry in counted.people]


def _arm(chosen: Chosen) -> tuple[ColumnElement[bool], ...]:
    return () if chosen.arm is None else (participant.c.arm == chosen.arm,)


def _complete(found: Sequence[Row]) -> dict[tuple[str, str], Ratio]:
    """F10 for each timepoint and arm."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in found:
        groups.setdefault((row.timepoint, row.arm), []).append(row)
    return {key: complete_persons(group) for key, group in groups.items()}


def _exempt_share(counted: Counted) -> dict[tuple[str, str], Ratio]:
    """F19 for each site and arm: exempt on the day of the report over everybody enrolled."""
    numbers: dict[tuple[str, str], list[int]] = {}
    day = counted.moment.date()
    for facts in _facts(counted):
        pair = numbers.setdefault((facts.site, facts.arm), [0, 0])
        pair[0] += facts.exempt_on(day, counted.rules.exemption_language) is not None
        pair[1] += 1
    return {key: Ratio(*pair) for key, pair in sorted(numbers.items())}
