"""Since when a phone has held answers that it could not send."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sayso.store.columns import Instant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("device", sa.Column("unsent_since", Instant(), nullable=True))
    op.execute("UPDATE device SET unsent_since = last_seen_at WHERE unsent > 0")


def downgrade() -> None:
    op.drop_column("device", "unsent_since")
