"""plan purchases."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_2215"
down_revision = "20261122_2220"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "purchase_plan",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reference", sa.String(collation="C"), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "ordered",
                "cancelled",
                name="purchaseplanstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("clinic_days", sa.Integer(), nullable=False),
        sa.Column("centre_days", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "clinic_days > 0 AND centre_days >= 0", name=op.f("ck_purchase_plan_covers_days")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_purchase_plan_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_purchase_plan_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_plan")),
        sa.UniqueConstraint("reference", name=op.f("uq_purchase_plan_reference")),
    )
    op.create_index("ix_purchase_plan_list", "purchase_plan", ["facility_id", "id"], unique=False)
    op.create_index(
        "uq_purchase_plan_draft",
        "purchase_plan",
        ["facility_id"],
        unique=True,
        postgresql_where=sa.text("state = 'draft'"),
    )
    op.create_table(
        "purchase_plan_line",
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("item_name", sa.String(), nullable=False),
        sa.Column("item_strength", sa.String(), nullable=False),
        sa.Column("base_unit", sa.String(), nullable=False),
        sa.Column("pack_unit", sa.String(), nullable=False),
        sa.Column("units_per_pack", sa.BigInteger(), nullable=False),
        sa.Column("suggested_packs", sa.BigInteger(), nullable=False),
        sa.Column("packs", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=True),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("arithmetic", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint(
            "packs >= 0 AND suggested_packs >= 0", name=op.f("ck_purchase_plan_line_not_negative")
        ),
        sa.CheckConstraint("price_fen >= 0", name=op.f("ck_purchase_plan_line_price")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_purchase_plan_line_item_id")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["purchase_plan.id"], name=op.f("fk_purchase_plan_line_plan_id")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_purchase_plan_line_supplier_id")
        ),
        sa.PrimaryKeyConstraint("plan_id", "item_id", name=op.f("pk_purchase_plan_line")),
    )
    op.add_column("purchase_order", sa.Column("plan_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_purchase_order_plan_id"), "purchase_order", ["plan_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_purchase_order_plan_id"), "purchase_order", "purchase_plan", ["plan_id"], ["id"]
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_purchase_order_plan_id"), "purchase_order", type_="foreignkey")
    op.drop_index(op.f("ix_purchase_order_plan_id"), table_name="purchase_order")
    op.drop_column("purchase_order", "plan_id")
    op.drop_table("purchase_plan_line")
    op.drop_index(
        "uq_purchase_plan_draft",
        table_name="purchase_plan",
        postgresql_where=sa.text("state = 'draft'"),
    )
    op.drop_index("ix_purchase_plan_list", table_name="purchase_plan")
    op.drop_table("purchase_plan")
