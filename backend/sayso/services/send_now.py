"""A reminder at the wish of staff, guarded by the same predicate as every other."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select

from sayso.domain.audit import Actor
from sayso.domain.eligibility import SEND, SKIP, Nudge, Verdict, may_remind
from sayso.domain.reminder_steps import BY_STAFF
from sayso.domain.walltime import local_time
from sayso.services import audit, reminder_people, reminder_queue, zone_database
from sayso.store.tables_messages import delivery, reminder
from sayso.store.upsert import insert_new

_JUST_SENT = Verdict(SKIP, "just-sent", "A reminder was sent less than a minute ago.")


def send_now(
    connection: Connection, actor: Actor, participant_id: int, timepoint: str, now: datetime
) -> Verdict:
    """Queue a reminder of one occasion at once, if it may go out now.

    The verdict says why not: quiet hours, the weekly cap, nothing left to do and so on. Nothing is
    written then. At most one a minute, as the step is named after the minute.
    """
    known = reminder_people.forms_of_timepoints(connection, [participant_id], [timepoint])
    who = reminder_people.load(connection, [participant_id], now, known)[participant_id]
    forms = who.forms_at(timepoint)
    closes_at = max((form.closes_at for form in forms), default=now)
    around = reminder_queue.around_of(connection, {participant_id}, now)
    recent = tuple(at for _id, at in around.recent.get(participant_id, ()))
    verdict = may_remind(who.person, forms, now, Nudge(closes_at, recent))
    if verdict.action != SEND:
        return verdict
    zone = who.person.facts.zone
    wall = local_time(now, zone)
    step = f"{BY_STAFF} {wall:%Y-%m-%dT%H:%M}"
    if _is_there(connection, participant_id, timepoint, step):
        return _JUST_SENT
    row = connection.execute(
        insert(reminder)
        .values(
            participant_id=participant_id, occasion=timepoint, timepoint=timepoint,
            step=step, urgent=False,
            local_wall=wall.isoformat(timespec="minutes"), zone=zone,
            tzdata_version=zone_database.version(), due_at=now, next_at=now, closes_at=closes_at,
            planned_at=now, decided_at=now, decision="queued", reason="queued",
            why="Sent at the wish of staff.",
        )
        .returning(reminder.c.id, reminder.c.participant_id, reminder.c.closes_at)
    ).one()  # fmt: skip
    insert_new(connection, delivery, reminder_queue.deliveries(row, who, now))
    audit.record(
        connection, actor, "reminder.sent-by-staff", f"reminder/{row.id}",
        after={"timepoint": timepoint}, participant_id=participant_id,
        site_id=reminder_people.home_of(connection, participant_id), now=now,
    )  # fmt: skip
    return verdict


def _is_there(connection: Connection, participant_id: int, timepoint: str, step: str) -> bool:
    """Whether somebody pressed the button within this minute already."""
    same = select(reminder.c.id).where(
        reminder.c.participant_id == participant_id,
        reminder.c.occasion == timepoint,
        reminder.c.step == step,
    )
    return connection.execute(same).first() is not None
