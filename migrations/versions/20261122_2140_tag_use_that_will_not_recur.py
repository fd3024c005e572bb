"""tag use that will not recur."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_2140"
down_revision = "20261122_1925"
branch_labels = None
depends_on = None

TAGS = ("routine", "campaign", "disaster")


def upgrade() -> None:
    for table in ("stock_posting", "dispensing"):
        op.add_column(
            table,
            sa.Column(
                "tag",
                sa.Enum(*TAGS, name="usetag", native_enum=False, create_constraint=True, length=32),
                nullable=False,
                server_default="routine",
            ),
        )
        op.alter_column(table, "tag", server_default=None)
    op.add_column(
        "consumption_day",
        sa.Column("one_off", sa.BigInteger(), nullable=False, server_default="0"),
    )
    op.alter_column("consumption_day", "one_off", server_default=None)


def downgrade() -> None:
    op.drop_column("consumption_day", "one_off")
    for table in ("dispensing", "stock_posting"):
        op.drop_column(table, "tag")
