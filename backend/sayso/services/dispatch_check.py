"""The last look before a message leaves: is it still right, and what exactly does it say?

Minutes may have passed since the reminder was queued, and in them the person may have answered,
died or changed her phone. The same predicate that planned the reminder is asked again, with the
facts of this second.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select

from sayso.domain import ack
from sayso.domain.delivery import Settlement
from sayso.domain.eligibility import SEND, WAIT, Verdict, may_remind, may_set_up
from sayso.domain.errors import SealBroken
from sayso.domain.fallback import last_call
from sayso.domain.reachability import patience
from sayso.domain.status import judge
from sayso.mail.message import Mail
from sayso.push.message import PushMessage, document, time_to_live, topic
from sayso.services import canary, digests, reminder_people, reminder_words
from sayso.services.dispatch import Settled, Taken
from sayso.services.reminder_people import Reminded
from sayso.services.reminder_queue import Around, Queued, around_of
from sayso.store.sealed import Keyring
from sayso.store.tables import participant_identity
from sayso.store.tables_messages import delivery, push_subscription, reminder

_SHOWN = Settlement("skipped", "shown", "Not needed: a phone has shown the reminder.")
_OVER = Settlement("skipped", "closed", "Its time had passed before it could be sent.")
_CALL_LIST = Settlement("sent", "on-call-list", "Put on the call list of the site.")
_NO_ADDRESS = Settlement("failed", "no-address", "There is no e-mail address any more.")
_NO_MAIL = Settlement("failed", "no-mail-server", "This server is not set up to send e-mail.")
_NO_PHONE = Settlement("dead", "phone-removed", "This phone is no longer registered.")
_UNREADABLE = Settlement("failed", "sealed", "The address cannot be read with this server's key.")


@dataclass(frozen=True, slots=True)
class Desk:
    """What composing a message needs from the installation."""

    public_url: str
    keyring: Keyring
    sends_mail: bool
    vapid_key_id: str = ""


@dataclass(frozen=True, slots=True)
class Ready:
    """A message that may go now."""

    taken: Taken
    push: PushMessage | None = None
    mail: Mail | None = None


# What one row turns out to be: something to send, or what to write on it instead.
Found = PushMessage | Mail | Settlement


@dataclass(slots=True)
class Checked:
    """What to send, and what is settled without sending."""

    ready: list[Ready] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)


def check(
    connection: Connection,
    token: str,
    taken: Collection[int],
    desk: Desk,
    now: datetime,
    read: Queued = Queued(),  # noqa: B008 — a frozen value that nobody changes
) -> Checked:
    """Look again at the deliveries with these row ids that `token` still holds. Only reads.

    `read` is what the transaction that took these rows has just read, and for some seconds it is
    not read again: whoever ends an occasion since then has taken its rows from us in his own
    transaction, so they are not found here any more. The predicate that has just been asked about
    the same facts would say the same again, so it is not asked twice either.
    """
    read = read.while_fresh(now)
    rows = connection.execute(_HELD, {"b_ids": sorted(taken), "b_token": token}).all()
    people = _people(connection, rows, read, now)
    asked = {row.participant_id for row in rows if row.reminder_id not in read.going}
    around = around_of(connection, asked - {None}, now)
    shown = _shown(connection, rows)
    checked = Checked()
    look = _Look(people, around, read.going, shown, desk, now)
    for row in rows:
        until = row.expires_at
        try:
            until = _too_late(row, people)
            own = row.participant_id is None
            found = _own(connection, row, desk, now) if own else look.at(row)
        except Exception as error:
            # One row that cannot be judged must not hold up everybody behind it.
            found = _broken(error)
        held = _taken(row, people.get(row.participant_id), desk, until)
        if isinstance(found, Settlement):
            checked.settled.append(Settled(held, found))
        elif isinstance(found, Mail):
            checked.ready.append(Ready(held, mail=found))
        else:
            checked.ready.append(Ready(held, push=found))
    return checked


# Put together once, with no column that nobody asks for, and by row id: no index knows the token,
# and the rows that wait for their day may be a million.
_HELD: Select[Any] = (
    select(
        delivery.c.id,
        delivery.c.lease_token,
        delivery.c.participant_id,
        delivery.c.reminder_id,
        delivery.c.staff_id,
        delivery.c.site_id,
        delivery.c.purpose,
        delivery.c.channel,
        delivery.c.subscription_id,
        delivery.c.attempts,
        delivery.c.expires_at,
        delivery.c.idempotency_key,
        reminder.c.occasion,
        reminder.c.timepoint,
        reminder.c.step,
        reminder.c.due_at,
        reminder.c.closes_at,
        reminder.c.urgent,
        push_subscription.c.endpoint_sealed,
        push_subscription.c.p256dh,
        push_subscription.c.auth_sealed,
        push_subscription.c.vapid_key_id,
        participant_identity.c.email_sealed,
    )
    .select_from(delivery)
    .outerjoin(reminder, reminder.c.id == delivery.c.reminder_id)
    .outerjoin(push_subscription, push_subscription.c.id == delivery.c.subscription_id)
    .outerjoin(
        participant_identity, participant_identity.c.participant_id == delivery.c.participant_id
    )
    .where(
        delivery.c.id.in_(bindparam("b_ids", expanding=True)),
        delivery.c.lease_token == bindparam("b_token"),
        delivery.c.state == "pending",
    )
)


def _people(
    connection: Connection, rows: Sequence[Row[Any]], read: Queued, now: datetime
) -> dict[int, Reminded]:
    """Everybody whom these rows are about, with the forms of the timepoints in question."""
    known = {None, *read.timepoints}
    unread = [
        row
        for row in rows
        if row.participant_id is not None
        and not (row.participant_id in read.people and row.timepoint in known)
    ]
    ids = {row.participant_id for row in unread}
    mine = [row.timepoint for row in rows if row.participant_id in ids]
    forms = reminder_people.forms_of_timepoints(connection, ids, mine)
    return {**read.people, **reminder_people.load(connection, ids, now, forms)}


def _own(connection: Connection, row: Row[Any], desk: Desk, now: datetime) -> Found:
    """A message that is about no participant: a site's summary, or the server's test of itself."""
    if row.expires_at <= now:
        return _OVER
    if row.purpose == "canary":
        return canary.compose(row, desk.public_url, desk.keyring, desk.vapid_key_id, now)
    if not desk.sends_mail:
        return _NO_MAIL
    try:
        return digests.compose(connection, row, desk.public_url, desk.keyring, now)
    except SealBroken:
        return _UNREADABLE


def _taken(row: Row[Any], person: Reminded | None, desk: Desk, until: datetime) -> Taken:
    return Taken(
        row.id,
        row.lease_token,
        row.participant_id,
        row.reminder_id,
        row.purpose,
        row.channel,
        row.subscription_id,
        row.attempts,
        row.expires_at,
        until,
        has_email=person is not None and person.has_email and desk.sends_mail,
        patience=patience(person.phones if person is not None else ()),
    )


def _too_late(row: Row[Any], people: Mapping[int, Reminded]) -> datetime:
    """From when on a message of this row is none any more; see `domain.fallback`."""
    expires_at: datetime = row.expires_at
    if row.reminder_id is None:
        return expires_at
    person = people[row.participant_id].person
    return min(last_call(person.policy, row.closes_at, person.facts.zone), expires_at)


@dataclass(frozen=True, slots=True)
class _Look:
    """Everything that the rows of one batch are judged by."""

    people: Mapping[int, Reminded]
    around: Around
    going: frozenset[int]
    shown: frozenset[int]
    desk: Desk
    now: datetime

    def at(self, row: Row[Any]) -> Found:
        """What one row is: a message that may go, or what to write instead."""
        person = self.people[row.participant_id]
        if row.purpose == "fallback" and row.reminder_id in self.shown:
            return _SHOWN
        if row.expires_at <= self.now:
            return _OVER
        if row.reminder_id not in self.going:
            refusal = _refused(_verdict(row, person, self.around, self.now))
            if refusal is not None:
                return refusal
        return _compose(row, person, self.desk, self.now)


def _broken(error: Exception) -> Settlement:
    why = f"This row could not be judged ({type(error).__name__}); somebody must look at it."
    return Settlement("failed", "error", why)


def _verdict(row: Row[Any], person: Reminded, around: Around, now: datetime) -> Verdict:
    if row.reminder_id is None:
        return may_set_up(person.person.facts, now, person.person.rules.exemption_language)
    forms = person.forms_at(row.timepoint)
    # The cap was asked when this reminder was decided on; whatever came since does not undo it.
    nudge = replace(around.nudge(row, row.reminder_id), recent=(), for_staff=row.channel == "staff")
    return may_remind(person.person, forms, now, nudge)


def _refused(verdict: Verdict) -> Settlement | None:
    if verdict.action == SEND:
        return None
    if verdict.action == WAIT:
        return Settlement("pending", verdict.reason, verdict.why, verdict.until, counts=False)
    return Settlement("skipped", verdict.reason, verdict.why)


def _shown(connection: Connection, rows: Sequence[Row[Any]]) -> frozenset[int]:
    """Reminders of these rows that some phone has confirmed."""
    ids = {row.reminder_id for row in rows if row.purpose == "fallback"}
    if not ids:
        return frozenset()
    return frozenset(
        connection.scalars(
            select(delivery.c.reminder_id).where(
                delivery.c.reminder_id.in_(sorted(ids)), delivery.c.acked_at.is_not(None)
            )
        )
    )


def _compose(row: Row[Any], person: Reminded, desk: Desk, now: datetime) -> Found:
    if row.channel == "staff":
        return _CALL_LIST
    try:
        if row.channel == "push":
            mine = (phone for phone in person.phones if phone.id == row.subscription_id)
            if not any(phone.is_live for phone in mine):
                return _NO_PHONE
            return _push(row, person, desk, now)
        if row.email_sealed is None:
            return _NO_ADDRESS
        if not desk.sends_mail:
            return _NO_MAIL
        return _mail(row, desk)
    except SealBroken:
        return _UNREADABLE


def _push(row: Row[Any], person: Reminded, desk: Desk, now: datetime) -> PushMessage:
    words = _words(row)
    about = f"{row.participant_id}:{row.occasion or row.purpose}"
    tag = topic(about)
    body = document(
        title=words.title,
        text=words.text,
        navigate=address(desk.public_url, _first_open(row, person, now)),
        tag=tag,
        ack=ack.token(desk.keyring.derived(ack.PURPOSE), row.id),
    )
    return PushMessage(
        _opened(desk.keyring, row.endpoint_sealed),
        row.p256dh,
        _opened(desk.keyring, row.auth_sealed),
        row.vapid_key_id,
        body,
        tag,
        "high" if row.urgent or row.purpose in {"test", "confirm"} else "normal",
        time_to_live(row.expires_at, now),
    )


@lru_cache(maxsize=16_384)
def _opened(keyring: Keyring, sealed: bytes) -> str:
    """What a phone's address or secret says, kept: a phone is written to again and again.

    The worker holds the key all the same. Raises SealBroken, each time anew.
    """
    return keyring.open(sealed)


def _mail(row: Row[Any], desk: Desk) -> Mail:
    first = reminder_words.MAIL_LAST_DAY if row.urgent else reminder_words.MAIL_READY
    return Mail(
        desk.keyring.open(row.email_sealed),
        reminder_words.MAIL_SUBJECT,
        first,
        address(desk.public_url, None),
        reminder_words.MAIL_LINK_TEXT,
        row.idempotency_key,
        footer=reminder_words.MAIL_FOOTER,
    )


def _words(row: Row[Any]) -> reminder_words.Words:
    if row.purpose == "test":
        return reminder_words.TEST
    if row.purpose == "confirm":
        return reminder_words.CONFIRM
    return reminder_words.LAST_DAY if row.urgent else reminder_words.READY


def address(public_url: str, form_id: int | None) -> str:
    """Where a tap leads. The form stands in the fragment, which no server ever sees."""
    return f"{public_url}/form/{form_id}" if form_id else f"{public_url}/"


def _first_open(row: Row[Any], person: Reminded, now: datetime) -> int | None:
    """The form of this occasion to begin with."""
    if row.reminder_id is None:
        return None
    forms = person.forms_at(row.timepoint)
    standing = person.person.standing
    found = (form.id for form in forms if judge(form, standing, now).status == "open")
    return next(found, None)
