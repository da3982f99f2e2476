"""The tables of what is expected of a participant and of what she answered.

A form is a row, its status is not. Answers are one JSON document per response: it is written once,
read whole, and triggers keep it as it came.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from sayso.store.columns import Document, Instant
from sayso.store.indexes import PartialIndex
from sayso.store.tables import key, metadata, participant_key, recorded

expected_form = Table(
    "expected_form",
    metadata,
    key(),
    participant_key(),
    Column("study_version_id", ForeignKey("study_version.id"), nullable=False),
    Column("timepoint", Text, nullable=False),
    Column("instrument", Text, nullable=False),
    Column("questionnaire_sha256", ForeignKey("questionnaire.sha256"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("arm", Text, nullable=False),
    Column("opens_on", Date, nullable=False),
    Column("target_on", Date, nullable=False),
    Column("closes_on", Date, nullable=False),
    Column("opens_at", Instant, nullable=False),
    Column("closes_at", Instant, nullable=False),
    Column("tags", Document, nullable=False),
    Column("reported_at", Instant),  # when the event behind an event form was entered
    Column("created_at", Instant, nullable=False),
    Column("cancelled_at", Instant),
    Column("cancel_reason", Text),
    Index(None, "participant_id"),
    PartialIndex(
        "uq_expected_form_live",
        "participant_id",
        "timepoint",
        "instrument",
        unique=True,
        where=Column("cancelled_at").is_(None),
    ),
)

missing_reason = Table(
    "missing_reason",
    metadata,
    key(),
    Column("expected_form_id", ForeignKey("expected_form.id"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("given_by", Text, nullable=False),  # staff | participant
    *recorded(),
    Index(None, "expected_form_id"),
)

draft = Table(
    "draft",
    metadata,
    Column("expected_form_id", ForeignKey("expected_form.id"), primary_key=True),
    Column("device_id", ForeignKey("device.id")),
    Column("answers", Document, nullable=False),
    Column("skipped", Document, nullable=False),
    Column("at_item", Text),
    Column("saved_at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
)

response = Table(
    "response",
    metadata,
    Column("id", Text, primary_key=True),  # the UUID made on the device
    participant_key(),
    Column("expected_form_id", ForeignKey("expected_form.id")),
    Column("questionnaire_sha256", ForeignKey("questionnaire.sha256"), nullable=False),
    Column("study_version_id", ForeignKey("study_version.id"), nullable=False),
    Column("device_id", ForeignKey("device.id")),
    Column("answers", Document, nullable=False),
    Column("skipped", Document, nullable=False),
    Column("problems", Document, nullable=False),  # what the check found; never a refusal
    Column("body_sha256", Text, nullable=False),
    Column("authored_at", Instant, nullable=False),
    Column("authored_offset_minutes", Integer, nullable=False),
    Column("authored_zone", Text, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("offered_at", Instant),
    Column("skew_seconds", Float, nullable=False),
    Column("mode", Text, nullable=False),
    Column("originator", Text, nullable=False),
    Column("assistance", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("recorded_by", ForeignKey("staff.id")),
    Column("app_build", Text),
    Column("disposition", Text, nullable=False),  # as decided when it was received
    Column("scorable", Boolean, nullable=False),
    Column("answered", Integer, nullable=False),  # of the `applicable` items, those shown
    Column("applicable", Integer, nullable=False),
    Column("declined", Integer, nullable=False),  # "I prefer not to answer", said in so many words
    Column("time_accepted", Boolean),  # the staff decision on a disputed time
    Column("conflict_resolution", Text),  # the staff decision on a duplicate
    Column("decided_at", Instant),  # when staff decided on either
    Column("decided_by", ForeignKey("staff.id")),
    CheckConstraint("mode IN ('own_device','clinic_tablet','interview','paper')", "mode"),
    Index(None, "participant_id"),
    Index(None, "expected_form_id"),
    Index(None, "received_at"),
    # Of all responses to a form one counts, even when two phones send at the same instant.
    PartialIndex(
        "uq_response_counting",
        "expected_form_id",
        unique=True,
        where=Column("disposition").in_(("in_window", "late", "time_disputed")),
    ),
)

# A second, different body under an id that is already taken: kept whole for the site.
response_conflict = Table(
    "response_conflict",
    metadata,
    key(),
    Column("response_id", ForeignKey("response.id"), nullable=False),
    participant_key(),
    Column("body", Document, nullable=False),
    Column("body_sha256", Text, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("resolved_at", Instant),
    Column("resolved_by", ForeignKey("staff.id")),
    Column("resolution", Text),
    UniqueConstraint("response_id", "body_sha256"),
)

score = Table(
    "score",
    metadata,
    key(),
    Column("response_id", ForeignKey("response.id"), nullable=False),
    Column("score", Text, nullable=False),
    Column("value", Float),  # null where the rule says unscorable
    Column("label", Text),  # where the result is a category, not a number
    Column("n_answered", Integer, nullable=False),
    Column("n_items", Integer, nullable=False),
    # The version whose rules made it: the one answered, or a newer one when scored again.
    Column("questionnaire_sha256", ForeignKey("questionnaire.sha256"), nullable=False),
    Column("rule_sha256", Text, nullable=False),
    Column("engine_version", Text, nullable=False),
    Column("scored_at", Instant, nullable=False),
    Index(None, "response_id"),
)
