"""An index of how far everybody's facts have come, so that asking for it reads no line."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_NAME = "ix_tally_line_participant_id_revision"


def upgrade() -> None:
    op.create_index(_NAME, "tally_line", ["participant_id", "revision"])


def downgrade() -> None:
    op.drop_index(_NAME, table_name="tally_line")
