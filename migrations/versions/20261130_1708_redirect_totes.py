"""Let the centre redirect totes that turned up at the wrong door."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_1708"
down_revision = "20261130_1703"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tote_redirect",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reference", sa.String(collation="C"), nullable=False),
        sa.Column("tote_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("from_id", sa.BigInteger(), nullable=False),
        sa.Column("to_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_tote_redirect_to_another")),
        sa.CheckConstraint(
            "decided_by_id <> asked_by_id", name=op.f("ck_tote_redirect_two_people")
        ),
        sa.CheckConstraint(
            "num_nulls(approved, decided_by_id, decided_at) IN (0, 3)",
            name=op.f("ck_tote_redirect_decided_or_open"),
        ),
        sa.CheckConstraint(
            "approved IS NULL OR answer <> ''",
            name=op.f("ck_tote_redirect_decided_with_a_reason"),
        ),
        sa.ForeignKeyConstraint(["tote_id"], ["tote.id"], name=op.f("fk_tote_redirect_tote_id")),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["facility.id"], name=op.f("fk_tote_redirect_supplier_id")
        ),
        sa.ForeignKeyConstraint(
            ["from_id"], ["facility.id"], name=op.f("fk_tote_redirect_from_id")
        ),
        sa.ForeignKeyConstraint(["to_id"], ["facility.id"], name=op.f("fk_tote_redirect_to_id")),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["user_account.id"], name=op.f("fk_tote_redirect_asked_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user_account.id"], name=op.f("fk_tote_redirect_decided_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tote_redirect")),
        sa.UniqueConstraint("reference", name=op.f("uq_tote_redirect_reference")),
    )
    op.create_index(
        "uq_tote_redirect_open",
        "tote_redirect",
        ["tote_id"],
        unique=True,
        postgresql_where=sa.text("approved IS NULL"),
    )
    op.create_index("ix_tote_redirect_supplier", "tote_redirect", ["supplier_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_tote_redirect_supplier", table_name="tote_redirect")
    op.drop_index(
        "uq_tote_redirect_open",
        table_name="tote_redirect",
        postgresql_where=sa.text("approved IS NULL"),
    )
    op.drop_table("tote_redirect")
