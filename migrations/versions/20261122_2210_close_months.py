"""close months and keep month-end snapshots."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_2210"
down_revision = "20261122_2150"
branch_labels = None
depends_on = None

ONLY_GROW = ("closed_month", "snapshot_month", "stock_snapshot")
KINDS = (
    "opening receipt put_away pick unpick load hand_over accept return dispense consume loss"
    " found condition_change reversal"
)


def upgrade() -> None:
    op.create_table(
        "snapshot_month",
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_snapshot_month_facility_id")
        ),
        sa.PrimaryKeyConstraint("facility_id", "month", name=op.f("pk_snapshot_month")),
    )
    op.create_table(
        "stock_snapshot",
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("balance_id", sa.BigInteger(), nullable=False),
        sa.Column("on_hand", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_stock_snapshot_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["balance_id"], ["stock_balance.id"], name=op.f("fk_stock_snapshot_balance_id")
        ),
        sa.PrimaryKeyConstraint(
            "facility_id", "month", "balance_id", name=op.f("pk_stock_snapshot")
        ),
    )
    for table in ONLY_GROW:
        op.execute(
            f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.add_column("stock_balance", sa.Column("latest_at", sa.DateTime(timezone=True)))
    op.execute(
        "UPDATE stock_balance b SET latest_at = m.latest FROM (SELECT balance_id,"
        " max(occurred_at) AS latest FROM stock_move GROUP BY balance_id) m"
        " WHERE m.balance_id = b.id"
    )
    op.create_index(
        "ix_stock_move_time",
        "stock_move",
        ["facility_id", "occurred_at"],
        postgresql_include=["balance_id", "quantity"],
    )
    _allow(KINDS.split())


def downgrade() -> None:
    _allow([kind for kind in KINDS.split() if kind != "condition_change"])
    op.drop_index("ix_stock_move_time", "stock_move")
    op.drop_column("stock_balance", "latest_at")
    op.execute("DROP TRIGGER only_grows ON closed_month")
    op.drop_table("stock_snapshot")
    op.drop_table("snapshot_month")


def _allow(kinds: list[str]) -> None:
    """Let postings be of these kinds."""
    op.drop_constraint(op.f("ck_stock_posting_postingkind"), "stock_posting")
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint(
        op.f("ck_stock_posting_postingkind"), "stock_posting", f"kind IN ({listed})"
    )
