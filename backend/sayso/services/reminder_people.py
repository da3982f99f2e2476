"""Load what the reminder rules need to know about some participants, in few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from sayso.domain.eligibility import Person, Preferences
from sayso.domain.reachability import PATIENCE, Phone, Reachability, reachability
from sayso.domain.study import Study
from sayso.services import publishing
from sayso.store.facts import StoredForm, facts_of, forms_of
from sayso.store.tables import device, participant, participant_identity
from sayso.store.tables_forms import expected_form
from sayso.store.tables_messages import delivery, push_subscription


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
    connection: Connection, ids: Collection[int], now: datetime, which: ColumnElement[bool]
) -> dict[int, Reminded]:
    """Participants by row id; ids that do not exist are left out.

    `which` is a condition on `expected_form`: ten years of forms are many, and a reminder is about
    one occasion. See `of_timepoints`.
    """
    if not ids:
        return {}
    chosen = participant.c.id.in_(sorted(ids))
    facts = facts_of(connection, chosen)
    forms = forms_of(connection, chosen, which)
    phones = phones_of(connection, ids, now)
    rows = connection.execute(
        select(participant, participant_identity.c.email_sealed.is_not(None).label("has_email"))
        .outerjoin(participant_identity)
        .where(chosen)
    ).all()
    studies = {key: in_force(connection, key, now) for key in {row.study_key for row in rows}}
    found = {}
    for row in rows:
        study = studies[row.study_key]
        preferences = Preferences(
            row.reminder_hour,
            row.reminders_paused_until,
            row.reminders_snoozed_until,
            row.reminders_opted_out_at,
        )
        person = Person(facts[row.id], study.rules, study.reminder_policy, preferences)
        found[row.id] = Reminded(
            row.id,
            person,
            tuple(forms.get(row.id, ())),
            tuple(phones.get(row.id, ())),
            bool(row.has_email),
        )
    return found


def of_timepoints(timepoints: Iterable[str | None]) -> ColumnElement[bool]:
    """The forms of these timepoints; None stands for a message that is about no form."""
    named = {timepoint for timepoint in timepoints if timepoint is not None}
    return expected_form.c.timepoint.in_(sorted(named))


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
    silent = and_(
        delivery.c.participant_id == push_subscription.c.participant_id,
        delivery.c.subscription_id == push_subscription.c.id,
        delivery.c.state == "sent",
        delivery.c.acked_at.is_(None),
        delivery.c.sent_at <= now - PATIENCE,
        or_(
            push_subscription.c.last_ack_at.is_(None),
            delivery.c.sent_at > push_subscription.c.last_ack_at,
        ),
    )
    unanswered = select(func.count()).select_from(delivery).where(silent).scalar_subquery()
    found: dict[int, list[Phone]] = defaultdict(list)
    for row in connection.execute(
        select(
            push_subscription.c.id,
            push_subscription.c.participant_id,
            push_subscription.c.confirmed_at,
            func.coalesce(push_subscription.c.dead_at, device.c.revoked_at).label("dead_at"),
            unanswered.label("unanswered"),
        )
        .join(device)
        .where(push_subscription.c.participant_id.in_(sorted(ids)))
        .order_by(push_subscription.c.id)
    ):
        found[row.participant_id].append(
            Phone(row.id, row.confirmed_at, row.dead_at, row.unanswered)
        )
    return found


def reachability_of(
    connection: Connection, ids: Collection[int], now: datetime
) -> dict[int, Reachability]:
    """Which way each participant can be reached; two statements for any number of them."""
    phones = phones_of(connection, ids, now)
    rows = connection.execute(
        select(
            participant.c.id,
            participant.c.reminders_opted_out_at,
            participant_identity.c.email_sealed.is_not(None).label("has_email"),
        )
        .outerjoin(participant_identity)
        .where(participant.c.id.in_(sorted(ids)))
    )
    return {
        row.id: reachability(
            phones.get(row.id, ()),
            has_email=bool(row.has_email),
            opted_out=row.reminders_opted_out_at is not None,
        )
        for row in rows
    }
