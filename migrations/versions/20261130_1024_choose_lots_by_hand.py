"""Keep which lots people chose by hand, and why."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261130_1024"
down_revision = "20261130_1021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lot_override",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("requisition_line_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_number", sa.String(collation="C"), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("instead_of", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "reason_code",
            sa.Enum(
                "clinic_asked",
                "same_lot",
                "used_in_time",
                "not_at_hand",
                "pack_unfit",
                "other",
                name="lotreason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason_text", sa.String(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason_text <> ''", name=op.f("ck_lot_override_says_why")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_lot_override_takes_something")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_lot_override_lot_id")),
        sa.ForeignKeyConstraint(
            ["requisition_line_id"],
            ["requisition_line.id"],
            name=op.f("fk_lot_override_requisition_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_lot_override_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_override")),
    )
    op.create_index(
        "ix_lot_override_line", "lot_override", ["requisition_line_id", "id"], unique=False
    )
    op.execute(
        "CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON lot_override"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_index("ix_lot_override_line", table_name="lot_override")
    op.drop_table("lot_override")
