"""Phones that can be sent reminders: registering, proving, forgetting.

A phone hands over its push address at every start of the app, because browsers change it without
telling. It only counts once it has confirmed a message: accepted by a push service is not shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update

from sayso.domain import ack
from sayso.domain.eligibility import SEND, may_set_up
from sayso.domain.errors import NotAsked
from sayso.push import subscription_keys
from sayso.push.endpoints import EndpointRules
from sayso.services import audit, reminder_people
from sayso.services.audit import Actor
from sayso.store.sealed import Keyring
from sayso.store.tables_messages import delivery, push_subscription
from sayso.store.upsert import insert_new, insert_once

MOST_PHONES = 5
_LASTS = {"test": timedelta(minutes=15), "confirm": timedelta(hours=24)}
_HASH = "push endpoint"


@dataclass(frozen=True, slots=True)
class Handed:
    """What a browser hands over; `replaces` is its former endpoint where it knows it."""

    endpoint: str
    p256dh: str
    auth: str
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class Registered:
    """The subscription's row id, and whether the phone has proved itself already."""

    id: int
    confirmed: bool


def register(
    connection: Connection,
    actor: Actor,
    handed: Handed,
    keyring: Keyring,
    rules: EndpointRules,
    vapid_key_id: str,
    now: datetime,
) -> Registered:
    """Keep a phone's push address and ask it to confirm a first message.

    `actor` is the participant on her device. The same address again changes nothing. Raises
    EndpointRefused, SubscriptionKeysRefused, and NotAsked for somebody who gets no reminders.
    """
    participant_id, device_id = _owner(actor)
    person = reminder_people.load(connection, [participant_id], now, {})[participant_id]
    rules_now = person.person.rules
    verdict = may_set_up(person.person.facts, now, rules_now.exemption_language)
    if verdict.action != SEND:
        raise NotAsked(verdict.why)
    rules.origin(handed.endpoint)
    subscription_keys.check(handed.p256dh, handed.auth)
    values = {
        "participant_id": participant_id,
        "device_id": device_id,
        "p256dh": handed.p256dh.rstrip("="),
        "auth_sealed": keyring.seal(handed.auth.rstrip("=")),
        "vapid_key_id": vapid_key_id,
    }
    digest = keyring.keyed_hash(_HASH, handed.endpoint)
    known = connection.execute(
        select(push_subscription)
        .where(push_subscription.c.endpoint_hash == digest)
        .with_for_update()
    ).one_or_none()
    if known is not None and _is_same(known, values):
        row_id, confirmed = int(known.id), known.confirmed_at is not None
    else:
        row_id, confirmed = _keep(connection, known, values, digest, handed, keyring, now), False
        _record(connection, actor, "subscription.registered", row_id, now)
    _forget_others(connection, actor, handed, keyring, row_id, now)
    if not confirmed:
        ask_to_confirm(connection, participant_id, row_id, now)
    return Registered(row_id, confirmed)


def ask_to_confirm(
    connection: Connection, participant_id: int, subscription_id: int, now: datetime
) -> None:
    """Send the first message, at most once a day: it is seen, and a nuisance when repeated."""
    key = f"confirm:{subscription_id}:{now:%Y-%m-%d}"
    insert_new(
        connection, delivery, [_message("confirm", participant_id, subscription_id, key, now)]
    )


def remove(
    connection: Connection, actor: Actor, endpoint: str, keyring: Keyring, now: datetime
) -> None:
    """Forget an address at the phone's wish; an unknown one is no error."""
    participant_id, _device = _owner(actor)
    digest = keyring.keyed_hash(_HASH, endpoint)
    row = connection.execute(
        update(push_subscription)
        .where(
            push_subscription.c.endpoint_hash == digest,
            push_subscription.c.participant_id == participant_id,
            push_subscription.c.dead_at.is_(None),
        )
        .values(dead_at=now, dead_reason="Removed on the phone.")
        .returning(push_subscription.c.id)
    ).one_or_none()
    if row is not None:
        _record(connection, actor, "subscription.removed", row.id, now)


def send_test(connection: Connection, participant_id: int, now: datetime) -> int:
    """Send a test reminder to every live phone, at most one a minute; returns how many phones."""
    phones = reminder_people.phones_of(connection, [participant_id], now).get(participant_id, [])
    rows = [
        _message("test", participant_id, phone.id, f"test:{phone.id}:{now:%Y-%m-%dT%H:%M}", now)
        for phone in phones
        if phone.is_live
    ]
    insert_new(connection, delivery, rows)
    return len(rows)


def acknowledge(connection: Connection, keyring: Keyring, token: str, now: datetime) -> bool:
    """A phone says that it has shown a message; False for a token we never made."""
    return acknowledge_all(connection, keyring, (token,), now) == 1


def acknowledge_all(
    connection: Connection, keyring: Keyring, tokens: Iterable[str], now: datetime
) -> int:
    """Phones say that they have shown messages; returns how many of the tokens are ours.

    The first word counts. A phone that spoke is proved, and no other way is tried for that
    reminder. Three statements, however many speak.
    """
    key = keyring.derived(ack.PURPOSE)
    named = [number for token in tokens if (number := ack.delivery_of(key, token)) is not None]
    if not named:
        return 0
    rows = connection.execute(_SHOWN, {"b_deliveries": sorted(named), "b_now": now}).all()
    phones = sorted({row.subscription_id for row in rows} - {None})
    reminders = sorted({row.reminder_id for row in rows} - {None})
    if phones:
        connection.execute(_PROVED, {"b_phones": phones, "b_now": now})
    if reminders:
        connection.execute(_NOT_NEEDED, {"b_reminders": reminders, "b_now": now})
    return len(named)


# Every phone speaks after every message, so these are put together once.
_NOW = bindparam("b_now", type_=delivery.c.acked_at.type)
_SHOWN = (
    update(delivery)
    .where(
        delivery.c.id.in_(bindparam("b_deliveries", expanding=True)),
        delivery.c.acked_at.is_(None),
    )
    .values(acked_at=_NOW)
    .returning(delivery.c.subscription_id, delivery.c.reminder_id)
)
_PROVED = (
    update(push_subscription)
    .where(
        push_subscription.c.id.in_(bindparam("b_phones", expanding=True)),
        push_subscription.c.dead_at.is_(None),
    )
    .values(last_ack_at=_NOW, confirmed_at=func.coalesce(push_subscription.c.confirmed_at, _NOW))
)
_NOT_NEEDED = (
    update(delivery)
    .where(
        delivery.c.reminder_id.in_(bindparam("b_reminders", expanding=True)),
        delivery.c.purpose == "fallback",
        delivery.c.state == "pending",
    )
    .values(
        state="skipped", outcome="shown", why="Not needed: a phone has shown the reminder.",
        settled_at=_NOW, lease_token=None,
    )
)  # fmt: skip


def _owner(actor: Actor) -> tuple[int, int]:
    if actor.kind != "participant" or actor.id is None or actor.device is None:
        raise ValueError("only a participant on an enrolled device has subscriptions")
    return actor.id, actor.device


def _is_same(known: Row[Any], values: dict[str, Any]) -> bool:
    """Whether a row stands for this phone as it is, so that nothing has to be proved anew."""
    return known.dead_at is None and all(
        getattr(known, name) == values[name]
        for name in ("participant_id", "device_id", "p256dh", "vapid_key_id")
    )


def _keep(
    connection: Connection,
    known: Row[Any] | None,
    values: dict[str, Any],
    digest: str,
    handed: Handed,
    keyring: Keyring,
    now: datetime,
) -> int:
    of_digest = select(push_subscription.c.id).where(push_subscription.c.endpoint_hash == digest)
    if known is None:
        new = {
            **values,
            "endpoint_hash": digest,
            "endpoint_sealed": keyring.seal(handed.endpoint),
            "created_at": now,
            "failures": 0,
        }
        made = insert_once(connection, push_subscription, new)
        row_id = int(connection.execute(of_digest).scalar_one())
        if made:
            return row_id
        # The page and its service worker registered the same address at the same instant, and the
        # other one was first: what it wrote is written again below.
    else:
        row_id = int(known.id)
    # The phone went to somebody else, came back from the dead or made new keys: what it proved
    # before says nothing about now.
    connection.execute(
        update(push_subscription)
        .where(push_subscription.c.id == row_id)
        .values(
            **values,
            created_at=now,
            confirmed_at=None,
            last_ok_at=None,
            last_ack_at=None,
            failures=0,
            dead_at=None,
            dead_reason=None,
        )
    )
    return row_id


def _forget_others(
    connection: Connection,
    actor: Actor,
    handed: Handed,
    keyring: Keyring,
    row_id: int,
    now: datetime,
) -> None:
    """End the address that this one replaces, and the oldest of too many."""
    phone = push_subscription.c
    live = connection.execute(
        select(phone.id, phone.endpoint_hash)
        .where(phone.participant_id == actor.id, phone.dead_at.is_(None), phone.id != row_id)
        .order_by(phone.created_at.desc(), phone.id.desc())
    ).all()
    old = keyring.keyed_hash(_HASH, handed.replaces) if handed.replaces else None
    replaced = [row.id for row in live if row.endpoint_hash == old]
    kept = [row.id for row in live if row.id not in replaced]
    for ids, why in (
        (replaced, "Replaced by a new address of the same phone."),
        (kept[MOST_PHONES - 1 :], "Too many phones: the oldest one was let go."),
    ):
        if ids:
            connection.execute(
                update(push_subscription)
                .where(phone.id.in_(ids))
                .values(dead_at=now, dead_reason=why)
            )


def _message(
    purpose: str, participant_id: int, subscription_id: int, key: str, now: datetime
) -> dict[str, Any]:
    return {
        "reminder_id": None,
        "participant_id": participant_id,
        "purpose": purpose,
        "channel": "push",
        "subscription_id": subscription_id,
        "idempotency_key": key,
        "state": "pending",
        "next_at": now,
        "expires_at": now + _LASTS[purpose],
        "attempts": 0,
        "created_at": now,
    }


def _record(connection: Connection, actor: Actor, action: str, row_id: int, now: datetime) -> None:
    participant_id, _device = _owner(actor)
    audit.record(
        connection,
        actor,
        action,
        f"subscription/{row_id}",
        participant_id=participant_id,
        site_id=reminder_people.home_of(connection, participant_id),
        now=now,
    )
