"""Remember when the trace platform was asked, how often, and who sold a code."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_1741"
down_revision = "20261130_1708"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("platform_code", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "platform_code",
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
    )
    op.add_column(
        "platform_code", sa.Column("sold_by", sa.String(), server_default="", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("platform_code", "sold_by")
    op.drop_column("platform_code", "attempts")
    op.drop_column("platform_code", "asked_at")
