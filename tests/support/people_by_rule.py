"""Each person's share of a figure the long way: from her own forms, visits and reminders alone.

The program reads the same shares off lines of the tally; a list must come out as this does.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from sayso.domain.completion import Ratio, Row, adherence, band_of, complete_persons
from sayso.domain.evaluation import Assessment
from sayso.domain.retention import clinic_kinds, contact_currency, retention
from sayso.domain.study import Study
from sayso.domain.visits import planned_visits
from sayso.domain.walltime import local_date
from sayso.domain.yields import backup_yield, reminder_yield
from sayso.services import publishing
from sayso.services.people_lists import Asked
from sayso.store import tally
from sayso.store.tables import participant
from support.rates_by_rule import Counted
from support.stage import STUDY


def shares_by_rule(
    connection: Connection, counted: Counted, asked: Asked, now: datetime
) -> dict[str, Ratio]:
    """By code the share of everybody whom the list must hold."""
    study = publishing.current(connection, STUDY).study
    found = {}
    for entry in counted.people:
        own = [row for row in counted.rows if row.participant == entry.facts.code]
        share = _share(connection, study, entry, own, asked, now)
        if _belongs(share, asked):
            found[entry.facts.code] = share
    return found


def _belongs(share: Ratio, asked: Asked) -> bool:
    if asked.figure.startswith("adherence_"):
        return share.of > 0 and asked.figure == f"adherence_{band_of(share)}"
    return {"n": share.n > 0, "of": share.of > 0, "rest": share.n < share.of}[asked.part]


def _share(
    connection: Connection,
    study: Study,
    entry: Assessment,
    own: list[Row],
    asked: Asked,
    now: datetime,
) -> Ratio:
    facts, figure = entry.facts, asked.figure
    if figure.startswith("adherence"):
        return adherence(own).get(facts.code, Ratio(0, 0))
    if figure == "complete":
        return _complete(own, asked.timepoint)
    if figure == "exempt":
        today = local_date(now, facts.zone)
        return Ratio(int(facts.exempt_on(today, study.rules.exemption_language) is not None), 1)
    if figure == "contact":
        return contact_currency([facts], now, study.rules)
    if figure.startswith("visits"):
        visits = [(facts, planned_visits(study, facts))]
        kept = retention(visits, now, study.rules, clinic_kinds(study))
        return kept.exempt if figure == "visits_exempt" else kept.not_exempt
    reached = tally.nudges(connection, now, participant.c.code == facts.code)
    messages = [nudge for one in reached.values() for nudge in one.messages]
    escalations = [nudge for one in reached.values() for nudge in one.escalations]
    if figure == "backup":
        return backup_yield(escalations, _all_forms(entry))
    return reminder_yield(messages, _all_forms(entry)).get(asked.step or "", Ratio(0, 0))


def _all_forms(entry: Assessment) -> list[Row]:
    """Nudges are about an occasion, whichever questionnaire the report was narrowed to."""
    facts = entry.facts
    return [
        Row(form.timepoint, facts.arm, facts.site, form.questionnaire, facts.code, status)
        for form, status in zip(entry.forms, entry.statuses, strict=True)
    ]


def _complete(own: list[Row], timepoint: str | None) -> Ratio:
    """One out of one for each timepoint of which everything came; all together without one."""
    n = of = 0
    for place in dict.fromkeys(row.timepoint for row in own):
        if timepoint in (None, place):
            one = complete_persons(row for row in own if row.timepoint == place)
            n, of = n + one.n, of + one.of
    return Ratio(n, of)
