"""count by labels."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_1021"
down_revision = "20261122_2306"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("receipt_scan", sa.Column("serial", sa.String(collation="C"), nullable=True))
    op.alter_column("receipt_scan", "unit_id", existing_type=sa.BIGINT(), nullable=True)
    op.create_index(
        "uq_receipt_scan_serial",
        "receipt_scan",
        ["receipt_id", "serial"],
        unique=True,
        postgresql_where=sa.text("counted"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_receipt_scan_serial", table_name="receipt_scan", postgresql_where=sa.text("counted")
    )
    op.execute("DELETE FROM receipt_scan WHERE unit_id IS NULL")
    op.alter_column("receipt_scan", "unit_id", existing_type=sa.BIGINT(), nullable=False)
    op.drop_column("receipt_scan", "serial")
