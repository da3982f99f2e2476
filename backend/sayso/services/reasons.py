"""Why a form was missed: coded by staff, or given by the participant in a tap."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from sayso.domain.errors import FormNotMissing, NotFound
from sayso.domain.rule_errors import UnknownMissingReason
from sayso.domain.status import EVENT_REPORTED_LATE, status_of
from sayso.domain.study import MISSING_REASONS
from sayso.services import access, audit, publishing
from sayso.services.access import Participant
from sayso.store.facts import StoredForm, stored_form
from sayso.store.tables_forms import expected_form, missing_reason

LABELS = {
    "refused_this_time": "Refused this time",
    "refused_all_pro": "Refused all questionnaires",
    "too_ill": "Too ill",
    "too_distressed": "Too distressed",
    "forgot_or_intended_later": "Forgot, or meant to do it later",
    "no_time": "No time",
    "staff_did_not_offer": "Staff did not offer it",
    "technical": "Technical trouble",
    "could_not_reach": "Could not be reached",
    "visit_missed": "Visit missed",
    "cognitive": "Unable to, cognitively",
    "outside_window": "Offered outside the window",
    "participant_unaware": "Did not know of it",
    "event_reported_late": "Event reported late",
    "unknown": "Not known",
}
# The last one follows from dates and is never chosen by anybody.
CHOICES = tuple(reason for reason in MISSING_REASONS if reason != EVENT_REPORTED_LATE)


def record(
    connection: Connection,
    person: Participant,
    form_id: int,
    reason: str,
    now: datetime,
) -> int:
    """Code the reason of a missed form; an earlier one is voided and stays in the record.

    Raises UnknownMissingReason, NotFound or FormNotMissing. Returns the row id.
    """
    if reason not in CHOICES:
        raise UnknownMissingReason(f"{reason} is no reason here; use one of: {', '.join(CHOICES)}")
    form = _form(connection, person, form_id)
    study = publishing.current(connection, person.study_key).study
    status = status_of(form, access.facts(connection, person), now, study.rules)
    if status.status != "missing":
        raise FormNotMissing(f"{study.label_of(form.timepoint)} is not missing. {status.why}")
    before = _void_earlier(connection, person, form_id, now)
    entry_id = connection.execute(
        missing_reason.insert()
        .values(
            expected_form_id=form_id,
            reason=reason,
            given_by=person.actor.kind,
            recorded_at=now,
            recorded_by=person.actor.id if person.actor.kind == "staff" else None,
        )
        .returning(missing_reason.c.id)
    ).scalar_one()
    audit.record(
        connection,
        person.actor,
        "missing_reason.recorded",
        f"expected_form/{form_id}",
        before={"reason": before} if before else None,
        after={"reason": reason, "timepoint": form.timepoint, "instrument": form.questionnaire},
        participant_id=person.id,
        site_id=person.site.id,
        now=now,
    )
    return int(entry_id)


def _form(connection: Connection, person: Participant, form_id: int) -> StoredForm:
    row = connection.execute(
        select(expected_form).where(
            expected_form.c.id == form_id,
            expected_form.c.participant_id == person.id,
            expected_form.c.cancelled_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        raise NotFound(f"There is no form {form_id} for {person.code}")
    return stored_form(row)


def _void_earlier(
    connection: Connection, person: Participant, form_id: int, now: datetime
) -> str | None:
    row = connection.execute(
        update(missing_reason)
        .where(missing_reason.c.expected_form_id == form_id, missing_reason.c.voided_at.is_(None))
        .values(
            voided_at=now,
            voided_by=person.actor.id if person.actor.kind == "staff" else None,
            void_reason="replaced by another reason",
        )
        .returning(missing_reason.c.reason)
    ).first()
    return None if row is None else str(row.reason)
