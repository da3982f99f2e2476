"""What happened around a participant's responses: who typed them in, what was corrected, by whom.

Read-only: the parts of her page and of one response that come from staff, by name of the people
within reach of the reader.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from sayso.domain.answers import answered
from sayso.domain.questionnaire import Questionnaire
from sayso.domain.status import status_of
from sayso.domain.walltime import local_date, local_time
from sayso.services import access, audit, corrections, publishing, second_typings
from sayso.services.access import CHANGING_ROLES, Participant, Reach
from sayso.services.corrections import Answers, Correction
from sayso.services.staff_entries import MODES, PAPER, differences, staff_at
from sayso.services.staff_names import names_of
from sayso.store.facts import forms_of_one
from sayso.store.sealed import Keyring
from sayso.store.tables import questionnaire
from sayso.store.tables_entries import second_typing, staff_entry, typing_settlement
from sayso.store.tables_forms import response, response_conflict

View = dict[str, Any]
Names = Mapping[int, str]


def sheet(connection: Connection, within: Reach, code: str, keys: Keyring, now: datetime) -> View:
    """What staff can enter for a participant now. Raises NotFound."""
    person = access.find(connection, within, code)
    study = publishing.current(connection, within.study_key).study
    facts = access.facts(connection, person)
    forms = [form for form in forms_of_one(connection, person.id) if form.opens_at <= now]
    titles = _titles(connection, {form.questionnaire_sha256 for form in forms})
    names = names_of(connection, keys, within)
    judged = [(form, status_of(form, facts, now, study.rules)) for form in forms]
    today = local_date(now, person.zone)
    return {
        "zone": person.zone,
        "exempt": facts.exempt_on(today, study.rules.exemption_language) is not None,
        "modes": [{"code": mode, "label": label} for mode, label in MODES.items()],
        "staff": [
            {"id": one, "name": names.get(one, "A colleague")}
            for one in staff_at(connection, person)
        ],
        "forms": [
            {
                "id": form.id, "timepoint": form.timepoint,
                "label": study.label_of(form.timepoint), "questionnaire": form.questionnaire,
                "title": titles[form.questionnaire_sha256],
                "questionnaire_sha": form.questionnaire_sha256, "status": status.status,
                "why": status.why, "opens": form.opens, "closes": form.closes,
                "answered": status.response is not None,
            }
            for form, status in judged
        ],
    }  # fmt: skip


def around(
    connection: Connection, person: Participant, names: Names, keys: Keyring
) -> dict[str, View]:
    """For every response of a participant: recorder, entry and corrections, by response id."""
    rows = connection.execute(
        select(response.c.id, response.c.recorded_by, response.c.questionnaire_sha256).where(
            response.c.participant_id == person.id
        )
    ).all()
    ids = [row.id for row in rows]
    entered = _entries(connection, person, names, keys)
    asked = corrections.of_responses(connection, ids)
    return {
        row.id: {
            "questionnaire_sha": row.questionnaire_sha256,
            "recorded_by": names.get(row.recorded_by),
            "entry": entered.get(row.id),
            "corrections": [request(one, person, names) for one in asked.get(row.id, ())],
        }
        for row in rows
    }


def request(one: Correction, person: Participant, names: Names) -> View:
    """A change request without its answers."""
    actor = person.actor
    return {
        "id": one.id,
        "reason": one.reason,
        "proposed_at": one.proposed_at,
        "proposed_by": names.get(one.proposed_by),
        "state": one.state,
        "decided_at": one.decided_at,
        "decided_by": names.get(one.decided_by or 0),
        "decision_reason": one.decision_reason,
        "may_decide": one.accepted is None
        and actor.role in CHANGING_ROLES
        and actor.id != one.proposed_by,
    }


def whole(
    connection: Connection,
    within: Reach,
    code: str,
    response_id: str,
    keys: Keyring,
    now: datetime,
) -> View:
    """One response with everything that was ever said under its id. The look is on record.

    Raises NotFound.
    """
    person = access.find(connection, within, code)
    row = corrections.response_of(connection, person, response_id)
    names = names_of(connection, keys, within)
    asked = publishing.questionnaire_by_hash(connection, row.questionnaire_sha256)
    requests = corrections.of_responses(connection, [response_id]).get(response_id, [])
    sent = Answers(row.answers, row.skipped)
    counting = corrections.standing(connection, [response_id]).get(response_id, sent)
    audit.record(
        connection, person.actor, "answers.viewed", f"response/{response_id}",
        participant_id=person.id, site_id=person.site.id, now=now,
    )  # fmt: skip
    return {
        "id": row.id,
        "form_id": row.expected_form_id,
        "questionnaire_sha": row.questionnaire_sha256,
        "mode": row.mode,
        "disposition": row.disposition,
        "authored_at": row.authored_at,
        "received_at": row.received_at,
        "recorded_by": names.get(row.recorded_by),
        "answers": sent.answers,
        "skipped": sent.skipped,
        "standing": {"answers": counting.answers, "skipped": counting.skipped},
        "corrections": _told(requests, sent, asked, person, names),
        "bodies": _bodies(connection, person, response_id),
        "second_typing": _second(connection, response_id),
    }


def _second(connection: Connection, response_id: str) -> View | None:
    """What the second typing of a paper form said; None for whatever was typed once."""
    row = second_typings.second_of(connection, response_id)
    if row is None:
        return None
    return {"answers": row.answers, "skipped": row.skipped, "items": row.differ}


def _told(
    requests: Sequence[Correction],
    sent: Answers,
    asked: Questionnaire,
    person: Participant,
    names: Names,
) -> list[View]:
    """Each request beside the answers that counted when it was made."""
    found, counting = [], sent
    for one in requests:
        found.append(
            {
                **request(one, person, names),
                "answers": one.said.answers,
                "skipped": one.said.skipped,
                "changes": _changes(asked, counting, one.said),
            }
        )
        counting = one.said if one.accepted else counting
    return found


def _changes(asked: Questionnaire, before: Answers, after: Answers) -> list[View]:
    texts = {item.id: item.text for item in asked.items_in_order()}
    changed = differences(asked, before.answers, before.skipped, after.answers, after.skipped)
    return [
        {
            "item": item, "text": texts[item] or item,
            "before": _value(before, item), "after": _value(after, item),
        }
        for item in changed
    ]  # fmt: skip


def _value(said: Answers, item: str) -> Any:
    value = said.answers.get(item)
    return value if answered(value) and item not in said.skipped else None


def _bodies(connection: Connection, person: Participant, response_id: str) -> list[View]:
    rows = connection.execute(
        select(response_conflict)
        .where(
            response_conflict.c.response_id == response_id,
            response_conflict.c.participant_id == person.id,
        )
        .order_by(response_conflict.c.id)
    )
    return [
        {
            "received_at": row.received_at,
            "answers": row.body.get("answers", {}),
            "skipped": row.body.get("skipped", []),
            "resolution": row.resolution,
        }
        for row in rows
    ]


def _entries(
    connection: Connection, person: Participant, names: Names, keys: Keyring
) -> dict[str, View]:
    """What was typed in by staff, with the second typing; notes stay sealed for readers."""
    acts = person.actor.role in CHANGING_ROLES
    again, settled = second_typing.alias("again"), typing_settlement.alias("settled")
    rows = connection.execute(
        select(
            staff_entry, response.c.authored_at, response.c.mode, again.c["items"].label("differ"),
            again.c.recorded_at.label("checked_at"), again.c.recorded_by.label("checked_by"),
            settled.c.recorded_at.label("settled_at"), settled.c.recorded_by.label("settled_by"),
            settled.c.correction_id, settled.c.reason,
        )
        .join(response, response.c.id == staff_entry.c.response_id)
        .outerjoin(again, again.c.response_id == staff_entry.c.response_id)
        .outerjoin(settled, settled.c.response_id == staff_entry.c.response_id)
        .where(staff_entry.c.participant_id == person.id)
    )  # fmt: skip
    return {
        row.response_id: {
            "administered_by": names.get(row.administered_by),
            "collected_at": row.authored_at,
            "collected_local": f"{local_time(row.authored_at, person.zone):%Y-%m-%dT%H:%M}",
            "entered_at": row.recorded_at,
            "note": keys.open(row.note_sealed) if row.note_sealed and acts else None,
            "may_verify": acts
            and row.mode == PAPER
            and row.checked_at is None
            and row.recorded_by != person.actor.id,
            "verification": None if row.checked_at is None else _verification(row, names),
        }
        for row in rows
    }


def _verification(row: Any, names: Names) -> View:
    settled = None
    if row.settled_at is not None:
        settled = {
            "at": row.settled_at, "by": names.get(row.settled_by), "reason": row.reason,
            "correction_id": row.correction_id,
        }  # fmt: skip
    return {
        "agrees": not row.differ, "by": names.get(row.checked_by), "at": row.checked_at,
        "items": row.differ, "settled": settled,
    }  # fmt: skip


def _titles(connection: Connection, shas: Collection[str]) -> dict[str, str]:
    rows = connection.execute(
        select(questionnaire.c.sha256, questionnaire.c.title).where(
            questionnaire.c.sha256.in_(shas)
        )
    )
    return {row.sha256: row.title for row in rows}
