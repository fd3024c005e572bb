"""count the days that are over."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_2212"
down_revision = "20261122_2210"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stock_out_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("out", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "0 <= out AND out <= listed", name=op.f("ck_stock_out_day_out_of_listed")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_stock_out_day_facility_id")
        ),
        sa.PrimaryKeyConstraint("day", "facility_id", name=op.f("pk_stock_out_day")),
    )


def downgrade() -> None:
    op.drop_table("stock_out_day")
