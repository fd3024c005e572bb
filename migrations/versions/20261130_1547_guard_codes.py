"""Set packs apart, ask the platform about codes, and know what may be broken."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_1547"
down_revision = "20261130_1546"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "platform_code",
        sa.Column("code", sa.String(collation="C"), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.String(collation="C"), nullable=False),
        sa.Column("scan", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_platform_code")),
    )
    op.create_index(
        "ix_platform_code_open",
        "platform_code",
        ["wanted_at"],
        unique=False,
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_table(
        "unit_hold",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(collation="C"), nullable=False),
        sa.Column("was", sa.SmallInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(until IS NULL) = (decision = '')", name=op.f("ck_unit_hold_ends_by_a_decision")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_hold_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_hold")),
    )
    op.create_index(
        "uq_unit_hold_open",
        "unit_hold",
        ["unit_id"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
    )
    op.add_column(
        "dispensing",
        sa.Column("device", sa.String(collation="C"), server_default="", nullable=False),
    )
    op.add_column(
        "dispensing",
        sa.Column("source", sa.String(collation="C"), server_default="", nullable=False),
    )
    op.add_column(
        "item",
        sa.Column("split_allowed", sa.Boolean(), server_default=sa.text("true"), nullable=False),
    )
    op.add_column(
        "transport_record", sa.Column("gap", sa.Integer(), server_default="0", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("transport_record", "gap")
    op.drop_column("item", "split_allowed")
    op.drop_column("dispensing", "source")
    op.drop_column("dispensing", "device")
    op.drop_index(
        "uq_unit_hold_open", table_name="unit_hold", postgresql_where=sa.text("until IS NULL")
    )
    op.drop_table("unit_hold")
    op.drop_index(
        "ix_platform_code_open",
        table_name="platform_code",
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.drop_table("platform_code")
