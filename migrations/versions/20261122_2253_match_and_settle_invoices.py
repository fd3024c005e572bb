"""match and settle invoices."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_2253"
down_revision = "20261122_2245"
branch_labels = None
depends_on = None

ONLY_GROW = ("supplier_invoice_line", "supplier_settlement", "supplier_settlement_line")


def upgrade() -> None:
    op.create_table(
        "supplier_settlement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reference", sa.String(collation="C"), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "reverses_id IS NULL OR reason <> ''", name=op.f("ck_supplier_settlement_reason")
        ),
        sa.CheckConstraint(
            "(reverses_id IS NULL) = (total_fen > 0)",
            name=op.f("ck_supplier_settlement_reversal_is_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_supplier_settlement_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"],
            ["supplier_settlement.id"],
            name=op.f("fk_supplier_settlement_reverses_id"),
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_settlement_supplier_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_supplier_settlement_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_settlement")),
        sa.UniqueConstraint("reference", name=op.f("uq_supplier_settlement_reference")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_supplier_settlement_reverses_id")),
    )
    op.create_index(
        "ix_supplier_settlement_list", "supplier_settlement", ["facility_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_supplier_settlement_supplier_id"),
        "supplier_settlement",
        ["supplier_id"],
        unique=False,
    )
    op.create_table(
        "supplier_invoice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reference", sa.String(collation="C"), nullable=False),
        sa.Column("number", sa.String(collation="C"), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "differing",
                "matched",
                "settled",
                "rejected",
                name="invoicestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("invoiced_on", sa.Date(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "state <> 'rejected' OR reason <> ''", name=op.f("ck_supplier_invoice_reason")
        ),
        sa.CheckConstraint("total_fen > 0", name=op.f("ck_supplier_invoice_asks_for_something")),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["user_account.id"], name=op.f("fk_supplier_invoice_entered_by")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_supplier_invoice_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["purchase_order.id"], name=op.f("fk_supplier_invoice_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_invoice_supplier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_invoice")),
        sa.UniqueConstraint("reference", name=op.f("uq_supplier_invoice_reference")),
    )
    op.create_index(
        "ix_supplier_invoice_list", "supplier_invoice", ["facility_id", "id"], unique=False
    )
    op.create_index("ix_supplier_invoice_order_id", "supplier_invoice", ["order_id"], unique=False)
    op.create_index(
        "uq_supplier_invoice_number",
        "supplier_invoice",
        ["supplier_id", "number"],
        unique=True,
        postgresql_where=sa.text("state <> 'rejected'"),
    )
    op.create_table(
        "supplier_invoice_difference",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "more_than_received",
                "less_than_received",
                "price_above_order",
                "price_below_order",
                "total_differs",
                name="differencekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("expected", sa.BigInteger(), nullable=False),
        sa.Column("found", sa.BigInteger(), nullable=False),
        sa.Column("entered_by", sa.BigInteger(), nullable=False),
        sa.Column(
            "resolution",
            sa.Enum(
                "accepted",
                "cleared",
                name="differenceoutcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("resolved_by", sa.BigInteger(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "resolution <> 'accepted' OR (reason <> '' AND resolved_by IS NOT NULL)",
            name=op.f("ck_supplier_invoice_difference_reason"),
        ),
        sa.CheckConstraint(
            "(resolution IS NULL) = (resolved_at IS NULL)",
            name=op.f("ck_supplier_invoice_difference_resolved_or_open"),
        ),
        sa.CheckConstraint(
            "resolved_by <> entered_by", name=op.f("ck_supplier_invoice_difference_two_people")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"],
            ["user_account.id"],
            name=op.f("fk_supplier_invoice_difference_entered_by"),
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"],
            ["supplier_invoice.id"],
            name=op.f("fk_supplier_invoice_difference_invoice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["purchase_order_line.id"],
            name=op.f("fk_supplier_invoice_difference_order_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["resolved_by"],
            ["user_account.id"],
            name=op.f("fk_supplier_invoice_difference_resolved_by"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_invoice_difference")),
    )
    op.create_index(
        "ix_supplier_invoice_difference_invoice_id",
        "supplier_invoice_difference",
        ["invoice_id"],
        unique=False,
    )
    op.create_table(
        "supplier_invoice_line",
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("packs", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "packs > 0 AND quantity > 0 AND price_fen >= 0",
            name=op.f("ck_supplier_invoice_line_bounds"),
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"],
            ["supplier_invoice.id"],
            name=op.f("fk_supplier_invoice_line_invoice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["purchase_order_line.id"],
            name=op.f("fk_supplier_invoice_line_order_line_id"),
        ),
        sa.PrimaryKeyConstraint(
            "invoice_id", "order_line_id", name=op.f("pk_supplier_invoice_line")
        ),
    )
    op.create_index(
        "ix_supplier_invoice_line_order_line_id",
        "supplier_invoice_line",
        ["order_line_id"],
        unique=False,
    )
    op.create_table(
        "supplier_settlement_line",
        sa.Column("settlement_id", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invoice_id"],
            ["supplier_invoice.id"],
            name=op.f("fk_supplier_settlement_line_invoice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["settlement_id"],
            ["supplier_settlement.id"],
            name=op.f("fk_supplier_settlement_line_settlement_id"),
        ),
        sa.PrimaryKeyConstraint(
            "settlement_id", "invoice_id", name=op.f("pk_supplier_settlement_line")
        ),
    )
    op.create_index(
        op.f("ix_supplier_settlement_line_invoice_id"),
        "supplier_settlement_line",
        ["invoice_id"],
        unique=False,
    )
    for table in ONLY_GROW:
        op.execute(
            f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.drop_index(
        op.f("ix_supplier_settlement_line_invoice_id"), table_name="supplier_settlement_line"
    )
    op.drop_table("supplier_settlement_line")
    op.drop_index("ix_supplier_invoice_line_order_line_id", table_name="supplier_invoice_line")
    op.drop_table("supplier_invoice_line")
    op.drop_index(
        "ix_supplier_invoice_difference_invoice_id", table_name="supplier_invoice_difference"
    )
    op.drop_table("supplier_invoice_difference")
    op.drop_index(
        "uq_supplier_invoice_number",
        table_name="supplier_invoice",
        postgresql_where=sa.text("state <> 'rejected'"),
    )
    op.drop_index("ix_supplier_invoice_order_id", table_name="supplier_invoice")
    op.drop_index("ix_supplier_invoice_list", table_name="supplier_invoice")
    op.drop_table("supplier_invoice")
    op.drop_index(op.f("ix_supplier_settlement_supplier_id"), table_name="supplier_settlement")
    op.drop_index("ix_supplier_settlement_list", table_name="supplier_settlement")
    op.drop_table("supplier_settlement")
