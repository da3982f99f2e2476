"""The completion report the long way: every form judged and counted by itself.

What the program adds up from lines of the tally must come out as this does, cell by cell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from sayso.domain.completion import (
    Ratio,
    Row,
    adherence,
    adherence_of,
    complete_persons,
    tally,
)
from sayso.domain.evaluation import Assessment, rows, version_at
from sayso.domain.retention import clinic_kinds, contact_currency, retention
from sayso.domain.visits import planned_visits
from sayso.domain.walltime import local_date
from sayso.domain.yields import Nudge, backup_yield, reminder_yield
from sayso.services import assessments, publishing
from sayso.services.access import Reach
from sayso.services.completion import Chosen, Report, moment_of
from sayso.store import tally as lines
from sayso.store.tables import participant


@dataclass(frozen=True)
class Counted:
    """Everybody's forms at one moment, with the figures that they come to."""

    people: Sequence[Assessment]
    rows: Sequence[Row]
    figures: dict[str, Any]


def by_rule(connection: Connection, within: Reach, chosen: Chosen, now: datetime) -> Counted:
    """Read all facts and forms, judge each form, and count."""
    within = within.narrowed(chosen.site)
    moment = moment_of(chosen.as_of, now)
    published = publishing.versions(connection, within.study_key)
    study = version_at(publishing.history(published), moment)
    rules = replace(study.rules, alive_rule=chosen.alive_rule or study.rules.alive_rule)
    where = () if chosen.arm is None else (participant.c.arm == chosen.arm,)
    if moment < now:
        people = assessments.replayed(connection, within, published, rules, moment, *where)
    else:
        cases = assessments.cases(connection, within, rules, moment, *where)
        people = assessments.as_assessments(connection, within, cases)
    everything = rows(study, people, moment, rules)
    found = [row for row in everything if chosen.questionnaire in (None, row.questionnaire)]
    reached = lines.nudges(connection, moment, *assessments.scope(within)).values()
    known = [entry.facts for entry in people]
    visits = [(facts, planned_visits(study, facts)) for facts in known]
    exempt: dict[tuple[str, str], list[bool]] = {}
    for facts in known:
        today = local_date(moment, facts.zone)
        is_exempt = facts.exempt_on(today, rules.exemption_language) is not None
        exempt.setdefault((facts.site, facts.arm), []).append(is_exempt)
    whole = tally(found, by_site=True)
    figures = {
        "rates": [asdict(one) for one in whole if one.site is None],
        "by_site": _by_key(one for one in whole if one.site is not None),
        "retention": retention(visits, moment, rules, clinic_kinds(study)),
        "contact_currency": contact_currency(known, moment, rules),
        "complete_persons": _complete(found),
        "exempt_share": {place: Ratio(sum(all_), len(all_)) for place, all_ in exempt.items()},
        "adherence": adherence_of(Counter(adherence(found).values())),
        "reminder_yield": _reached(reached, everything),
        "backup_yield": backup_yield(_all(reached, "escalations"), everything),
    }
    return Counted(people, found, figures)


def as_figures(report: Report) -> dict[str, Any]:
    """A report in the same shape."""
    return {
        "rates": [asdict(one) for one in report.rates],
        "by_site": _by_key(report.by_site),
        "retention": report.retention,
        "contact_currency": report.contact_currency,
        "complete_persons": dict(report.complete_persons),
        "exempt_share": dict(report.exempt_share),
        "adherence": report.adherence,
        "reminder_yield": {s: r for s, r in report.reminder_yield.items() if r.of},
        "backup_yield": report.backup_yield,
    }


def site_sums(figures: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """Completion of each site over all its forms, summed from its rows."""
    sums: dict[str, tuple[int, int]] = {}
    for one in figures["by_site"].values():
        n, of = sums.get(one["site"], (0, 0))
        sums[one["site"]] = (n + one["completion"]["n"], of + one["completion"]["of"])
    return sums


def _by_key(figures: Any) -> dict[Any, dict[str, Any]]:
    return {(one.timepoint, one.arm, one.site, one.questionnaire): asdict(one) for one in figures}


def _complete(found: Sequence[Row]) -> dict[tuple[str, str], Ratio]:
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in found:
        groups.setdefault((row.timepoint, row.arm), []).append(row)
    return {place: complete_persons(group) for place, group in groups.items()}


def _all(reached: Any, name: str) -> list[Nudge]:
    return [nudge for one in reached for nudge in getattr(one, name)]


def _reached(reached: Any, everything: Sequence[Row]) -> dict[str, Ratio]:
    return reminder_yield(_all(reached, "messages"), everything)
