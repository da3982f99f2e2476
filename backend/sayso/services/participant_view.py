"""Everything about one participant on one page: facts, calendar, forms, answers, reminders.

Contact details and the notes of conversations may name people: they are opened only for roles that
act on them, and every look at them is on record. Nothing a participant answered is part of the
page; scores are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, select

from sayso.domain.study import Study
from sayso.services import (
    access,
    answer_history,
    assessments,
    audit,
    publishing,
    reminder_people,
    score_history,
)
from sayso.services.access import CHANGING_ROLES, Participant, Reach
from sayso.services.assessments import Case
from sayso.services.devices import PASSKEY, ways_in
from sayso.services.events import LABELS
from sayso.services.exempt import signals_of
from sayso.services.participants import exempt_since, last_contact, status_line, visits_view
from sayso.services.reminder_history import history_of
from sayso.services.staff_names import names_of
from sayso.store.sealed import Keyring
from sayso.store.tables import (
    anchor,
    contact,
    device,
    event,
    exemption,
    participant,
    participant_identity,
    questionnaire,
    visit,
    zone_move,
)
from sayso.store.tables_entries import arm_change, handover
from sayso.store.tables_forms import response, response_conflict

View = dict[str, Any]
Names = Mapping[int, str]
_ETAG = re.compile(r'(?:W/)?"[0-9]{1,19}\.([0-9]{1,9})"')


def view(connection: Connection, within: Reach, code: str, keys: Keyring, now: datetime) -> View:
    """The whole page. Raises NotFound."""
    person = access.find(connection, within, code)
    study = publishing.current(connection, within.study_key).study
    (case,) = assessments.cases(connection, within, study.rules, now, participant.c.id == person.id)
    names = names_of(connection, keys, within)
    facts = case.facts
    contacts = _contacts(connection, person, keys, names)
    around = answer_history.around(connection, person, names, keys)
    details = _contact_details(connection, person, keys)
    entered = [one["entry"] for one in around.values() if one["entry"] is not None]
    if details is not None or any(entry["note"] is not None for entry in [*contacts, *entered]):
        _tell_of_the_look(connection, person, now)
    return {
        "code": person.code,
        "site": person.site.code,
        "arm": person.arm,
        "zone": person.zone,
        "enrolled_on": person.enrolled_on,
        "status_line": status_line(facts, study, now),
        "exempt_since": exempt_since(facts, study, now),
        "last_contact_on": last_contact(facts),
        "preferred_language": person.row.preferred_language,
        "reads_english": person.row.reads_english,
        "reads_english_assessed": {
            "on": person.row.reads_english_on,
            "by": names.get(person.row.reads_english_by),
            "how": person.row.reads_english_how,
        },
        "interpreter": person.row.interpreter,
        **_entries(connection, person, names),
        "contacts": contacts,
        "exemptions": _exemptions(connection, person, case, study, names),
        "planned_visits": visits_view(facts, study, now),
        "devices": _devices(connection, person),
        "forms": _forms(connection, case, study),
        "responses": _responses(connection, person, around),
        "reminders": history_of(connection, person.id, study.reminder_policy),
        "reachability": _reachability(connection, person, now),
        "call_requested_at": person.row.call_requested_at,
        "contact_details": details,
        "etag": etag(person.id, person.revision),
    }


def phones(connection: Connection, within: Reach, code: str, now: datetime) -> View:
    """The enrolled phones and the reachability, without the rest. Raises NotFound."""
    person = access.find(connection, within, code)
    return {
        "devices": _devices(connection, person),
        "reachability": _reachability(connection, person, now),
    }


def etag(participant_id: int, revision: int) -> str:
    """The name of one state of a participant's record, for If-Match."""
    return f'"{participant_id}.{revision}"'


def revision_of(etag_text: str) -> int | None:
    """The revision in such a name, or None when it is not one."""
    found = _ETAG.fullmatch(etag_text.strip())
    return int(found[1]) if found else None


def _rows(connection: Connection, table: Table, person: Participant) -> Sequence[Any]:
    statement = select(table).where(
        table.c.participant_id == person.id, table.c.voided_at.is_(None)
    )
    return connection.execute(statement.order_by(table.c.id)).all()


def _recorded(row: Any, names: Names) -> View:
    return {"recorded_at": row.recorded_at, "by": names.get(row.recorded_by)}


def _entries(connection: Connection, person: Participant, names: Names) -> View:
    """The dated entries that staff make, each with its row id so that it can be voided."""
    return {
        "anchors": [
            {"id": row.id, "name": row.name, "date": row.date, **_recorded(row, names)}
            for row in _rows(connection, anchor, person)
        ],
        "events": [
            {
                "id": row.id,
                "kind": row.kind,
                "label": LABELS.get(row.kind, row.kind),
                "date": row.date,
                **_recorded(row, names),
            }
            for row in _rows(connection, event, person)
        ],
        "visits": [
            {
                "id": row.id,
                "timepoint": row.timepoint,
                "kind": row.kind,
                "date": row.date,
                **_recorded(row, names),
            }
            for row in _rows(connection, visit, person)
        ],
        "zone_moves": [
            {"id": row.id, "previous": row.previous, "zone": row.zone, **_recorded(row, names)}
            for row in _rows(connection, zone_move, person)
        ],
        "arm_changes": [
            {
                "id": row.id,
                "previous": row.previous,
                "arm": row.arm,
                "reason": row.reason,
                **_recorded(row, names),
            }
            for row in _rows(connection, arm_change, person)
        ],
    }


def _contacts(
    connection: Connection, person: Participant, keys: Keyring, names: Names
) -> list[View]:
    """Conversations; a note stays sealed for those who only read."""
    acts = person.actor.role in CHANGING_ROLES
    return [
        {
            "id": row.id,
            "date": row.date,
            "channel": row.channel,
            "outcome": row.outcome,
            "interpreter_used": row.interpreter_used,
            "note": keys.open(row.note_sealed) if row.note_sealed and acts else None,
            **_recorded(row, names),
        }
        for row in _rows(connection, contact, person)
    ]


def _exemptions(
    connection: Connection, person: Participant, case: Case, study: Study, names: Names
) -> list[View]:
    return [
        {
            "id": row.id,
            "reason": row.reason,
            "from": row.valid_from,
            "to": row.valid_to,
            "explanation": row.explanation,
            "needs_approval": row.needs_approval and row.approved_at is None,
            "approved_at": row.approved_at,
            "approved_by": names.get(row.approved_by),
            "signals": signals_of(case, study, row.id),
            **_recorded(row, names),
        }
        for row in _rows(connection, exemption, person)
    ]


def _devices(connection: Connection, person: Participant) -> list[View]:
    """Her phones; a clinic's tablet that was handed to her is none of them."""
    ways = ways_in(connection, person.id)
    rows = connection.execute(
        select(device)
        .outerjoin(handover, handover.c.device_id == device.c.id)
        .where(device.c.participant_id == person.id, handover.c.id.is_(None))
        .order_by(device.c.id)
    )
    return [
        {
            "id": row.id,
            "label": row.label,
            "enrolled_at": row.enrolled_at,
            "last_seen_at": row.last_seen_at,
            "revoked_at": row.revoked_at,
            "unsent": row.unsent,
            "came_in": ways[row.enrolled_at].pop(0) if ways[row.enrolled_at] else PASSKEY,
        }
        for row in rows
    ]


def _forms(connection: Connection, case: Case, study: Study) -> list[View]:
    titles = {
        row.sha256: row.title
        for row in connection.execute(
            select(questionnaire.c.sha256, questionnaire.c.title).where(
                questionnaire.c.sha256.in_({form.questionnaire_sha256 for form in case.forms})
            )
        )
    }
    return [
        {
            "id": form.id,
            "timepoint": form.timepoint,
            "label": study.label_of(form.timepoint),
            "tags": list(form.tags),
            "questionnaire": form.questionnaire,
            "title": titles.get(form.questionnaire_sha256, form.questionnaire),
            "status": status.status,
            "disposition": status.disposition,
            "why": status.why,
            "opens": form.opens,
            "target": form.target,
            "closes": form.closes,
            "response_id": status.response.id if status.response else None,
            "reason": status.reason,
        }
        for form, status in zip(case.forms, case.statuses, strict=True)
    ]


def _responses(
    connection: Connection, person: Participant, around: Mapping[str, View]
) -> list[View]:
    scorings = score_history.scorings(connection, person)
    contested = _open_conflicts(connection, person)
    rows = connection.execute(
        select(response)
        .where(response.c.participant_id == person.id)
        .order_by(response.c.received_at, response.c.id)
    )
    return [
        {
            "id": row.id,
            "form_id": row.expected_form_id,
            "authored_at": row.authored_at,
            "received_at": row.received_at,
            "mode": row.mode,
            "assistance": row.assistance,
            "disposition": row.disposition,
            "skew_seconds": row.skew_seconds,
            "answered": row.answered,
            "applicable": row.applicable,
            "declined": row.declined,
            "time_accepted": row.time_accepted,
            "conflict": row.id in contested,
            "conflict_resolution": row.conflict_resolution,
            "problems": len(row.problems),
            **score_history.shown(scorings.get(row.id, []), around[row.id]),
            **around[row.id],
        }
        for row in rows
    ]


def _open_conflicts(connection: Connection, person: Participant) -> frozenset[str]:
    """Responses that wait for a decision: second copies, and ids that were used twice."""
    waiting = connection.execute(
        select(response.c.id).where(
            response.c.participant_id == person.id,
            response.c.disposition.in_(("duplicate", "unexpected")),
            response.c.conflict_resolution.is_(None),
        )
    ).scalars()
    reused = connection.execute(
        select(response_conflict.c.response_id).where(
            response_conflict.c.participant_id == person.id,
            response_conflict.c.resolved_at.is_(None),
        )
    ).scalars()
    return frozenset(waiting.all()) | frozenset(reused.all())


def _reachability(connection: Connection, person: Participant, now: datetime) -> View:
    found = reminder_people.reachability_of(connection, [person.id], now)[person.id]
    return {"state": found.state, "why": found.why, "since": found.since}


def _contact_details(connection: Connection, person: Participant, keys: Keyring) -> View | None:
    if person.actor.role not in CHANGING_ROLES:
        return None
    row = connection.execute(
        select(participant_identity).where(participant_identity.c.participant_id == person.id)
    ).one_or_none()
    if row is None:
        return None
    return {
        "email": keys.open(row.email_sealed) if row.email_sealed else None,
        "phone": keys.open(row.phone_sealed) if row.phone_sealed else None,
    }


def _tell_of_the_look(connection: Connection, person: Participant, now: datetime) -> None:
    audit.record(
        connection,
        person.actor,
        "identity.viewed",
        f"participant/{person.id}",
        participant_id=person.id,
        site_id=person.site.id,
        now=now,
    )
