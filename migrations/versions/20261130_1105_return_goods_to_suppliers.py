"""return goods to suppliers."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_1105"
down_revision = "20261130_1058"
branch_labels = None
depends_on = None

GROWING = ("supplier_return_line", "supplier_return_pack", "supplier_settlement_credit")


def upgrade() -> None:
    op.create_table(
        "supplier_return",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reference", sa.String(collation="C"), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "requested",
                "approved",
                "sent",
                "refused",
                "withdrawn",
                "reversed",
                name="supplierreturnstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "near_expiry",
                "damaged",
                "recall",
                "wrong_goods",
                "quality",
                name="supplierreturnreason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("origin", sa.String(collation="C"), nullable=False),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("sent_by", sa.BigInteger(), nullable=True),
        sa.Column("second_user_id", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("credit_fen", sa.BigInteger(), nullable=False),
        sa.Column("settlement_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "settlement_id IS NULL OR state = 'sent'",
            name=op.f("ck_supplier_return_settled_when_sent"),
        ),
        sa.CheckConstraint(
            "state <> 'refused' OR answer <> ''",
            name=op.f("ck_supplier_return_refused_with_reason"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('sent', 'reversed') OR num_nulls(decided_at, sent_at) = 0",
            name=op.f("ck_supplier_return_sent"),
        ),
        sa.CheckConstraint("decided_by <> created_by", name=op.f("ck_supplier_return_two_people")),
        sa.CheckConstraint("second_user_id <> sent_by", name=op.f("ck_supplier_return_two_send")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.id"], name=op.f("fk_supplier_return_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["user_account.id"], name=op.f("fk_supplier_return_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_supplier_return_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["second_user_id"], ["user_account.id"], name=op.f("fk_supplier_return_second_user_id")
        ),
        sa.ForeignKeyConstraint(
            ["sent_by"], ["user_account.id"], name=op.f("fk_supplier_return_sent_by")
        ),
        sa.ForeignKeyConstraint(
            ["settlement_id"],
            ["supplier_settlement.id"],
            name=op.f("fk_supplier_return_settlement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_return_supplier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_return")),
        sa.UniqueConstraint("reference", name=op.f("uq_supplier_return_reference")),
    )
    op.create_index(
        "ix_supplier_return_list", "supplier_return", ["facility_id", "id"], unique=False
    )
    op.create_index(
        "ix_supplier_return_open_credit",
        "supplier_return",
        ["supplier_id"],
        unique=False,
        postgresql_where=sa.text("state = 'sent' AND settlement_id IS NULL"),
    )
    op.create_table(
        "supplier_settlement_credit",
        sa.Column("settlement_id", sa.BigInteger(), nullable=False),
        sa.Column("return_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["return_id"],
            ["supplier_return.id"],
            name=op.f("fk_supplier_settlement_credit_return_id"),
        ),
        sa.ForeignKeyConstraint(
            ["settlement_id"],
            ["supplier_settlement.id"],
            name=op.f("fk_supplier_settlement_credit_settlement_id"),
        ),
        sa.PrimaryKeyConstraint(
            "settlement_id", "return_id", name=op.f("pk_supplier_settlement_credit")
        ),
    )
    op.create_index(
        op.f("ix_supplier_settlement_credit_return_id"),
        "supplier_settlement_credit",
        ["return_id"],
        unique=False,
    )
    op.create_table(
        "supplier_return_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("return_id", sa.BigInteger(), nullable=False),
        sa.Column("receipt_line_id", sa.BigInteger(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "condition",
            sa.Enum(
                "usable",
                "quarantine",
                "damaged",
                name="condition",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("item_code", sa.String(collation="C"), nullable=False),
        sa.Column("item_name", sa.String(), nullable=False),
        sa.Column("strength", sa.String(), nullable=False),
        sa.Column("base_unit", sa.String(), nullable=False),
        sa.Column("units_per_pack", sa.BigInteger(), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("is_coded", sa.Boolean(), nullable=False),
        sa.Column("is_controlled", sa.Boolean(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_supplier_return_line_returns_something")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_supplier_return_line_item_id")
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_supplier_return_line_lot_id")
        ),
        sa.ForeignKeyConstraint(
            ["place_id"], ["place.id"], name=op.f("fk_supplier_return_line_place_id")
        ),
        sa.ForeignKeyConstraint(
            ["receipt_line_id"],
            ["receipt_line.id"],
            name=op.f("fk_supplier_return_line_receipt_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["return_id"], ["supplier_return.id"], name=op.f("fk_supplier_return_line_return_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_return_line")),
        sa.UniqueConstraint(
            "return_id",
            "receipt_line_id",
            "place_id",
            "condition",
            name="uq_supplier_return_line_goods",
        ),
    )
    op.create_index(
        "ix_supplier_return_line_receipt_line",
        "supplier_return_line",
        ["receipt_line_id"],
        unique=False,
    )
    op.create_table(
        "supplier_return_pack",
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["line_id"], ["supplier_return_line.id"], name=op.f("fk_supplier_return_pack_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_supplier_return_pack_unit_id")
        ),
        sa.PrimaryKeyConstraint("line_id", "unit_id", name=op.f("pk_supplier_return_pack")),
    )
    op.create_index(
        op.f("ix_supplier_return_pack_unit_id"), "supplier_return_pack", ["unit_id"], unique=False
    )
    op.add_column(
        "receipt_line",
        sa.Column("returned", sa.BigInteger(), nullable=False, server_default="0"),
    )
    op.alter_column("receipt_line", "returned", server_default=None)
    op.create_check_constraint(
        op.f("ck_receipt_line_returned_within_accepted"),
        "receipt_line",
        "0 <= returned AND returned <= coalesce(accepted, 0)",
    )
    for table in GROWING:
        op.execute(
            f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.drop_constraint(
        op.f("ck_receipt_line_returned_within_accepted"), "receipt_line", type_="check"
    )
    op.drop_column("receipt_line", "returned")
    op.drop_index(op.f("ix_supplier_return_pack_unit_id"), table_name="supplier_return_pack")
    op.drop_table("supplier_return_pack")
    op.drop_index("ix_supplier_return_line_receipt_line", table_name="supplier_return_line")
    op.drop_table("supplier_return_line")
    op.drop_index(
        op.f("ix_supplier_settlement_credit_return_id"), table_name="supplier_settlement_credit"
    )
    op.drop_table("supplier_settlement_credit")
    op.drop_index(
        "ix_supplier_return_open_credit",
        table_name="supplier_return",
        postgresql_where=sa.text("state = 'sent' AND settlement_id IS NULL"),
    )
    op.drop_index("ix_supplier_return_list", table_name="supplier_return")
    op.drop_table("supplier_return")
