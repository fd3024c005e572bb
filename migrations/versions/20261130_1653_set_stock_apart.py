"""Set the content of packs in quarantine apart in the book."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_1653"
down_revision = "20261130_1547"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stock_apart",
        sa.Column("hold_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("posting_id", sa.BigInteger(), nullable=False),
        sa.Column("returned_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_stock_apart_sets_something_apart")),
        sa.ForeignKeyConstraint(["hold_id"], ["unit_hold.id"], name=op.f("fk_stock_apart_hold_id")),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["stock_posting.id"], name=op.f("fk_stock_apart_posting_id")
        ),
        sa.ForeignKeyConstraint(
            ["returned_id"], ["stock_posting.id"], name=op.f("fk_stock_apart_returned_id")
        ),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_stock_apart")),
        sa.UniqueConstraint("posting_id", name=op.f("uq_stock_apart_posting_id")),
        sa.UniqueConstraint("returned_id", name=op.f("uq_stock_apart_returned_id")),
    )


def downgrade() -> None:
    op.drop_table("stock_apart")
