"""Tables of what staff do about answers: entries, second typings, corrections, tablets handed over.

None of them changes a response. What a participant said stays where it is; a correction stands
beside it with its author, its reason and the decision about it.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    Text,
)

from sayso.store.columns import Document, Instant
from sayso.store.indexes import PartialIndex
from sayso.store.tables import key, metadata, participant_key, recorded

# A response that was told or written on paper, and typed in by staff.
staff_entry = Table(
    "staff_entry",
    metadata,
    Column("response_id", ForeignKey("response.id"), primary_key=True),
    participant_key(),
    Column("administered_by", ForeignKey("staff.id"), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", ForeignKey("staff.id"), nullable=False),
    Column("note_sealed", LargeBinary),
    Index(None, "participant_id"),
)

# A paper form typed a second time by somebody else; `items` are those on which the two differ.
second_typing = Table(
    "second_typing",
    metadata,
    Column("response_id", ForeignKey("staff_entry.response_id"), primary_key=True),
    Column("answers", Document, nullable=False),
    Column("skipped", Document, nullable=False),
    Column("items", Document, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", ForeignKey("staff.id"), nullable=False),
)

# Other answers that a site wants to count; they do once somebody else has accepted them.
correction = Table(
    "correction",
    metadata,
    key(),
    participant_key(),
    Column("response_id", ForeignKey("response.id"), nullable=False),
    Column("answers", Document, nullable=False),
    Column("skipped", Document, nullable=False),
    Column("reason", Text, nullable=False),
    Column("proposed_at", Instant, nullable=False),
    Column("proposed_by", ForeignKey("staff.id"), nullable=False),
    Column("accepted", Boolean),
    Column("decided_at", Instant),
    Column("decided_by", ForeignKey("staff.id")),
    Column("decision_reason", Text),
    CheckConstraint("(accepted IS NULL) = (decided_at IS NULL)", "decided"),
    Index(None, "participant_id"),
    # At most one waits for a decision, even when two people propose at the same instant.
    PartialIndex(
        "uq_correction_waiting",
        "response_id",
        unique=True,
        where=Column("decided_at").is_(None),
    ),
)

# What the sheet says where two typings differ: the first one stands, or a correction is proposed.
typing_settlement = Table(
    "typing_settlement",
    metadata,
    Column("response_id", ForeignKey("second_typing.response_id"), primary_key=True),
    Column("correction_id", ForeignKey("correction.id")),
    Column("reason", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", ForeignKey("staff.id"), nullable=False),
)

# A clinic's tablet in the hands of one participant: a code that works once, then one session.
handover = Table(
    "handover",
    metadata,
    key(),
    participant_key(),
    Column("code_hash", Text, nullable=False, unique=True),
    Column("started_at", Instant, nullable=False),
    Column("started_by", ForeignKey("staff.id"), nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("device_id", ForeignKey("device.id"), unique=True),  # once the code has been used
    Column("finished_at", Instant),  # when the last open form came in
    Column("ended_at", Instant),
    Index(None, "participant_id"),
)

# The participant was put into another arm, because the first one had been entered wrongly.
arm_change = Table(
    "arm_change",
    metadata,
    key(),
    participant_key(),
    Column("previous", Text, nullable=False),
    Column("arm", Text, nullable=False),
    Column("reason", Text, nullable=False),
    *recorded(),
    Index(None, "participant_id"),
)
