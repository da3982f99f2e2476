"""Load what the reminder rules need to know about some participants, in few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, case, func, or_, select

from sayso.domain.eligibility import Person, Preferences
from sayso.domain.reachability import PATIENCE, Phone, Reachability, reachability
from sayso.domain.study import Study
from sayso.services import publishing
from sayso.store import facts_by_id
from sayso.store.facts import Dated, StoredForm, facts
from sayso.store.tables import device, participant, participant_identity
from sayso.store.tables_messages import delivery, push_subscription, reminder


@dataclass(frozen=True, slots=True)
class Reminded:
    """One participant as the rules see her, with her forms and the ways to reach her."""

    id: int
    person: Person
    forms: tuple[StoredForm, ...]
    phones: tuple[Phone, ...]
    has_email: bool

    def forms_at(self, timepoint: str) -> tuple[StoredForm, ...]:
        """The forms of one occasion."""
        return tuple(form for form in self.forms if form.timepoint == timepoint)


def load(
    connection: Connection,
    ids: Collection[int],
    now: datetime,
    forms: Mapping[int, Sequence[StoredForm]],
) -> dict[int, Reminded]:
    """Participants by row id; ids that do not exist are left out.

    `forms` are those of them that matter: ten years of forms are many, and a reminder is about one
    occasion. See `forms_of_timepoints`. Four statements.
    """
    if not ids:
        return {}
    rows = facts_by_id.people(connection, ids)
    dated = facts_by_id.dated(connection, ids)
    responses = facts_by_id.responses(connection, ids)
    phones = phones_of(connection, ids, now)
    studies = {key: in_force(connection, key, now) for key in {row.study_key for row in rows}}
    found = {}
    for row in rows:
        study = studies[row.study_key]
        known = facts(row, dated.get(row.id, Dated()), responses.get(row.id, ()))
        preferences = Preferences(
            row.reminder_hour,
            row.reminders_paused_until,
            row.reminders_snoozed_until,
            row.reminders_opted_out_at,
        )
        found[row.id] = Reminded(
            row.id,
            Person(known, study.rules, study.reminder_policy, preferences),
            tuple(forms.get(row.id, ())),
            tuple(phones.get(row.id, ())),
            bool(row.has_email),
        )
    return found


def forms_of_timepoints(
    connection: Connection, ids: Collection[int], timepoints: Iterable[str | None]
) -> dict[int, list[StoredForm]]:
    """The forms of these timepoints; None stands for a message that is about no form."""
    named = {timepoint for timepoint in timepoints if timepoint is not None}
    return facts_by_id.forms_at(connection, ids, named) if ids and named else {}


def home_of(connection: Connection, participant_id: int) -> int:
    """The row id of a participant's site, for the audit trail."""
    return int(
        connection.execute(
            select(participant.c.site_id).where(participant.c.id == participant_id)
        ).scalar_one()
    )


def in_force(connection: Connection, study_key: str, now: datetime) -> Study:
    """The version whose reminder policy applies today: the last one that has taken effect."""
    published = publishing.versions(connection, study_key)
    effective = [one for one in published if one.effective_on <= now.date()]
    return (effective or published[:1])[-1].study


def phones_of(
    connection: Connection, ids: Collection[int], now: datetime
) -> dict[int, list[Phone]]:
    """Push subscriptions, dead ones included, with how often each has been silent since it spoke.

    A message counts as unanswered once the phone has had time to show it.
    """
    found: dict[int, list[Phone]] = defaultdict(list)
    asked = {"b_people": sorted(ids), "b_silent_since": now - PATIENCE}
    for row_id, participant_id, *known in connection.execute(_PHONES, asked).all():
        found[participant_id].append(Phone(row_id, *known))
    return found


_SILENT = and_(
    delivery.c.participant_id == push_subscription.c.participant_id,
    delivery.c.subscription_id == push_subscription.c.id,
    delivery.c.state == "sent",
    delivery.c.acked_at.is_(None),
    delivery.c.sent_at <= bindparam("b_silent_since", type_=delivery.c.sent_at.type),
    or_(
        push_subscription.c.last_ack_at.is_(None),
        delivery.c.sent_at > push_subscription.c.last_ack_at,
    ),
)
_PHONES = (
    select(
        push_subscription.c.id,
        push_subscription.c.participant_id,
        push_subscription.c.confirmed_at,
        func.coalesce(push_subscription.c.dead_at, device.c.revoked_at).label("dead_at"),
        select(func.count())
        .select_from(delivery)
        .where(_SILENT)
        .scalar_subquery()
        .label("unanswered"),
        push_subscription.c.created_at,
    )
    .join(device)
    .where(push_subscription.c.participant_id.in_(bindparam("b_people", expanding=True)))
    .order_by(push_subscription.c.id)
)


_SILENT_SINCE = (
    select(push_subscription.c.id, func.min(delivery.c.sent_at).label("since"))
    .join(delivery, _SILENT)
    .where(push_subscription.c.id.in_(bindparam("b_phones", expanding=True)))
    .group_by(push_subscription.c.id)
)


def reachability_of(
    connection: Connection, ids: Collection[int], now: datetime
) -> dict[int, Reachability]:
    """Which way each participant can be reached, and since when; at most three statements."""
    phones = phones_of(connection, ids, now)
    asked = {
        "b_phones": [one.id for several in phones.values() for one in several if one.unanswered],
        "b_silent_since": now - PATIENCE,
    }
    silent: dict[int, datetime] = {}
    if asked["b_phones"]:
        silent = {row.id: row.since for row in connection.execute(_SILENT_SINCE, asked)}
    rows = connection.execute(
        select(
            participant.c.id,
            participant.c.created_at,
            participant.c.reminders_opted_out_at,
            participant_identity.c.email_sealed.is_not(None).label("has_email"),
        )
        .outerjoin(participant_identity)
        .where(participant.c.id.in_(sorted(ids)))
    )
    return {
        row.id: reachability(
            [replace(one, silent_since=silent.get(one.id)) for one in phones.get(row.id, ())],
            has_email=bool(row.has_email),
            opted_out_at=row.reminders_opted_out_at,
            enrolled_at=row.created_at,
        )
        for row in rows
    }


def unreached(
    connection: Connection, waiting: Mapping[int, Collection[str]], now: datetime
) -> dict[int, dict[str, datetime]]:
    """Of these participants and timepoints, those whose last reminder ended on the call list.

    The moment is the one at which it was put there. A message that was shown or mailed since then
    takes it off again, an older one does not. One statement.
    """
    if not waiting:
        return {}
    asked = {
        "b_people": sorted(waiting),
        "b_timepoints": sorted({name for names in waiting.values() for name in names}),
        "b_now": now,
    }
    found: dict[int, dict[str, datetime]] = defaultdict(dict)
    for row in connection.execute(_REACHED_OR_NOT, asked):
        if row.timepoint not in waiting[row.participant_id] or row.listed_at is None:
            continue
        if row.reached_at is None or row.reached_at < row.listed_at:
            found[row.participant_id][row.timepoint] = row.listed_at
    return found


_BY_MAIL = and_(delivery.c.channel == "email", delivery.c.state == "sent")
_REACHED_OR_NOT = (
    select(
        reminder.c.participant_id,
        reminder.c.timepoint,
        func.max(delivery.c.sent_at).filter(delivery.c.channel == "staff").label("listed_at"),
        func.max(case((_BY_MAIL, delivery.c.sent_at), else_=delivery.c.acked_at)).label(
            "reached_at"
        ),
    )
    .join(delivery, delivery.c.reminder_id == reminder.c.id)
    .where(
        reminder.c.participant_id.in_(bindparam("b_people", expanding=True)),
        reminder.c.occasion.in_(bindparam("b_timepoints", expanding=True)),
        reminder.c.closes_at > bindparam("b_now", type_=reminder.c.closes_at.type),
    )
    .group_by(reminder.c.participant_id, reminder.c.timepoint)
)
