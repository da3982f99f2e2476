"""Triggers that keep the audit trail and submitted answers as they were written.

The audit chain: an event must continue the chain's head, which moves on with it; no event is
deleted, and of its columns only `details` may change (a redaction, which the digest makes visible).
Responses and scores: what the participant said, and what was computed from it, stays; only the
staff decisions about a response, or about a correction of it, may be added later. A draft goes with
the response it became.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_FIXED = {
    "audit_event": (
        "seq", "at", "actor_kind", "actor_id", "actor_role", "device_id", "action", "subject",
        "participant_id", "site_id", "request_id", "software", "details_sha256",
        "previous_sha256", "sha256",
    ),
    "response": (
        "id", "participant_id", "expected_form_id", "questionnaire_sha256", "study_version_id",
        "device_id", "answers", "skipped", "problems", "body_sha256", "authored_at",
        "authored_offset_minutes", "authored_zone", "received_at", "offered_at", "skew_seconds",
        "mode", "originator", "assistance", "language", "recorded_by", "app_build",
        "disposition", "scorable", "answered", "applicable", "declined",
    ),
    "score": (
        "id", "response_id", "score", "value", "label", "n_answered", "n_items",
        "questionnaire_sha256", "rule_sha256", "engine_version", "scored_at",
    ),
    "staff_entry": (
        "response_id", "participant_id", "administered_by", "recorded_at", "recorded_by",
    ),
    "second_typing": (
        "response_id", "answers", "skipped", "items", "recorded_at", "recorded_by",
    ),
    "correction": (
        "id", "participant_id", "response_id", "answers", "skipped", "reason", "proposed_at",
        "proposed_by",
    ),
}  # fmt: skip


def upgrade() -> None:
    head = sa.table("audit_head", sa.column("id"), sa.column("seq"), sa.column("sha256"))
    op.execute(sa.insert(head).values(id=1, seq=0, sha256="0" * 64))
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_event_continues")
        op.execute("DROP TRIGGER response_ends_draft")
        for table in _FIXED:
            op.execute(f"DROP TRIGGER {table}_keeps_rows")
            op.execute(f"DROP TRIGGER {table}_keeps_columns")
    else:
        op.execute("DROP TRIGGER audit_event_continues ON audit_event")
        op.execute("DROP FUNCTION sayso_audit_continues()")
        op.execute("DROP TRIGGER response_ends_draft ON response")
        op.execute("DROP FUNCTION sayso_end_draft()")
        for table in _FIXED:
            op.execute(f"DROP TRIGGER {table}_keeps_rows ON {table}")
            op.execute(f"DROP TRIGGER {table}_keeps_columns ON {table}")
            op.execute(f"DROP TRIGGER {table}_keeps_all ON {table}")
        op.execute("DROP FUNCTION sayso_refuse()")
    op.execute("DELETE FROM audit_head")


def _guard_sqlite() -> None:
    op.execute(
        """
        CREATE TRIGGER audit_event_continues BEFORE INSERT ON audit_event
        BEGIN
          SELECT RAISE(ABORT, 'an audit event must continue the chain')
          WHERE NOT EXISTS (SELECT 1 FROM audit_head WHERE id = 1
                            AND seq = NEW.seq - 1 AND sha256 = NEW.previous_sha256);
          UPDATE audit_head SET seq = NEW.seq, sha256 = NEW.sha256 WHERE id = 1;
        END
        """
    )
    op.execute(
        "CREATE TRIGGER response_ends_draft AFTER INSERT ON response "
        "BEGIN DELETE FROM draft WHERE expected_form_id = NEW.expected_form_id; END"
    )
    for table, columns in _FIXED.items():
        op.execute(
            f"CREATE TRIGGER {table}_keeps_rows BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never deleted'); END"
        )
        op.execute(
            f"CREATE TRIGGER {table}_keeps_columns BEFORE UPDATE OF {', '.join(columns)} "
            f"ON {table} BEGIN SELECT RAISE(ABORT, '{table} is never rewritten'); END"
        )


def _guard_postgresql() -> None:
    op.execute(
        """
        CREATE FUNCTION sayso_audit_continues() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          UPDATE audit_head SET seq = NEW.seq, sha256 = NEW.sha256
          WHERE id = 1 AND seq = NEW.seq - 1 AND sha256 = NEW.previous_sha256;
          IF NOT FOUND THEN
            RAISE EXCEPTION 'an audit event must continue the chain'
              USING ERRCODE = 'integrity_constraint_violation';
          END IF;
          RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER audit_event_continues BEFORE INSERT ON audit_event "
        "FOR EACH ROW EXECUTE FUNCTION sayso_audit_continues()"
    )
    op.execute(
        """
        CREATE FUNCTION sayso_end_draft() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          DELETE FROM draft WHERE expected_form_id = NEW.expected_form_id;
          RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER response_ends_draft AFTER INSERT ON response "
        "FOR EACH ROW EXECUTE FUNCTION sayso_end_draft()"
    )
    op.execute(
        """
        CREATE FUNCTION sayso_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION '% is never rewritten or deleted', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    for table, columns in _FIXED.items():
        op.execute(
            f"CREATE TRIGGER {table}_keeps_rows BEFORE DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION sayso_refuse()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_keeps_columns BEFORE UPDATE OF {', '.join(columns)} "
            f"ON {table} FOR EACH ROW EXECUTE FUNCTION sayso_refuse()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_keeps_all BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION sayso_refuse()"
        )
