"""qualify suppliers, contract prices, approve orders."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_2150"
down_revision = "20261122_2200"
branch_labels = None
depends_on = None

STATES = (
    "'draft', 'submitted', 'approved', 'sent', 'partially_received', 'received', 'closed',"
    " 'cancelled'"
)
CHECKS = (
    ("purchase_order", "orderstate", f"state IN ({STATES})"),
    ("purchase_order", "two_people", "approved_by <> user_id"),
    ("purchase_order", "approval", "approved_by IS NULL OR approved_at IS NOT NULL"),
    (
        "purchase_order",
        "approved_first",
        "state IN ('draft', 'submitted', 'cancelled') OR approved_at IS NOT NULL",
    ),
    (
        "purchase_order",
        "sent_first",
        "state NOT IN ('sent', 'partially_received', 'received', 'closed') OR sent_at IS NOT NULL",
    ),
    ("purchase_order", "reason", "state NOT IN ('closed', 'cancelled') OR reason <> ''"),
    ("purchase_order_line", "whole_packs", "quantity % units_per_pack = 0"),
)


def upgrade() -> None:
    op.create_table(
        "supplier_licence",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "business",
                "drug_wholesale",
                "device_wholesale",
                "controlled_drugs",
                name="licencekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.String(collation="C"), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("number <> ''", name=op.f("ck_supplier_licence_numbered")),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_licence_supplier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_licence")),
        sa.UniqueConstraint(
            "supplier_id", "kind", name=op.f("uq_supplier_licence_supplier_id_kind")
        ),
    )
    op.create_table(
        "supply_contract",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reference", sa.String(collation="C"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "volume_based",
                "framework",
                name="contractkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "active",
                "ended",
                name="contractstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "starts_on <= ends_on", name=op.f("ck_supply_contract_starts_before_it_ends")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_supply_contract_supplier_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_supply_contract_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supply_contract")),
        sa.UniqueConstraint("reference", name=op.f("uq_supply_contract_reference")),
    )
    op.create_index("ix_supply_contract_list", "supply_contract", ["ends_on", "id"], unique=False)
    op.create_index(
        op.f("ix_supply_contract_supplier_id"), "supply_contract", ["supplier_id"], unique=False
    )
    op.create_table(
        "supply_contract_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("agreed_packs", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("in_force", sa.Boolean(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(supplier_id, supplier_id, '[]')"), "&&"),
            (sa.text("int8range(item_id, item_id, '[]')"), "&&"),
            (sa.text("daterange(starts_on, ends_on, '[]')"), "&&"),
            where=sa.text("in_force"),
            using="gist",
            name="ex_supply_contract_line_one_price",
        ),
        sa.CheckConstraint(
            "price_fen > 0 AND agreed_packs >= 0", name=op.f("ck_supply_contract_line_bounds")
        ),
        sa.CheckConstraint(
            "starts_on <= ends_on", name=op.f("ck_supply_contract_line_starts_before_it_ends")
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["supply_contract.id"],
            name=op.f("fk_supply_contract_line_contract_id"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_supply_contract_line_item_id")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_supply_contract_line_supplier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supply_contract_line")),
        sa.UniqueConstraint(
            "contract_id", "item_id", name=op.f("uq_supply_contract_line_contract_id_item_id")
        ),
    )
    op.create_index(
        "ix_supply_contract_line_item",
        "supply_contract_line",
        ["item_id", "supplier_id"],
        unique=False,
    )
    op.add_column(
        "purchase_order", sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "purchase_order", sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("purchase_order", sa.Column("approved_by", sa.BigInteger(), nullable=True))
    op.add_column("purchase_order", sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "purchase_order", sa.Column("reason", sa.String(), nullable=False, server_default="")
    )
    op.create_foreign_key(
        op.f("fk_purchase_order_approved_by"),
        "purchase_order",
        "user_account",
        ["approved_by"],
        ["id"],
    )
    op.add_column(
        "purchase_order_line",
        sa.Column("base_unit", sa.String(), nullable=False, server_default=""),
    )
    op.add_column(
        "purchase_order_line",
        sa.Column("pack_unit", sa.String(), nullable=False, server_default=""),
    )
    op.add_column(
        "purchase_order_line",
        sa.Column("units_per_pack", sa.BigInteger(), nullable=False, server_default="1"),
    )
    op.execute(
        "UPDATE purchase_order_line line SET base_unit = item.base_unit, pack_unit = item.pack_unit, units_per_pack = item.units_per_pack FROM item WHERE item.id = line.item_id"
    )
    for column in ("base_unit", "pack_unit", "units_per_pack"):
        op.alter_column("purchase_order_line", column, server_default=None)
    op.alter_column("purchase_order", "reason", server_default=None)
    op.add_column(
        "purchase_order_line", sa.Column("contract_line_id", sa.BigInteger(), nullable=True)
    )
    op.create_index(
        "ix_purchase_order_line_contract_line_id",
        "purchase_order_line",
        ["contract_line_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_purchase_order_line_item_id"), "purchase_order_line", ["item_id"], unique=False
    )
    op.create_foreign_key(
        op.f("fk_purchase_order_line_contract_line_id"),
        "purchase_order_line",
        "supply_contract_line",
        ["contract_line_id"],
        ["id"],
    )
    op.drop_constraint(op.f("ck_purchase_order_orderstate"), "purchase_order", type_="check")
    op.execute(
        "UPDATE purchase_order SET approved_at = ordered_at, sent_at = ordered_at, state ="
        " CASE state WHEN 'ordered' THEN 'sent' WHEN 'receiving' THEN 'partially_received'"
        " ELSE state END, reason = CASE state WHEN 'closed' THEN 'closed' ELSE '' END"
    )
    for table, name, rule in CHECKS:
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, rule)


def downgrade() -> None:
    for table, name, _ in CHECKS:
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
    op.execute(
        "DELETE FROM purchase_order_line line USING purchase_order o WHERE o.id ="
        " line.order_id AND o.state IN ('draft', 'submitted', 'approved', 'cancelled')"
    )
    op.execute(
        "DELETE FROM purchase_order WHERE state IN ('draft', 'submitted', 'approved', 'cancelled')"
    )
    op.execute(
        "UPDATE purchase_order SET state = CASE state WHEN 'sent' THEN 'ordered'"
        " WHEN 'partially_received' THEN 'receiving' ELSE state END"
    )
    op.create_check_constraint(
        op.f("ck_purchase_order_orderstate"),
        "purchase_order",
        "state IN ('ordered', 'receiving', 'received', 'closed')",
    )
    op.drop_constraint(
        op.f("fk_purchase_order_line_contract_line_id"), "purchase_order_line", type_="foreignkey"
    )
    op.drop_index(op.f("ix_purchase_order_line_item_id"), table_name="purchase_order_line")
    op.drop_index("ix_purchase_order_line_contract_line_id", table_name="purchase_order_line")
    op.drop_column("purchase_order_line", "contract_line_id")
    op.drop_column("purchase_order_line", "units_per_pack")
    op.drop_column("purchase_order_line", "pack_unit")
    op.drop_column("purchase_order_line", "base_unit")
    op.drop_constraint(op.f("fk_purchase_order_approved_by"), "purchase_order", type_="foreignkey")
    op.drop_column("purchase_order", "reason")
    op.drop_column("purchase_order", "sent_at")
    op.drop_column("purchase_order", "approved_by")
    op.drop_column("purchase_order", "approved_at")
    op.drop_column("purchase_order", "submitted_at")
    op.drop_index("ix_supply_contract_line_item", table_name="supply_contract_line")
    op.drop_table("supply_contract_line")
    op.drop_index(op.f("ix_supply_contract_supplier_id"), table_name="supply_contract")
    op.drop_index("ix_supply_contract_list", table_name="supply_contract")
    op.drop_table("supply_contract")
    op.drop_table("supplier_licence")
