"""The audit trail as arithmetic: who acts, what an event says, and how events are chained.

Each event carries the digest of the one before it, so that an event that was changed, removed,
inserted or moved breaks the chain at that place. The details (before, after, reason) enter only
through their own digest: when personal data slipped into them they can be replaced by a tombstone
(`redacted`), and the chain still verifies.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64
REDACTED = "redacted"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: kind is staff, participant, worker or command.

    `id` is the row of the staff member or participant, `role` the staff role, `device` the row of
    the phone, `request_id` what ties the event to the request's log lines.
    """

    kind: str
    id: int | None = None
    role: str | None = None
    device: int | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the trail, as it is stored."""

    seq: int
    at: datetime
    actor: Actor
    action: str
    subject: str
    participant_id: int | None
    site_id: int | None
    software: str
    details: Mapping[str, Any]
    details_sha256: str
    previous_sha256: str
    sha256: str


def canonical(value: object) -> bytes:
    """JSON with sorted keys and no spaces: the same bytes for the same facts, everywhere."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def details_digest(details: Mapping[str, Any]) -> str:
    """SHA-256 in hexadecimal of the canonical details."""
    return hashlib.sha256(canonical(details)).hexdigest()


def digest(event: Event) -> str:
    """SHA-256 over the previous digest and everything the event says, the details by digest."""
    actor = event.actor
    said = [
        event.previous_sha256, event.seq, instant(event.at), actor.kind, actor.id, actor.role,
        actor.device, actor.request_id, event.action, event.subject, event.participant_id,
        event.site_id, event.software, event.details_sha256,
    ]  # fmt: skip
    return hashlib.sha256(canonical(said)).hexdigest()


def chained(
    actor: Actor,
    action: str,
    subject: str,
    details: Mapping[str, Any],
    *,
    seq: int,
    previous_sha256: str,
    at: datetime,
    software: str,
    participant_id: int | None = None,
    site_id: int | None = None,
) -> Event:
    """The event that follows the one whose digest is `previous_sha256`."""
    bare = Event(
        seq, at, actor, action, subject, participant_id, site_id, software, details,
        details_digest(details), previous_sha256, "",
    )  # fmt: skip
    return Event(
        seq, at, actor, action, subject, participant_id, site_id, software, details,
        bare.details_sha256, previous_sha256, digest(bare),
    )  # fmt: skip


def faults(events: Iterable[Event], *, seq: int = 0, sha256: str = GENESIS) -> Iterable[str]:
    """Say where the chain is broken, one sentence each; nothing for a whole chain.

    `events` come in order; `seq` and `sha256` are those of the event before the first.
    """
    for event in events:
        if event.seq != seq + 1:
            yield f"event {event.seq} follows event {seq}: events in between are missing or moved"
        if event.previous_sha256 != sha256:
            yield f"event {event.seq} does not continue the event before it"
        if digest(event) != event.sha256:
            yield f"event {event.seq} was changed after it was written"
        redacted = set(event.details) == {REDACTED}
        if not redacted and details_digest(event.details) != event.details_sha256:
            yield f"the details of event {event.seq} were changed after they were written"
        seq, sha256 = event.seq, event.sha256


def instant(moment: datetime) -> str:
    """RFC 3339 in UTC to the microsecond, which is what both databases keep."""
    text = moment.astimezone(UTC).isoformat(timespec="microseconds")
    return f"{text.removesuffix('+00:00')}Z"
