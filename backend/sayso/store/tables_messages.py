"""The tables of reminders, of the audit trail and of the running system itself."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from sayso.store.columns import Document, Instant
from sayso.store.indexes import PartialIndex
from sayso.store.tables import metadata

_Key = BigInteger().with_variant(Integer, "sqlite")

push_subscription = Table(
    "push_subscription",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("participant_id", ForeignKey("participant.id"), nullable=False),
    Column("device_id", ForeignKey("device.id"), nullable=False),
    Column("endpoint_hash", Text, nullable=False, unique=True),
    Column("endpoint_sealed", LargeBinary, nullable=False),
    Column("p256dh", Text, nullable=False),
    Column("auth_sealed", LargeBinary, nullable=False),
    Column("vapid_key_id", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("confirmed_at", Instant),
    Column("last_ok_at", Instant),
    Column("last_ack_at", Instant),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("dead_at", Instant),
    Column("dead_reason", Text),
    Index(None, "participant_id"),
)

# One planned nudge: an occasion (a participant's forms of one timepoint) and a step of the ladder.
# `due_at` is when the policy wants it, `next_at` when the worker looks at it next; once decided
# (queued, skipped or cancelled) it is never looked at again.
reminder = Table(
    "reminder",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("participant_id", ForeignKey("participant.id"), nullable=False),
    Column("occasion", Text, nullable=False),
    Column("timepoint", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("local_wall", Text, nullable=False),  # what the clock on the wall shows, without zone
    Column("zone", Text, nullable=False),
    Column("tzdata_version", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("closes_at", Instant, nullable=False),
    Column("planned_at", Instant, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("decided_at", Instant),
    Column("decision", Text),
    Column("reason", Text),  # a slug; `why` says it in words
    Column("why", Text),
    UniqueConstraint("participant_id", "occasion", "step"),
    CheckConstraint("decision IN ('queued','skipped','cancelled')", "decision"),
    CheckConstraint("(decided_at IS NULL) = (decision IS NULL)", "decided"),
    PartialIndex(
        "ix_reminder_due",
        "next_at",
        where=Column("decided_at").is_(None),
    ),
)

# One message on one path: of a reminder to a participant, of a site's summary to a member of staff,
# or the daily test message of the server to itself. `next_at` is the due time and, once claimed,
# the lease.
delivery = Table(
    "delivery",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("reminder_id", ForeignKey("reminder.id")),  # null: a test, a confirmation, a summary …
    Column("participant_id", ForeignKey("participant.id")),
    Column("staff_id", ForeignKey("staff.id")),
    Column("site_id", ForeignKey("site.id")),
    Column("purpose", Text, nullable=False),
    Column("channel", Text, nullable=False),  # staff: the coordinator's call list
    Column("subscription_id", ForeignKey("push_subscription.id")),
    Column("idempotency_key", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("lease_token", Text),
    Column("outcome", Text),  # a slug; `why` says it in words
    Column("why", Text),
    Column("last_status", Integer),
    Column("created_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("settled_at", Instant),
    Column("acked_at", Instant),
    CheckConstraint(
        "purpose IN ('reminder','fallback','test','confirm','digest','canary')", "purpose"
    ),
    CheckConstraint(
        "(participant_id IS NULL) = (purpose IN ('digest','canary'))", "about_a_participant"
    ),
    CheckConstraint(
        "(staff_id IS NOT NULL AND site_id IS NOT NULL) = (purpose = 'digest')", "to_staff"
    ),
    CheckConstraint("channel IN ('push','email','staff')", "channel"),
    CheckConstraint("state IN ('pending','sent','skipped','failed','dead')", "state"),
    PartialIndex(
        "ix_delivery_due",
        "next_at",
        where=Column("state") == "pending",
    ),
    PartialIndex(
        "ix_delivery_failed",
        "settled_at",
        where=Column("state") == "failed",
    ),
    Index(None, "participant_id"),
    Index(None, "reminder_id"),
)

# Who wants the morning summary of which site by e-mail; no row means no.
digest_wish = Table(
    "digest_wish",
    metadata,
    Column("staff_id", ForeignKey("staff.id"), primary_key=True),
    Column("site_id", ForeignKey("site.id"), primary_key=True),
    Column("wanted_at", Instant, nullable=False),
)

# Append-only: triggers refuse DELETE and every UPDATE but that of `details`. The chain runs over
# the digest of the details (before, after, reason), so that personal data which slipped into them
# can be replaced by a tombstone while the chain still verifies.
audit_event = Table(
    "audit_event",
    metadata,
    Column("seq", _Key, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor_kind", Text, nullable=False),  # staff | participant | worker | command
    Column("actor_id", _Key),
    Column("actor_role", Text),
    Column("device_id", _Key),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("participant_id", _Key),
    Column("site_id", _Key),
    Column("request_id", Text),
    Column("software", Text, nullable=False),
    Column("details", Document, nullable=False),
    Column("details_sha256", Text, nullable=False),
    Column("previous_sha256", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Index(None, "participant_id"),
)

# One row, locked while an event is appended, so that the chain has one order on every engine. A
# trigger moves it on with every event and refuses an event that does not continue the chain.
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("seq", _Key, nullable=False),
    Column("sha256", Text, nullable=False),
)

heartbeat = Table(
    "heartbeat",
    metadata,
    Column("name", Text, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("facts", Document, nullable=False),
)

rate_bucket = Table(
    "rate_bucket",
    metadata,
    Column("key", Text, primary_key=True),
    Column("tokens", Float, nullable=False),
    Column("updated_at", Instant, nullable=False),
)
