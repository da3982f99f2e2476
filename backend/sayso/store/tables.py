"""Every table. Facts only: no status, no rate and no other derived value is stored.

Axes of time: a fact has the date it holds from (`on`, `valid_from`, …) and the instant it was
recorded (`recorded_at`); a correction never overwrites, it sets `voided_at` and adds a row, so that
a report as of a past date gives what was known then. Identifiers (name, e-mail, telephone, push
endpoints) live apart from answers, sealed with a key that is not in the database.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from sayso.store.columns import Document, Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite only numbers rows by itself when the key is a plain INTEGER.
_Key = BigInteger().with_variant(Integer, "sqlite")


def key() -> Column[int]:
    return Column("id", _Key, primary_key=True)


def participant_key() -> Column[int]:
    return Column("participant_id", ForeignKey("participant.id"), nullable=False)


def recorded() -> tuple[Column[object], ...]:
    """When a fact was entered, by whom, and when it was found to be wrong."""
    return (
        Column("recorded_at", Instant, nullable=False),
        Column("recorded_by", ForeignKey("staff.id")),
        Column("voided_at", Instant),
        Column("voided_by", ForeignKey("staff.id")),
        Column("void_reason", Text),
    )


# --- what is administered -------------------------------------------------------------------

study_version = Table(
    "study_version",
    metadata,
    key(),
    Column("key", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("sha256", Text, nullable=False, unique=True),
    Column("document", Text, nullable=False),  # the study file, byte for byte
    Column("effective_on", Date, nullable=False),
    Column("published_at", Instant, nullable=False),
    UniqueConstraint("key", "version"),
)

questionnaire = Table(
    "questionnaire",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("instrument", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("item_count", Integer, nullable=False),
    Column("document", Document, nullable=False),
    Column("published_at", Instant, nullable=False),
    UniqueConstraint("instrument", "version", "language"),
)

# Which questionnaires a study version asks; one row per instrument it names.
study_questionnaire = Table(
    "study_questionnaire",
    metadata,
    Column("study_version_id", ForeignKey("study_version.id"), primary_key=True),
    Column("instrument", Text, primary_key=True),
    Column("questionnaire_sha256", ForeignKey("questionnaire.sha256"), nullable=False),
)

site = Table(
    "site",
    metadata,
    key(),
    Column("study_key", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("parent_id", ForeignKey("site.id")),
    UniqueConstraint("study_key", "code"),
)

# --- people and their devices ---------------------------------------------------------------

staff = Table(
    "staff",
    metadata,
    key(),
    Column("email_hash", Text, nullable=False, unique=True),
    Column("email_sealed", LargeBinary, nullable=False),
    Column("name_sealed", LargeBinary),
    Column("role", Text, nullable=False),
    Column("password_hash", Text),
    Column("created_at", Instant, nullable=False),
    Column("disabled_at", Instant),
    Column("access_ends_at", Instant),  # for inspectors, whose access is for a time only
    CheckConstraint(
        "role IN ('coordinator','investigator','monitor','administrator','inspector')", "role"
    ),
)

staff_site = Table(
    "staff_site",
    metadata,
    Column("staff_id", ForeignKey("staff.id"), primary_key=True),
    Column("site_id", ForeignKey("site.id"), primary_key=True),
    Column("granted_at", Instant, nullable=False),
)

invitation = Table(
    "invitation",
    metadata,
    key(),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
)

participant = Table(
    "participant",
    metadata,
    key(),
    Column("study_key", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("site_id", ForeignKey("site.id"), nullable=False),
    Column("arm", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("enrolled_on", Date, nullable=False),
    Column("preferred_language", Text, nullable=False),
    Column("reads_english", Boolean, nullable=False),
    Column("reads_english_on", Date, nullable=False),
    Column("reads_english_by", ForeignKey("staff.id")),
    Column("reads_english_how", Text, nullable=False),
    Column("interpreter", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_by", ForeignKey("staff.id")),
    Column("reminder_hour", Integer),
    Column("reminders_paused_until", Date),
    Column("reminders_snoozed_until", Instant),
    Column("reminders_opted_out_at", Instant),
    Column("call_requested_at", Instant),
    Column("revision", Integer, nullable=False, server_default="0"),
    UniqueConstraint("study_key", "code"),
    Index(None, "site_id"),
)

participant_identity = Table(
    "participant_identity",
    metadata,
    Column("participant_id", ForeignKey("participant.id"), primary_key=True),
    Column("email_sealed", LargeBinary),
    Column("phone_sealed", LargeBinary),
    Column("updated_at", Instant, nullable=False),
)


device = Table(
    "device",
    metadata,
    key(),
    participant_key(),
    Column("label", Text, nullable=False),
    Column("enrolled_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("app_build", Text),
    Column("unsent", Integer, nullable=False, server_default="0"),
    Column("unsent_since", Instant),
    Column("revoked_at", Instant),
    Column("revoke_reason", Text),
    Index(None, "participant_id"),
)

# What lets one phone in: typed at the site, sent as a link with a PIN told by voice, or made on a
# phone that is signed in already. Only keyed hashes are kept.
enrolment_code = Table(
    "enrolment_code",
    metadata,
    key(),
    participant_key(),
    Column("kind", Text, nullable=False),
    Column("code_hash", Text, nullable=False, unique=True),
    Column("pin_hash", Text),
    Column("wrong_pins", Integer, nullable=False, server_default="0"),
    Column("wait_until", Instant),  # after wrong PINs: no further try before this
    Column("created_at", Instant, nullable=False),
    Column("created_by", ForeignKey("staff.id")),
    Column("created_on_device", ForeignKey("device.id")),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("revoked_at", Instant),
    CheckConstraint("kind IN ('on_site','remote','transfer')", "kind"),
    CheckConstraint("(kind = 'remote') = (pin_hash IS NOT NULL)", "pin"),
    Index(None, "participant_id"),
)

# One row per signed-in staff member or enrolled device; only the hash of the token is kept.
session = Table(
    "session",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("staff_id", ForeignKey("staff.id")),
    Column("device_id", ForeignKey("device.id")),
    Column("created_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    CheckConstraint("(staff_id IS NULL) <> (device_id IS NULL)", "one_owner"),
    Index(None, "device_id"),
    Index(None, "staff_id"),
)

# --- facts about a participant --------------------------------------------------------------

anchor = Table(
    "anchor",
    metadata,
    key(),
    participant_key(),
    Column("name", Text, nullable=False),
    Column("date", Date, nullable=False),
    Column("reason", Text),
    *recorded(),
    Index(None, "participant_id"),
)

exemption = Table(
    "exemption",
    metadata,
    key(),
    participant_key(),
    Column("reason", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("explanation", Text),
    Column("needs_approval", Boolean, nullable=False),
    Column("approved_at", Instant),
    Column("approved_by", ForeignKey("staff.id")),
    Column("ended_at", Instant),  # when `valid_to` was entered, if not with the rest
    Column("ended_by", ForeignKey("staff.id")),
    *recorded(),
    Index(None, "participant_id"),
)

event = Table(
    "event",
    metadata,
    key(),
    participant_key(),
    Column("kind", Text, nullable=False),
    Column("date", Date, nullable=False),
    *recorded(),
    Index(None, "participant_id"),
)

# The participant's wall clock changed: she moved, or the zone was entered wrongly at first.
zone_move = Table(
    "zone_move",
    metadata,
    key(),
    participant_key(),
    Column("previous", Text, nullable=False),
    Column("zone", Text, nullable=False),
    *recorded(),
    Index(None, "participant_id"),
)

visit = Table(
    "visit",
    metadata,
    key(),
    participant_key(),
    Column("timepoint", Text),
    Column("kind", Text, nullable=False),
    Column("date", Date, nullable=False),
    *recorded(),
    Index(None, "participant_id"),
)

contact = Table(
    "contact",
    metadata,
    key(),
    participant_key(),
    Column("date", Date, nullable=False),
    Column("channel", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("interpreter_used", Boolean, nullable=False),
    Column("note_sealed", LargeBinary),
    *recorded(),
    Index(None, "participant_id"),
)
