"""How the differences between two typings of a paper form were settled; never rewritten."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sayso.store.columns import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TABLE = "typing_settlement"
_COLUMNS = ("response_id", "correction_id", "reason", "recorded_at", "recorded_by")


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("response_id", sa.Text(), nullable=False),
        sa.Column("correction_id", _KEY, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", _KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["correction.id"], name=op.f("fk_typing_settlement_correction_id")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["staff.id"], name=op.f("fk_typing_settlement_recorded_by")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["second_typing.response_id"],
            name=op.f("fk_typing_settlement_response_id"),
        ),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_typing_settlement")),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {_TABLE}_keeps_rows BEFORE DELETE ON {_TABLE} "
            f"BEGIN SELECT RAISE(ABORT, 'rows of {_TABLE} are never deleted'); END"
        )
        op.execute(
            f"CREATE TRIGGER {_TABLE}_keeps_columns BEFORE UPDATE OF {', '.join(_COLUMNS)} "
            f"ON {_TABLE} BEGIN SELECT RAISE(ABORT, '{_TABLE} is never rewritten'); END"
        )
        return
    for name, change, each in (
        ("rows", "DELETE", "ROW"),
        ("columns", f"UPDATE OF {', '.join(_COLUMNS)}", "ROW"),
        ("all", "TRUNCATE", "STATEMENT"),
    ):
        op.execute(
            f"CREATE TRIGGER {_TABLE}_keeps_{name} BEFORE {change} ON {_TABLE} "
            f"FOR EACH {each} EXECUTE FUNCTION sayso_refuse()"
        )


def downgrade() -> None:
    # Its triggers go with the table on both engines.
    op.drop_table(_TABLE)
