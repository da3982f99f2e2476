# ruff: noqa: PLR0915
"""Every table of the first release, as `tests/tools/first_migration.py` wrote it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sayso.store.columns import Document, Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("seq", _KEY, autoincrement=False, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", _KEY, nullable=True),
        sa.Column("actor_role", sa.Text(), nullable=True),
        sa.Column("device_id", _KEY, nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("participant_id", _KEY, nullable=True),
        sa.Column("site_id", _KEY, nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("software", sa.Text(), nullable=False),
        sa.Column("details", Document, nullable=False),
        sa.Column("details_sha256", sa.Text(), nullable=False),
        sa.Column("previous_sha256", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_event")),
    )
    op.create_index(
        op.f("ix_audit_event_participant_id"), "audit_event", ["participant_id"], unique=False
    )
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", _KEY, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("facts", Document, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "questionnaire",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("item_count", sa.Integer(), nullable=False),
        sa.Column("document", Document, nullable=False),
        sa.Column("published_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_questionnaire")),
        sa.UniqueConstraint(
            "instrument",
            "version",
            "language",
            name=op.f("uq_questionnaire_instrument_version_language"),
        ),
    )
    op.create_table(
        "rate_bucket",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("tokens", sa.Float(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_bucket")),
    )
    op.create_table(
        "site",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("study_key", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("parent_id", _KEY, nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["site.id"], name=op.f("fk_site_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("study_key", "code", name=op.f("uq_site_study_key_code")),
    )
    op.create_table(
        "staff",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("email_hash", sa.Text(), nullable=False),
        sa.Column("email_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("disabled_at", Instant(), nullable=True),
        sa.Column("access_ends_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "role IN ('coordinator','investigator','monitor','administrator','inspector')",
            name=op.f("ck_staff_role"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("email_hash", name=op.f("uq_staff_email_hash")),
    )
    op.create_table(
        "study_version",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("published_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_version")),
        sa.UniqueConstraint("key", "version", name=op.f("uq_study_version_key_version")),
        sa.UniqueConstraint("sha256", name=op.f("uq_study_version_sha256")),
    )
    op.create_table(
        "tally_layout",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("layout", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_tally_layout")),
    )
    op.create_table(
        "adopted_instrument",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("study_key", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("pack", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.Text(), nullable=False),
        sa.Column("document", Document, nullable=False),
        sa.Column("matches", Document, nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", _KEY, nullable=True),
        sa.Column("voided_at", Instant(), nullable=True),
        sa.Column("voided_by", _KEY, nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["staff.id"], name=op.f("fk_adopted_instrument_recorded_by")
        ),
        sa.ForeignKeyConstraint(
            ["voided_by"], ["staff.id"], name=op.f("fk_adopted_instrument_voided_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adopted_instrument")),
    )
    op.create_index(
        op.f("ix_adopted_instrument_study_key_instrument"),
        "adopted_instrument",
        ["study_key", "instrument"],
        unique=False,
    )
    op.create_table(
        "digest_wish",
        sa.Column("staff_id", _KEY, nullable=False),
        sa.Column("site_id", _KEY, nullable=False),
        sa.Column("wanted_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_digest_wish_site_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_digest_wish_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "site_id", name=op.f("pk_digest_wish")),
    )
    op.create_table(
        "instrument_licence",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("study_key", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("languages", Document, nullable=False),
        sa.Column("modes", Document, nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("screens_need_approval", sa.Boolean(), nullable=False),
        sa.Column("screens_approved_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", _KEY, nullable=True),
        sa.Column("voided_at", Instant(), nullable=True),
        sa.Column("voided_by", _KEY, nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["staff.id"], name=op.f("fk_instrument_licence_recorded_by")
        ),
        sa.ForeignKeyConstraint(
            ["voided_by"], ["staff.id"], name=op.f("fk_instrument_licence_voided_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instrument_licence")),
    )
    op.create_index(
        op.f("ix_instrument_licence_study_key_instrument"),
        "instrument_licence",
        ["study_key", "instrument"],
        unique=False,
    )
    op.create_table(
        "invitation",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("staff_id", _KEY, nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_invitation_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    op.create_table(
        "participant",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("study_key", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("site_id", _KEY, nullable=False),
        sa.Column("arm", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("enrolled_on", sa.Date(), nullable=False),
        sa.Column("preferred_language", sa.Text(), nullable=False),
        sa.Column("reads_english", sa.Boolean(), nullable=False),
        sa.Column("reads_english_on", sa.Date(), nullable=False),
        sa.Column("reads_english_by", _KEY, nullable=True),
        sa.Column("reads_english_how", sa.Text(), nullable=False),
        sa.Column("interpreter", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", _KEY, nullable=True),
        sa.Column("reminder_hour", sa.Integer(), nullable=True),
        sa.Column("reminders_paused_until", sa.Date(), nullable=True),
        sa.Column("reminders_snoozed_until", Instant(), nullable=True),
        sa.Column("reminders_opted_out_at", Instant(), nullable=True),
        sa.Column("call_requested_at", Instant(), nullable=True),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["staff.id"], name=op.f("fk_participant_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["reads_english_by"], ["staff.id"], name=op.f("fk_participant_reads_english_by")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_participant_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant")),
        sa.UniqueConstraint("study_key", "code", name=op.f("uq_participant_study_key_code")),
    )
    op.create_index(op.f("ix_participant_site_id"), "participant", ["site_id"], unique=False)
    op.create_table(
        "staff_site",
        sa.Column("staff_id", _KEY, nullable=False),
        sa.Column("site_id", _KEY, nullable=False),
        sa.Column("granted_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_staff_site_site_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_site_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "site_id", name=op.f("pk_staff_site")),
    )
    op.create_table(
        "study_questionnaire",
        sa.Column("study_version_id", _KEY, nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("questionnaire_sha256", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["questionnaire_sha256"],
            ["questionnaire.sha256"],
            name=op.f("fk_study_questionnaire_questionnaire_sha256"),
        ),
        sa.ForeignKeyConstraint(
            ["study_version_id"],
            ["study_version.id"],
            name=op.f("fk_study_questionnaire_study_version_id"),
        ),
        sa.PrimaryKeyConstraint(
            "study_version_id", "instrument", name=op.f("pk_study_questionnaire")
        ),
    )
    op.create_table(
        "anchor",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("participant_id", _KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", _KEY, nullable=True),
        sa.Column("voided_at", Instant(), nullable=True),
        sa.Column("voided_by", _KEY, nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_anchor_participant_id")
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_anchor_recorded_by")),
        sa.ForeignKeyConstraint(["voided_by"], ["staff.id"], name=op.f("fk_anchor_voided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anchor")),
    )
    op.create_index(op.f("ix_anchor_participant_id"), "anchor", ["participant_id"], unique=False)
    op.create_table(
        "arm_change",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("participant_id", _KEY, nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("arm", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", _KEY, nullable=True),
        sa.Column("voided_at", Instant(), nullable=True),
        sa.Column("voided_by", _KEY, nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_arm_change_participant_id")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["staff.id"], name=op.f("fk_arm_change_recorded_by")
        ),
        sa.ForeignKeyConstraint(["voided_by"], ["staff.id"], name=op.f("fk_arm_change_voided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arm_change")),
    )
    op.create_index(
        op.f("ix_arm_change_participant_id"), "arm_change", ["participant_id"], unique=False
    )
    op.create_table(
        "calendar_feed",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("participant_id", _KEY, nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_calendar_feed_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    op.create_index(
        op.f("ix_calendar_feed_participant_id"), "calendar_feed", ["participant_id"], unique=False
    )
    op.create_table(
        "contact",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("participant_id", _KEY, nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("interpreter_used", sa.Boolean(), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", _KEY, nullable=True),
        sa.Column("voided_at", Instant(), nullable=True),
        sa.Column("voided_by", _KEY, nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_contact_participant_id")
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_contact_recorded_by")),
        sa.ForeignKeyConstraint(["voided_by"], ["staff.id"], name=op.f("fk_contact_voided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index(op.f("ix_contact_participant_id"), "contact", ["participant_id"], unique=False)
    op.create_table(
        "device",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("participant_id", _KEY, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("enrolled_at", Instant(), nullable=False),
        sa.Column("last_seen_at", Instant(), nullable=False),
        sa.Column("app_build", sa.Text(), nullable=True),
        sa.Column("unsent", sa.Integer(), server_default="0", nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.Column("revoke_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_device_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
    )
    op.create_index(op.f("ix_device_participant_id"), "device", ["participant_id"], unique=False)
    op.create_table(
        "event",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("participant_id", _KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", _KEY, nullable=True),
        sa.Column("voided_at", Instant(), nullable=True),
        sa.Column("voided_by", _KEY, nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_event_participant_id")
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_event_recorded_by")),
        sa.ForeignKeyConstraint(["voided_by"], ["staff.id"], name=op.f("fk_event_voided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index(op.f("ix_event_participant_id"), "event", ["participant_id"], unique=False)
    op.create_table(
        "exemption",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("participant_id", _KEY, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("explanation", sa.Text(), nullable=True),
        sa.Column("needs_approval", sa.Boolean(), nullable=False),
        sa.Column("approved_at", Instant(), nullable=True),
        sa.Column("approved_by", _KEY, nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_by", _KEY, nullable=True),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", _KEY, nullable=True),
        sa.Column("voided_at", Instant(), nullable=True),
        sa.Column("voided_by", _KEY, nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["staff.id"], name=op.f("fk_exemption_approved_by")
        ),
        sa.ForeignKeyConstraint(["ended_by"], ["staff.id"], name=op.f("fk_exemption_ended_by")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_exemption_participant_id")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["staff.id"], name=op.f("fk_exemption_recorded_by")
        ),
        sa.ForeignKeyConstraint(["voided_by"], ["staff.id"], name=op.f("fk_exemption_voided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exemption")),
    )
    op.create_index(
        op.f("ix_exemption_participant_id"), "exemption", ["participant_id"], unique=False
    )
    op.create_table(
        "expected_form",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("participant_id", _KEY, nullable=False),
        sa.Column("study_version_id", _KEY, nullable=False),
        sa.Column("timepoint", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("questionnaire_sha256", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("arm", sa.Text(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("target_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("opens_at", Instant(), nullable=False),
        sa.Column("closes_at", Instant(), nullable=False),
        sa.Column("tags", Document, nullable=False),
        sa.Column("reported_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("cancelled_at", Instant(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_expected_form_participant_id")
        ),
        sa.ForeignKeyConstraint(
            ["questionnaire_sha256"],
            ["questionnaire.sha256"],
            name=op.f("fk_expected_form_questionnaire_sha256"),
        ),
        sa.ForeignKeyConstraint(
            ["study_version_id"],
            ["study_version.id"],
            name=op.f("fk_expected_form_study_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expected_form")),
    )
    op.create_index(
        op.f("ix_expected_form_participant_id"), "expected_form", ["participant_id"], unique=False
    )
    op.create_index(
        "uq_expected_form_live",
        "expected_form",
        ["participant_id", "timepoint", "instrument"],
        unique=True,
        sqlite_where=sa.text("cancelled_at IS NULL"),
        postgresql_where=sa.text("cancelled_at IS NULL"),
    )
    op.create_table(
        "participant_identity",
        sa.Column("participant_id", _KEY, nullable=False),
        sa.Column("email_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_participant_identity_participant_id"),
        ),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_participant_identity")),
    )
    op.create_table(
        "reminder",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("participant_id", _KEY, nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("timepoint", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("local_wall", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("tzdata_version", sa.Text(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("closes_at", Instant(), nullable=False),
        sa.Column("planned_at", Instant(), nullable=False),
        sa.Column("next_at", Instant(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "decision IN ('queued','skipped','cancelled')", name=op.f("ck_reminder_decision")
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decision IS NULL)", name=op.f("ck_reminder_decided")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_reminder_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "participant_id",
            "occasion",
            "step",
            name=op.f("uq_reminder_participant_id_occasion_step"),
        ),
    )
    op.create_index(
        "ix_reminder_due",
        "reminder",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.create_table(
        "tally_line",
        sa.Column("participant_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=True),
        sa.Column("layout_sha256", sa.Text(), nullable=True),
        sa.Column("head", sa.Text(), nullable=True),
        sa.Column("true_from", Instant(), nullable=True),
        sa.Column("true_until", Instant(), nullable=True),
        sa.Column("line", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["layout_sha256"], ["tally_layout.sha256"], name=op.f("fk_tally_line_layout_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_tally_line_participant_id")
        ),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_tally_line")),
    )
    op.create_table(
        "visit",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("participant_id", _KEY, nullable=False),
        sa.Column("timepoint", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", _KEY, nullable=True),
        sa.Column("voided_at", Instant(), nullable=True),
        sa.Column("voided_by", _KEY, nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_visit_participant_id")
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_visit_recorded_by")),
        sa.ForeignKeyConstraint(["voided_by"], ["staff.id"], name=op.f("fk_visit_voided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    op.create_index(op.f("ix_visit_participant_id"), "visit", ["participant_id"], unique=False)
    op.create_table(
        "zone_move",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("participant_id", _KEY, nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", _KEY, nullable=True),
        sa.Column("voided_at", Instant(), nullable=True),
        sa.Column("voided_by", _KEY, nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_zone_move_participant_id")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["staff.id"], name=op.f("fk_zone_move_recorded_by")
        ),
        sa.ForeignKeyConstraint(["voided_by"], ["staff.id"], name=op.f("fk_zone_move_voided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone_move")),
    )
    op.create_index(
        op.f("ix_zone_move_participant_id"), "zone_move", ["participant_id"], unique=False
    )
    op.create_table(
        "draft",
        sa.Column("expected_form_id", _KEY, nullable=False),
        sa.Column("device_id", _KEY, nullable=True),
        sa.Column("answers", Document, nullable=False),
        sa.Column("skipped", Document, nullable=False),
        sa.Column("at_item", sa.Text(), nullable=True),
        sa.Column("saved_at", Instant(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_draft_device_id")),
        sa.ForeignKeyConstraint(
            ["expected_form_id"], ["expected_form.id"], name=op.f("fk_draft_expected_form_id")
        ),
        sa.PrimaryKeyConstraint("expected_form_id", name=op.f("pk_draft")),
    )
    op.create_table(
        "enrolment_code",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("participant_id", _KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("pin_hash", sa.Text(), nullable=True),
        sa.Column("wrong_pins", sa.Integer(), server_default="0", nullable=False),
        sa.Column("wait_until", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", _KEY, nullable=True),
        sa.Column("created_on_device", _KEY, nullable=True),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'remote') = (pin_hash IS NOT NULL)", name=op.f("ck_enrolment_code_pin")
        ),
        sa.CheckConstraint(
            "kind IN ('on_site','remote','transfer')", name=op.f("ck_enrolment_code_kind")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["staff.id"], name=op.f("fk_enrolment_code_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["created_on_device"], ["device.id"], name=op.f("fk_enrolment_code_created_on_device")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_enrolment_code_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_enrolment_code_code_hash")),
    )
    op.create_index(
        op.f("ix_enrolment_code_participant_id"), "enrolment_code", ["participant_id"], unique=False
    )
    op.create_table(
        "handover",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("participant_id", _KEY, nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("started_by", _KEY, nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("device_id", _KEY, nullable=True),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_handover_device_id")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_handover_participant_id")
        ),
        sa.ForeignKeyConstraint(["started_by"], ["staff.id"], name=op.f("fk_handover_started_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_handover_code_hash")),
        sa.UniqueConstraint("device_id", name=op.f("uq_handover_device_id")),
    )
    op.create_index(
        op.f("ix_handover_participant_id"), "handover", ["participant_id"], unique=False
    )
    op.create_table(
        "missing_reason",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("expected_form_id", _KEY, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", _KEY, nullable=True),
        sa.Column("voided_at", Instant(), nullable=True),
        sa.Column("voided_by", _KEY, nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["expected_form_id"],
            ["expected_form.id"],
            name=op.f("fk_missing_reason_expected_form_id"),
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["staff.id"], name=op.f("fk_missing_reason_recorded_by")
        ),
        sa.ForeignKeyConstraint(
            ["voided_by"], ["staff.id"], name=op.f("fk_missing_reason_voided_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_missing_reason")),
    )
    op.create_index(
        op.f("ix_missing_reason_expected_form_id"),
        "missing_reason",
        ["expected_form_id"],
        unique=False,
    )
    op.create_table(
        "passkey",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("participant_id", _KEY, nullable=False),
        sa.Column("device_id", _KEY, nullable=False),
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("last_used_at", Instant(), nullable=True),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_passkey_device_id")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_passkey_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index(op.f("ix_passkey_participant_id"), "passkey", ["participant_id"], unique=False)
    op.create_table(
        "passkey_challenge",
        sa.Column("challenge_hash", sa.Text(), nullable=False),
        sa.Column("device_id", _KEY, nullable=True),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_passkey_challenge_device_id")
        ),
        sa.PrimaryKeyConstraint("challenge_hash", name=op.f("pk_passkey_challenge")),
    )
    op.create_index(
        op.f("ix_passkey_challenge_expires_at"), "passkey_challenge", ["expires_at"], unique=False
    )
    op.create_table(
        "push_subscription",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("participant_id", _KEY, nullable=False),
        sa.Column("device_id", _KEY, nullable=False),
        sa.Column("endpoint_hash", sa.Text(), nullable=False),
        sa.Column("endpoint_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("p256dh", sa.Text(), nullable=False),
        sa.Column("auth_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("vapid_key_id", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("last_ok_at", Instant(), nullable=True),
        sa.Column("last_ack_at", Instant(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("dead_at", Instant(), nullable=True),
        sa.Column("dead_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_push_subscription_device_id")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_push_subscription_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_subscription")),
        sa.UniqueConstraint("endpoint_hash", name=op.f("uq_push_subscription_endpoint_hash")),
    )
    op.create_index(
        op.f("ix_push_subscription_participant_id"),
        "push_subscription",
        ["participant_id"],
        unique=False,
    )
    op.create_table(
        "response",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("participant_id", _KEY, nullable=False),
        sa.Column("expected_form_id", _KEY, nullable=True),
        sa.Column("questionnaire_sha256", sa.Text(), nullable=False),
        sa.Column("study_version_id", _KEY, nullable=False),
        sa.Column("device_id", _KEY, nullable=True),
        sa.Column("answers", Document, nullable=False),
        sa.Column("skipped", Document, nullable=False),
        sa.Column("problems", Document, nullable=False),
        sa.Column("body_sha256", sa.Text(), nullable=False),
        sa.Column("authored_at", Instant(), nullable=False),
        sa.Column("authored_offset_minutes", sa.Integer(), nullable=False),
        sa.Column("authored_zone", sa.Text(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("offered_at", Instant(), nullable=True),
        sa.Column("skew_seconds", sa.Float(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("originator", sa.Text(), nullable=False),
        sa.Column("assistance", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("recorded_by", _KEY, nullable=True),
        sa.Column("app_build", sa.Text(), nullable=True),
        sa.Column("disposition", sa.Text(), nullable=False),
        sa.Column("scorable", sa.Boolean(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("applicable", sa.Integer(), nullable=False),
        sa.Column("declined", sa.Integer(), nullable=False),
        sa.Column("time_accepted", sa.Boolean(), nullable=True),
        sa.Column("conflict_resolution", sa.Text(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decided_by", _KEY, nullable=True),
        sa.CheckConstraint(
            "mode IN ('own_device','clinic_tablet','interview','paper')",
            name=op.f("ck_response_mode"),
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_response_decided_by")),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_response_device_id")),
        sa.ForeignKeyConstraint(
            ["expected_form_id"], ["expected_form.id"], name=op.f("fk_response_expected_form_id")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_response_participant_id")
        ),
        sa.ForeignKeyConstraint(
            ["questionnaire_sha256"],
            ["questionnaire.sha256"],
            name=op.f("fk_response_questionnaire_sha256"),
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["staff.id"], name=op.f("fk_response_recorded_by")
        ),
        sa.ForeignKeyConstraint(
            ["study_version_id"], ["study_version.id"], name=op.f("fk_response_study_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
    )
    op.create_index(
        op.f("ix_response_expected_form_id"), "response", ["expected_form_id"], unique=False
    )
    op.create_index(
        op.f("ix_response_participant_id"), "response", ["participant_id"], unique=False
    )
    op.create_index(op.f("ix_response_received_at"), "response", ["received_at"], unique=False)
    op.create_index(
        "uq_response_counting",
        "response",
        ["expected_form_id"],
        unique=True,
        sqlite_where=sa.text("disposition IN ('in_window', 'late', 'time_disputed')"),
        postgresql_where=sa.text("disposition IN ('in_window', 'late', 'time_disputed')"),
    )
    op.create_table(
        "session",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("staff_id", _KEY, nullable=True),
        sa.Column("device_id", _KEY, nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("last_seen_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(staff_id IS NULL) <> (device_id IS NULL)", name=op.f("ck_session_one_owner")
        ),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_session_device_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_session_staff_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
    )
    op.create_index(op.f("ix_session_device_id"), "session", ["device_id"], unique=False)
    op.create_index(op.f("ix_session_staff_id"), "session", ["staff_id"], unique=False)
    op.create_table(
        "correction",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("participant_id", _KEY, nullable=False),
        sa.Column("response_id", sa.Text(), nullable=False),
        sa.Column("answers", Document, nullable=False),
        sa.Column("skipped", Document, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_at", Instant(), nullable=False),
        sa.Column("proposed_by", _KEY, nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decided_by", _KEY, nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(accepted IS NULL) = (decided_at IS NULL)", name=op.f("ck_correction_decided")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["staff.id"], name=op.f("fk_correction_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_correction_participant_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["staff.id"], name=op.f("fk_correction_proposed_by")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_correction_response_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    op.create_index(
        op.f("ix_correction_participant_id"), "correction", ["participant_id"], unique=False
    )
    op.create_index(
        "uq_correction_waiting",
        "correction",
        ["response_id"],
        unique=True,
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.create_table(
        "delivery",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("reminder_id", _KEY, nullable=True),
        sa.Column("participant_id", _KEY, nullable=True),
        sa.Column("staff_id", _KEY, nullable=True),
        sa.Column("site_id", _KEY, nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("subscription_id", _KEY, nullable=True),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("next_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_token", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("acked_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(participant_id IS NULL) = (purpose IN ('digest','canary'))",
            name=op.f("ck_delivery_about_a_participant"),
        ),
        sa.CheckConstraint(
            "(staff_id IS NOT NULL AND site_id IS NOT NULL) = (purpose = 'digest')",
            name=op.f("ck_delivery_to_staff"),
        ),
        sa.CheckConstraint("channel IN ('push','email','staff')", name=op.f("ck_delivery_channel")),
        sa.CheckConstraint(
            "purpose IN ('reminder','fallback','test','confirm','digest','canary')",
            name=op.f("ck_delivery_purpose"),
        ),
        sa.CheckConstraint(
            "state IN ('pending','sent','skipped','failed','dead')", name=op.f("ck_delivery_state")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_delivery_participant_id")
        ),
        sa.ForeignKeyConstraint(
            ["reminder_id"], ["reminder.id"], name=op.f("fk_delivery_reminder_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_delivery_site_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_delivery_staff_id")),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["push_subscription.id"], name=op.f("fk_delivery_subscription_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_delivery_idempotency_key")),
    )
    op.create_index(
        "ix_delivery_due",
        "delivery",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_delivery_failed",
        "delivery",
        ["settled_at"],
        unique=False,
        sqlite_where=sa.text("state = 'failed'"),
        postgresql_where=sa.text("state = 'failed'"),
    )
    op.create_index(
        op.f("ix_delivery_participant_id"), "delivery", ["participant_id"], unique=False
    )
    op.create_index(op.f("ix_delivery_reminder_id"), "delivery", ["reminder_id"], unique=False)
    op.create_table(
        "response_conflict",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("response_id", sa.Text(), nullable=False),
        sa.Column("participant_id", _KEY, nullable=False),
        sa.Column("body", Document, nullable=False),
        sa.Column("body_sha256", sa.Text(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("resolved_at", Instant(), nullable=True),
        sa.Column("resolved_by", _KEY, nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_response_conflict_participant_id")
        ),
        sa.ForeignKeyConstraint(
            ["resolved_by"], ["staff.id"], name=op.f("fk_response_conflict_resolved_by")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_response_conflict_response_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_conflict")),
        sa.UniqueConstraint(
            "response_id", "body_sha256", name=op.f("uq_response_conflict_response_id_body_sha256")
        ),
    )
    op.create_table(
        "score",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("response_id", sa.Text(), nullable=False),
        sa.Column("score", sa.Text(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("n_answered", sa.Integer(), nullable=False),
        sa.Column("n_items", sa.Integer(), nullable=False),
        sa.Column("questionnaire_sha256", sa.Text(), nullable=False),
        sa.Column("rule_sha256", sa.Text(), nullable=False),
        sa.Column("engine_version", sa.Text(), nullable=False),
        sa.Column("scored_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["questionnaire_sha256"],
            ["questionnaire.sha256"],
            name=op.f("fk_score_questionnaire_sha256"),
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_score_response_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score")),
    )
    op.create_index(op.f("ix_score_response_id"), "score", ["response_id"], unique=False)
    op.create_table(
        "staff_entry",
        sa.Column("response_id", sa.Text(), nullable=False),
        sa.Column("participant_id", _KEY, nullable=False),
        sa.Column("administered_by", _KEY, nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", _KEY, nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["administered_by"], ["staff.id"], name=op.f("fk_staff_entry_administered_by")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_staff_entry_participant_id")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["staff.id"], name=op.f("fk_staff_entry_recorded_by")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_staff_entry_response_id")
        ),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_staff_entry")),
    )
    op.create_index(
        op.f("ix_staff_entry_participant_id"), "staff_entry", ["participant_id"], unique=False
    )
    op.create_table(
        "second_typing",
        sa.Column("response_id", sa.Text(), nullable=False),
        sa.Column("answers", Document, nullable=False),
        sa.Column("skipped", Document, nullable=False),
        sa.Column("items", Document, nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", _KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["staff.id"], name=op.f("fk_second_typing_recorded_by")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["staff_entry.response_id"], name=op.f("fk_second_typing_response_id")
        ),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_second_typing")),
    )


def downgrade() -> None:
    op.drop_table("second_typing")
    op.drop_index(op.f("ix_staff_entry_participant_id"), table_name="staff_entry")
    op.drop_table("staff_entry")
    op.drop_index(op.f("ix_score_response_id"), table_name="score")
    op.drop_table("score")
    op.drop_table("response_conflict")
    op.drop_index(op.f("ix_delivery_reminder_id"), table_name="delivery")
    op.drop_index(op.f("ix_delivery_participant_id"), table_name="delivery")
    op.drop_index(
        "ix_delivery_failed",
        table_name="delivery",
        sqlite_where=sa.text("state = 'failed'"),
        postgresql_where=sa.text("state = 'failed'"),
    )
    op.drop_index(
        "ix_delivery_due",
        table_name="delivery",
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.drop_table("delivery")
    op.drop_index(
        "uq_correction_waiting",
        table_name="correction",
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.drop_index(op.f("ix_correction_participant_id"), table_name="correction")
    op.drop_table("correction")
    op.drop_index(op.f("ix_session_staff_id"), table_name="session")
    op.drop_index(op.f("ix_session_device_id"), table_name="session")
    op.drop_table("session")
    op.drop_index(
        "uq_response_counting",
        table_name="response",
        sqlite_where=sa.text("disposition IN ('in_window', 'late', 'time_disputed')"),
        postgresql_where=sa.text("disposition IN ('in_window', 'late', 'time_disputed')"),
    )
    op.drop_index(op.f("ix_response_received_at"), table_name="response")
    op.drop_index(op.f("ix_response_participant_id"), table_name="response")
    op.drop_index(op.f("ix_response_expected_form_id"), table_name="response")
    op.drop_table("response")
    op.drop_index(op.f("ix_push_subscription_participant_id"), table_name="push_subscription")
    op.drop_table("push_subscription")
    op.drop_index(op.f("ix_passkey_challenge_expires_at"), table_name="passkey_challenge")
    op.drop_table("passkey_challenge")
    op.drop_index(op.f("ix_passkey_participant_id"), table_name="passkey")
    op.drop_table("passkey")
    op.drop_index(op.f("ix_missing_reason_expected_form_id"), table_name="missing_reason")
    op.drop_table("missing_reason")
    op.drop_index(op.f("ix_handover_participant_id"), table_name="handover")
    op.drop_table("handover")
    op.drop_index(op.f("ix_enrolment_code_participant_id"), table_name="enrolment_code")
    op.drop_table("enrolment_code")
    op.drop_table("draft")
    op.drop_index(op.f("ix_zone_move_participant_id"), table_name="zone_move")
    op.drop_table("zone_move")
    op.drop_index(op.f("ix_visit_participant_id"), table_name="visit")
    op.drop_table("visit")
    op.drop_table("tally_line")
    op.drop_index(
        "ix_reminder_due",
        table_name="reminder",
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.drop_table("reminder")
    op.drop_table("participant_identity")
    op.drop_index(
        "uq_expected_form_live",
        table_name="expected_form",
        sqlite_where=sa.text("cancelled_at IS NULL"),
        postgresql_where=sa.text("cancelled_at IS NULL"),
    )
    op.drop_index(op.f("ix_expected_form_participant_id"), table_name="expected_form")
    op.drop_table("expected_form")
    op.drop_index(op.f("ix_exemption_participant_id"), table_name="exemption")
    op.drop_table("exemption")
    op.drop_index(op.f("ix_event_participant_id"), table_name="event")
    op.drop_table("event")
    op.drop_index(op.f("ix_device_participant_id"), table_name="device")
    op.drop_table("device")
    op.drop_index(op.f("ix_contact_participant_id"), table_name="contact")
    op.drop_table("contact")
    op.drop_index(op.f("ix_calendar_feed_participant_id"), table_name="calendar_feed")
    op.drop_table("calendar_feed")
    op.drop_index(op.f("ix_arm_change_participant_id"), table_name="arm_change")
    op.drop_table("arm_change")
    op.drop_index(op.f("ix_anchor_participant_id"), table_name="anchor")
    op.drop_table("anchor")
    op.drop_table("study_questionnaire")
    op.drop_table("staff_site")
    op.drop_index(op.f("ix_participant_site_id"), table_name="participant")
    op.drop_table("participant")
    op.drop_table("invitation")
    op.drop_index(
        op.f("ix_instrument_licence_study_key_instrument"), table_name="instrument_licence"
    )
    op.drop_table("instrument_licence")
    op.drop_table("digest_wish")
    op.drop_index(
        op.f("ix_adopted_instrument_study_key_instrument"), table_name="adopted_instrument"
    )
    op.drop_table("adopted_instrument")
    op.drop_table("tally_layout")
    op.drop_table("study_version")
    op.drop_table("staff")
    op.drop_table("site")
    op.drop_table("rate_bucket")
    op.drop_table("questionnaire")
    op.drop_table("heartbeat")
    op.drop_table("audit_head")
    op.drop_index(op.f("ix_audit_event_participant_id"), table_name="audit_event")
    op.drop_table("audit_event")
