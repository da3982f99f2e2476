"""Today: gather what the rules of `domain.worklist` need to know, for everybody within reach."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from sayso.domain.participation import Facts
from sayso.domain.reachability import Reachability
from sayso.domain.retention import visit_statuses
from sayso.domain.study import Study
from sayso.domain.visits import planned_visits
from sayso.domain.walltime import local_date
from sayso.domain.worklist import (
    Case,
    Doubt,
    Form,
    Limits,
    PaperForm,
    PlannedVisit,
    Proposal,
    Row,
    worklist,
)
from sayso.services import assessments, publishing, reminder_people, second_typings
from sayso.services.access import Reach
from sayso.services.participants import ended
from sayso.store.tables import device, participant, site
from sayso.store.tables_entries import correction
from sayso.store.tables_forms import expected_form, response, response_conflict

_UNRECORDED = frozenset({"due", "missed"})


@dataclass(frozen=True, slots=True)
class Today:
    """The list, and the moment and study it was made for."""

    now: datetime
    study: Study
    rows: list[Row]


def today(
    connection: Connection, within: Reach, now: datetime, site_code: str | None = None
) -> Today:
    """Whom to call today, most pressing first. Raises NotFound for a foreign site."""
    within = within.narrowed(site_code)
    study = publishing.current(connection, within.study_key).study
    found = assessments.cases(connection, within, study.rules, now)
    reached = reminder_people.reachability_of(connection, [case.id for case in found], now)
    doubts = _doubts(connection, within, study)
    proposals = _proposals(connection, within, study)
    papers = _papers(connection, within, study)
    asked = _call_requests(connection, within)
    unsent = _unsent(connection, within)
    unreached = reminder_people.unreached(connection, _with_open_forms(found), now)
    cases = [
        _case(
            case, study, now, reached[case.id], doubts[case.id], proposals[case.id],
            papers[case.id], asked.get(case.id), unsent.get(case.id), unreached.get(case.id, {}),
        )
        for case in found
    ]  # fmt: skip
    policy = study.reminder_policy
    return Today(now, study, worklist(cases, Limits(silent_after=policy.staff_task_after_days)))


def _case(
    entry: assessments.Case,
    study: Study,
    now: datetime,
    reach: Reachability,
    doubts: list[tuple[datetime, Doubt]],
    proposals: list[Proposal],
    papers: list[PaperForm],
    asked_at: datetime | None,
    unsent: tuple[int, datetime] | None,
    unreached: Mapping[str, datetime],
) -> Case:
    facts = entry.facts
    return Case(
        participant=facts.code,
        site=facts.site,
        arm=facts.arm,
        today=local_date(now, facts.zone),
        enrolled=facts.enrolled,
        off=ended(facts) is not None,
        lost=facts.first("lost") is not None,
        no_contact=facts.first("withdrawal_contact") is not None,
        forms=_forms(entry, study),
        visits=_visits(facts, study, now),
        doubts=tuple(doubt for _, doubt in sorted(doubts, key=lambda pair: pair[0])),
        contacts=tuple(contact.date for contact in facts.contacts),
        waiting_exemptions=tuple(
            (exemption.id or 0, local_date(exemption.recorded_at, facts.zone))
            for exemption in facts.exemptions
            if exemption.needs_approval and exemption.approved_at is None
        ),
        proposals=tuple(proposals),
        papers=tuple(papers),
        call_requested_on=None if asked_at is None else local_date(asked_at, facts.zone),
        reachability=reach.state,
        reachability_why=reach.why,
        unsent=0 if unsent is None else unsent[0],
        unsent_since=None if unsent is None else local_date(unsent[1], facts.zone),
        unreached=tuple((name, local_date(at, facts.zone)) for name, at in unreached.items()),
    )


def _with_open_forms(found: Sequence[assessments.Case]) -> dict[int, set[str]]:
    """The timepoints at which somebody is being waited for, by participant."""
    waiting: dict[int, set[str]] = {}
    for case in found:
        for form, status in zip(case.forms, case.statuses, strict=True):
            if status.status == "open":
                waiting.setdefault(case.id, set()).add(form.timepoint)
    return waiting


def _forms(entry: assessments.Case, study: Study) -> tuple[Form, ...]:
    return tuple(
        Form(
            id=form.id,
            timepoint=form.timepoint,
            label=study.label_of(form.timepoint),
            title=form.questionnaire,
            status=status.status,
            opens=form.opens,
            closes=form.closes,
            needs_reason=status.status == "missing" and status.reason is None,
        )
        for form, status in zip(entry.forms, entry.statuses, strict=True)
    )


def _visits(facts: Facts, study: Study, now: datetime) -> tuple[PlannedVisit, ...]:
    statuses = visit_statuses(facts, planned_visits(study, facts), now, study.rules)
    return tuple(
        PlannedVisit(
            status.visit.timepoint,
            f"{status.visit.label} visit",
            status.visit.opens,
            status.visit.closes,
        )
        for status in statuses
        if status.status in _UNRECORDED
    )


def _scoped(statement: Select[Any], owner: Any, within: Reach) -> Select[Any]:
    return (
        statement.join(participant, participant.c.id == owner)
        .join(site, site.c.id == participant.c.site_id)
        .where(*assessments.scope(within))
    )


def _doubts(
    connection: Connection, within: Reach, study: Study
) -> dict[int, list[tuple[datetime, Doubt]]]:
    """What staff must decide on, by participant: disputed times, second copies, reused ids."""
    found: dict[int, list[tuple[datetime, Doubt]]] = defaultdict(list)

    def add(row: Any, kind: str) -> None:
        label = study.label_of(row.timepoint) if row.timepoint else "A questionnaire"
        doubt = Doubt(row.id, kind, label, local_date(row.received_at, row.zone))
        found[row.participant_id].append((row.received_at, doubt))

    columns = (
        response.c.id, response.c.participant_id, response.c.disposition,
        response.c.time_accepted, response.c.conflict_resolution, response.c.received_at,
        expected_form.c.timepoint, participant.c.zone,
    )  # fmt: skip
    doubtful = select(*columns).select_from(response).outerjoin(expected_form)
    undecided = response.c.disposition.in_(("time_disputed", "duplicate", "unexpected"))
    for row in connection.execute(
        _scoped(doubtful.where(undecided), response.c.participant_id, within)
    ):
        if row.disposition == "time_disputed" and row.time_accepted is None:
            add(row, "time_disputed")
        elif row.disposition != "time_disputed" and row.conflict_resolution is None:
            add(row, row.disposition)
    reused = (
        select(
            response_conflict.c.response_id.label("id"), response_conflict.c.participant_id,
            response_conflict.c.received_at, expected_form.c.timepoint, participant.c.zone,
        )
        .select_from(response_conflict)
        .join(response, response.c.id == response_conflict.c.response_id)
        .outerjoin(expected_form, expected_form.c.id == response.c.expected_form_id)
        .where(response_conflict.c.resolved_at.is_(None))
    )  # fmt: skip
    for row in connection.execute(_scoped(reused, response_conflict.c.participant_id, within)):
        add(row, "response-id-reused")
    return found


def _proposals(connection: Connection, within: Reach, study: Study) -> dict[int, list[Proposal]]:
    """Corrections of answers that wait for a decision, by participant, oldest first."""
    found: dict[int, list[Proposal]] = defaultdict(list)
    waiting = (
        select(
            correction.c.id, correction.c.participant_id, correction.c.response_id,
            correction.c.proposed_at, expected_form.c.timepoint, participant.c.zone,
        )
        .select_from(correction)
        .join(response, response.c.id == correction.c.response_id)
        .outerjoin(expected_form, expected_form.c.id == response.c.expected_form_id)
        .where(correction.c.decided_at.is_(None))
        .order_by(correction.c.id)
    )  # fmt: skip
    for row in connection.execute(_scoped(waiting, correction.c.participant_id, within)):
        label = study.label_of(row.timepoint) if row.timepoint else "A questionnaire"
        since = local_date(row.proposed_at, row.zone)
        found[row.participant_id].append(Proposal(row.id, row.response_id, label, since))
    return found


def _papers(connection: Connection, within: Reach, study: Study) -> dict[int, list[PaperForm]]:
    """Paper forms that are owed a second typing by somebody else than the reader's own, or a
    settlement, by participant, oldest first."""
    found: dict[int, list[PaperForm]] = defaultdict(list)
    owed = second_typings.waiting(expected_form.c.timepoint, participant.c.zone)
    for row in connection.execute(_scoped(owed, response.c.participant_id, within)):
        differing = None if row.differ is None else len(row.differ)
        if differing is None and row.typed_by == within.actor.id:
            continue
        label = study.label_of(row.timepoint) if row.timepoint else "A questionnaire"
        since = local_date(row.since, row.zone)
        found[row.participant_id].append(PaperForm(row.response_id, label, since, differing))
    return found


def _call_requests(connection: Connection, within: Reach) -> dict[int, datetime]:
    rows = connection.execute(
        select(participant.c.id, participant.c.call_requested_at).where(
            *assessments.scope(within), participant.c.call_requested_at.is_not(None)
        )
    )
    return {row.id: row.call_requested_at for row in rows}


def _unsent(connection: Connection, within: Reach) -> dict[int, tuple[int, datetime]]:
    """Answers waiting on phones: how many, and since when."""
    rows = connection.execute(
        _scoped(
            select(device.c.participant_id, device.c.unsent, device.c.unsent_since)
            .select_from(device)
            .where(device.c.unsent > 0, device.c.revoked_at.is_(None)),
            device.c.participant_id,
            within,
        )
    )
    return {row.participant_id: (row.unsent, row.unsent_since) for row in rows}
