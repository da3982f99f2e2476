"""What a participant decides herself: when she is reminded, that she wants a call, why she missed.

Every change is on record, and what is planned for her follows at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from sayso.domain.audit import Actor
from sayso.domain.errors import FormNotMissing, NotFound
from sayso.domain.rule_errors import UnknownMissingReason
from sayso.domain.status import status_of
from sayso.services import audit, publishing, reminder_planning
from sayso.services.sessions import ParticipantSession
from sayso.store.facts import own_facts, stored_form
from sayso.store.tables import participant
from sayso.store.tables_forms import expected_form, missing_reason

# Of the coded reasons those that she can know; the others are for staff to find out.
OWN_REASONS = (
    "refused_this_time", "refused_all_pro", "too_ill", "too_distressed",
    "forgot_or_intended_later", "no_time", "staff_did_not_offer", "technical",
    "participant_unaware", "unknown",
)  # fmt: skip


def change(
    connection: Connection,
    actor: Actor,
    person: ParticipantSession,
    wished: Mapping[str, Any],
    now: datetime,
) -> ParticipantSession:
    """Change the reminder settings named in `wished`: hour, paused_until, snooze_until, opted_out.

    Returns the person as she is afterwards; reminders that are planned move with the change.
    """
    values: dict[str, Any] = {}
    if "hour" in wished:
        values["reminder_hour"] = wished["hour"]
    if "paused_until" in wished:
        values["reminders_paused_until"] = wished["paused_until"]
    if "snooze_until" in wished:
        values["reminders_snoozed_until"] = wished["snooze_until"]
    if "opted_out" in wished:
        first = person.reminders_opted_out_at or now
        values["reminders_opted_out_at"] = first if wished["opted_out"] else None
    before = {name: getattr(person, name) for name in values}
    if before == values:
        return person
    connection.execute(update(participant).where(participant.c.id == person.id).values(**values))
    audit.record(
        connection, actor, "reminders.changed", f"participant/{person.id}", before=before,
        after=values, participant_id=person.id, site_id=person.site_id, now=now,
    )  # fmt: skip
    reminder_planning.replan(connection, [person.id], now)
    return replace(person, **values)


def request_call(
    connection: Connection, actor: Actor, person: ParticipantSession, now: datetime
) -> datetime:
    """Put her on the call list; returns since when she has been there."""
    if person.call_requested_at is not None:
        return person.call_requested_at
    _set_call(connection, actor, person, now, "call.requested", now)
    return now


def take_back_call(
    connection: Connection, actor: Actor, person: ParticipantSession, now: datetime
) -> None:
    """Take her off the call list."""
    if person.call_requested_at is not None:
        _set_call(connection, actor, person, None, "call.taken-back", now)


def say_why_missed(
    connection: Connection,
    actor: Actor,
    person: ParticipantSession,
    form_id: int,
    reason: str,
    now: datetime,
) -> None:
    """Note her own reason for a missed form; a reason that stands is replaced, not overwritten.

    Raises NotFound for a form that is not hers, FormNotMissing, UnknownMissingReason.
    """
    if reason not in OWN_REASONS:
        raise UnknownMissingReason(f"Choose one of: {', '.join(OWN_REASONS)}")
    # Two taps at once, or a tap while staff code the reason, must not leave two that stand.
    connection.execute(
        select(participant.c.id).where(participant.c.id == person.id).with_for_update()
    )
    _refuse_unless_missing(connection, person, form_id, now)
    standing = missing_reason.c.expected_form_id == form_id, missing_reason.c.voided_at.is_(None)
    before = connection.execute(select(missing_reason.c.reason).where(*standing)).scalars().all()
    if reason in before:
        return
    connection.execute(
        update(missing_reason)
        .where(*standing)
        .values(voided_at=now, void_reason="the participant gave another reason")
    )
    connection.execute(
        insert(missing_reason).values(
            expected_form_id=form_id, reason=reason, given_by="participant", recorded_at=now
        )
    )
    audit.record(
        connection, actor, "missing-reason.given", f"expected-form/{form_id}",
        before={"reason": before[0]} if before else None, after={"reason": reason},
        participant_id=person.id, site_id=person.site_id, now=now,
    )  # fmt: skip


def _refuse_unless_missing(
    connection: Connection, person: ParticipantSession, form_id: int, now: datetime
) -> None:
    row = connection.execute(
        select(expected_form).where(
            expected_form.c.id == form_id,
            expected_form.c.participant_id == person.id,
            expected_form.c.cancelled_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    rules = publishing.study_by_hash(connection, person.study_sha256).rules
    status = status_of(stored_form(row), own_facts(connection, person), now, rules)
    if status.status != "missing":
        raise FormNotMissing("There is no reason to give: this questionnaire was not missed")


def _set_call(
    connection: Connection,
    actor: Actor,
    person: ParticipantSession,
    asked_at: datetime | None,
    action: str,
    now: datetime,
) -> None:
    connection.execute(
        update(participant).where(participant.c.id == person.id).values(call_requested_at=asked_at)
    )
    audit.record(
        connection, actor, action, f"participant/{person.id}",
        before={"call_requested_at": person.call_requested_at},
        after={"call_requested_at": asked_at},
        participant_id=person.id, site_id=person.site_id, now=now,
    )  # fmt: skip
