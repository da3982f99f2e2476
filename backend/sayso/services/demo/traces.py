"""What phones and messages have left behind: subscriptions, reminders that went out, last looks.

The history was played without a worker, so the reminders that it would have sent are written here
as rows, from the same ladder and cut off where the person answered or left.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from sayso.domain.ladder import PlannedReminder, ladder
from sayso.domain.status import statuses
from sayso.services import devices, reminder_planning, zone_database
from sayso.services.assessments import Case
from sayso.services.demo.lives import Life
from sayso.services.demo.world import World
from sayso.store.tables import device, participant
from sayso.store.tables_messages import delivery, push_subscription, reminder

_SHOWN = "The phone confirmed that it was shown."
_CHUNK = 500


def leave(world: World, lives: Iterable[Life], cases: dict[str, Case], now: datetime) -> None:
    """Write the traces of everybody, then plan what is still ahead."""
    lives = list(lives)
    subscriptions = _subscribe(world, lives, now)
    world.connection.execute(delete(reminder))
    numbers: list[tuple[Life, Case, PlannedReminder, str, datetime]] = []
    rows: list[dict[str, Any]] = []
    for life in lives:
        case = cases[life.person.code]
        for timepoint, step, closes_at in _went_out(world, life, case, now):
            numbers.append((life, case, step, timepoint, closes_at))
            rows.append(_reminder(case.id, timepoint, step, closes_at, life.person.zone))
    _insert(world, reminder, rows)
    ids = {
        (row.participant_id, row.occasion, row.step): row.id
        for row in world.connection.execute(select(reminder))
    }
    messages = [
        _delivery(life, case, step, ids[case.id, timepoint, step.step], closes_at, subscriptions)
        for life, case, step, timepoint, closes_at in numbers
    ]
    _insert(world, delivery, [message for message in messages if message is not None])
    _last_looks(world, lives)
    reminder_planning.replan(world.connection, [case.id for case in cases.values()], now)


def _subscribe(world: World, lives: list[Life], now: datetime) -> dict[str, int]:
    """Phones that were registered for push: most proved, some silent, some dead by now."""
    found: dict[str, int] = {}
    public, secret = _browser_keys(world)
    for life in lives:
        if life.session is None or life.person.phone not in ("push", "quiet"):
            continue
        began = (life.first_phone or now) + timedelta(minutes=4)
        proven = life.person.phone == "push"
        dead = not proven and life.rng.random() < 0.5
        endpoint = f"{world.push_origin}/phone/{life.person.code}"
        row = world.connection.execute(
            insert(push_subscription)
            .values(
                participant_id=life.session.id,
                device_id=_device(world, life),
                endpoint_hash=world.keyring.keyed_hash("push endpoint", endpoint),
                endpoint_sealed=world.keyring.seal(endpoint),
                p256dh=public,
                auth_sealed=secret,
                vapid_key_id=world.vapid_key_id,
                created_at=began,
                confirmed_at=began + timedelta(seconds=9) if proven else None,
                last_ok_at=life.last_seen,
                last_ack_at=life.last_seen if proven else None,
                failures=0,
                dead_at=life.last_seen if dead else None,
                dead_reason="The push service no longer knows this phone." if dead else None,
            )
            .returning(push_subscription.c.id)
        )
        found[life.person.code] = int(row.scalar_one())
    return found


def _device(world: World, life: Life) -> int:
    """The newest phone of the person."""
    return int(
        world.connection.execute(
            select(device.c.id)
            .where(device.c.participant_id == life.desk.id)
            .order_by(device.c.id.desc())
            .limit(1)
        ).scalar_one()
    )


def _browser_keys(world: World) -> tuple[str, bytes]:
    """A key pair like a browser's; one for all invented phones, since nobody reads their pushes."""
    from base64 import urlsafe_b64encode

    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    public = urlsafe_b64encode(point).decode().rstrip("=")
    return public, world.keyring.seal(urlsafe_b64encode(b"demo phone keys!").decode().rstrip("="))


def _went_out(
    world: World, life: Life, case: Case, now: datetime
) -> Iterable[tuple[str, PlannedReminder, datetime]]:
    """The steps of every occasion that were due before the answer, the end, or now."""
    began = life.first_phone
    if began is None:
        return
    occasions: dict[str, list[int]] = {}
    for number, form in enumerate(case.forms):
        occasions.setdefault(form.timepoint, []).append(number)
    for timepoint, numbers in occasions.items():
        forms = [case.forms[number] for number in numbers]
        first = forms[0]
        came = [case.statuses[number].response for number in numbers]
        done = max((r.received_at for r in came if r), default=now) if all(came) else now
        for step in ladder(
            world.study.reminder_policy, first.opens, first.closes, life.person.zone,
            life.person.hour,
        ):  # fmt: skip
            if not began < step.due_at < min(done, now):
                continue
            known = case.facts.known_at(step.due_at)
            then = statuses(forms, known, step.due_at, world.study.rules)
            if any(status.status == "open" for status in then):
                yield timepoint, step, first.closes_at


def _reminder(
    participant_id: int, timepoint: str, step: PlannedReminder, closes_at: datetime, zone: str
) -> dict[str, Any]:
    return {
        "participant_id": participant_id,
        "occasion": timepoint,
        "timepoint": timepoint,
        "step": step.step,
        "urgent": step.urgent,
        "local_wall": step.local.isoformat(timespec="minutes"),
        "zone": zone,
        "tzdata_version": zone_database.version(),
        "due_at": step.due_at,
        "closes_at": closes_at,
        "planned_at": step.due_at - timedelta(days=30),
        "next_at": step.due_at,
        "decided_at": step.due_at,
        "decision": "queued",
        "reason": "due",
        "why": "Due now.",
    }


def _delivery(
    life: Life,
    case: Case,
    step: PlannedReminder,
    reminder_id: int,
    closes_at: datetime,
    subscriptions: dict[str, int],
) -> dict[str, Any] | None:
    """How one reminder went out: to the phone, by e-mail, or onto the call list."""
    phone = subscriptions.get(life.person.code)
    push = phone is not None and life.person.phone == "push"
    channel = "push" if push else "email" if life.email else "staff"
    shown = push and life.rng.random() < 0.93
    sent_at = step.due_at + timedelta(seconds=life.rng.randint(1, 40))
    return {
        "reminder_id": reminder_id,
        "participant_id": case.id,
        "purpose": "reminder",
        "channel": channel,
        "subscription_id": phone if push else None,
        "idempotency_key": f"demo:{reminder_id}",
        "state": "sent",
        "next_at": step.due_at,
        "expires_at": closes_at,
        "attempts": 1,
        "outcome": "accepted" if channel != "staff" else "call-list",
        "why": _WHY[channel],
        "last_status": 201 if push else None,
        "created_at": step.due_at,
        "sent_at": sent_at,
        "settled_at": sent_at,
        "acked_at": sent_at + timedelta(seconds=life.rng.randint(2, 900)) if shown else None,
    }


_WHY = {
    "push": "The push service took it.",
    "email": "The mail server took it.",
    "staff": "No way to reach the phone; the site was asked to call.",
}


def _last_looks(world: World, lives: list[Life]) -> None:
    """When each phone was last heard of, and the few wishes that are open today."""
    for life in lives:
        if life.session is None:
            continue
        quirks = life.person.quirks
        world.connection.execute(
            update(device)
            .where(device.c.id == _device(world, life))
            .values(last_seen_at=life.last_seen)
        )
        if "unsent_answers" in quirks and life.last_seen is not None:
            devices.tell_unsent(world.connection, _device(world, life), 2, life.last_seen)
        wishes: dict[str, Any] = {}
        if life.person.hour is not None:
            wishes["reminder_hour"] = life.person.hour
        if "paused" in quirks:
            wishes["reminders_paused_until"] = life.timeline.end.date() + timedelta(days=10)
        if "asked_for_a_call" in quirks:
            wishes["call_requested_at"] = life.timeline.end - timedelta(
                hours=life.rng.randint(2, 30)
            )
        if wishes:
            world.connection.execute(
                update(participant).where(participant.c.id == life.desk.id).values(**wishes)
            )


def _insert(world: World, table: Any, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), _CHUNK):
        world.connection.execute(insert(table), rows[start : start + _CHUNK])
