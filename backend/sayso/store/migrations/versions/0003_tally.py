"""Triggers that take a line of the tally away when a fact behind it changes.

Every table that a status, a rate or a visit rests on has them, for every way a row can change, so
that no service has to remember it and no change made by hand goes unnoticed.
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_FACTS = (
    "anchor", "arm_change", "contact", "event", "exemption", "expected_form", "response", "visit",
    "zone_move",
)  # fmt: skip
_OWNER = "participant_id = {row}.participant_id"
_FORMS_OWNER = (
    "participant_id = (SELECT participant_id FROM expected_form WHERE id = {row}.expected_form_id)"
)
_TABLES = {
    **dict.fromkeys(_FACTS, _OWNER),
    "missing_reason": _FORMS_OWNER,
    "delivery": _OWNER,
    "participant": "participant_id = {row}.id",
}
# What else these rows hold (leases, revisions, preferences) counts for nothing.
_COLUMNS = {
    "delivery": ("sent_at", "channel", "reminder_id"),
    "participant": (
        "study_key", "code", "site_id", "arm", "zone", "enrolled_on", "preferred_language",
        "created_at",
    ),
}  # fmt: skip
_TAKE = "UPDATE tally_line SET revision = revision + 1, line = NULL WHERE "
_BEGIN = "INSERT INTO tally_line (participant_id, revision) VALUES (NEW.id, 0)"


def _triggers() -> dict[tuple[str, str], tuple[str, str]]:
    """By table and name: the change that sets it off, and what it does."""
    found = {("participant", "tally_begins"): ("INSERT", _BEGIN)}
    for table, owner in _TABLES.items():
        columns = _COLUMNS.get(table)
        update = f"UPDATE OF {', '.join(columns)}" if columns else "UPDATE"
        old, new = (_TAKE + owner.format(row=row) for row in ("OLD", "NEW"))
        found[table, "tally_changes"] = (update, f"{old}; {new}")
        if table != "participant":
            found[table, "tally_gains"] = ("INSERT", new)
            found[table, "tally_loses"] = ("DELETE", old)
    return found


def upgrade() -> None:
    op.execute("INSERT INTO tally_line (participant_id, revision) SELECT id, 0 FROM participant")
    sqlite = op.get_bind().dialect.name == "sqlite"
    for (table, name), (change, act) in _triggers().items():
        if sqlite:
            op.execute(f"CREATE TRIGGER {table}_{name} AFTER {change} ON {table} BEGIN {act}; END")
            continue
        op.execute(
            f"CREATE FUNCTION sayso_{table}_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN {act}; RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_{name} AFTER {change} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION sayso_{table}_{name}()"
        )


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, name in _triggers():
        op.execute(f"DROP TRIGGER {table}_{name}" + ("" if sqlite else f" ON {table}"))
        if not sqlite:
            op.execute(f"DROP FUNCTION sayso_{table}_{name}()")
