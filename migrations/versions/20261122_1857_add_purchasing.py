"""add purchasing."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_1857"
down_revision = "20261122_1920"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "supplier",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.String(collation="C"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.Column("position_source", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name=op.f("ck_supplier_latitude")),
        sa.CheckConstraint("longitude BETWEEN -180 AND 180", name=op.f("ck_supplier_longitude")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier")),
        sa.UniqueConstraint("code", name=op.f("uq_supplier_code")),
    )
    op.create_table(
        "purchase_order",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reference", sa.String(collation="C"), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "ordered",
                "receiving",
                "received",
                "closed",
                name="orderstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("expected_on", sa.Date(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_purchase_order_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_purchase_order_supplier_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_purchase_order_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_order")),
        sa.UniqueConstraint("reference", name=op.f("uq_purchase_order_reference")),
    )
    op.create_index(
        "ix_purchase_order_list",
        "purchase_order",
        ["facility_id", "expected_on", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_purchase_order_supplier_id"), "purchase_order", ["supplier_id"], unique=False
    )
    op.create_table(
        "purchase_order_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("item_name", sa.String(), nullable=False),
        sa.Column("item_strength", sa.String(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "0 <= received AND received <= quantity",
            name=op.f("ck_purchase_order_line_not_over_received"),
        ),
        sa.CheckConstraint(
            "quantity > 0 AND price_fen >= 0", name=op.f("ck_purchase_order_line_bounds")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_purchase_order_line_item_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["purchase_order.id"], name=op.f("fk_purchase_order_line_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_order_line")),
        sa.UniqueConstraint(
            "order_id", "item_id", name=op.f("uq_purchase_order_line_order_id_item_id")
        ),
    )
    op.create_table(
        "receipt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reference", sa.String(collation="C"), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "counted",
                "accepted",
                "put_away",
                name="receiptstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.BigInteger(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by", sa.BigInteger(), nullable=True),
        sa.Column("second_user_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('draft', 'counted')) = (accepted_at IS NULL)",
            name=op.f("ck_receipt_accepted_at"),
        ),
        sa.CheckConstraint("second_user_id <> accepted_by", name=op.f("ck_receipt_two_people")),
        sa.ForeignKeyConstraint(
            ["accepted_by"], ["user_account.id"], name=op.f("fk_receipt_accepted_by")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_receipt_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["user_account.id"], name=op.f("fk_receipt_opened_by")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["purchase_order.id"], name=op.f("fk_receipt_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["second_user_id"], ["user_account.id"], name=op.f("fk_receipt_second_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("reference", name=op.f("uq_receipt_reference")),
    )
    op.create_index("ix_receipt_list", "receipt", ["facility_id", "opened_at", "id"], unique=False)
    op.create_index(
        "uq_receipt_open_order",
        "receipt",
        ["order_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('draft', 'counted')"),
    )
    op.create_table(
        "announced_lot",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("receipt_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_announced_lot_announces_something")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_announced_lot_lot_id")),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["purchase_order_line.id"],
            name=op.f("fk_announced_lot_order_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipt.id"], name=op.f("fk_announced_lot_receipt_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announced_lot")),
    )
    op.create_index("ix_announced_lot_receipt_id", "announced_lot", ["receipt_id"], unique=False)
    op.create_index(
        "uq_announced_lot_waiting",
        "announced_lot",
        ["order_line_id", "lot_id"],
        unique=True,
        postgresql_where=sa.text("receipt_id IS NULL"),
    )
    op.create_table(
        "receipt_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("receipt_id", sa.BigInteger(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("expected", sa.BigInteger(), nullable=False),
        sa.Column("first_count", sa.BigInteger(), nullable=True),
        sa.Column("first_by", sa.BigInteger(), nullable=True),
        sa.Column("second_count", sa.BigInteger(), nullable=True),
        sa.Column("second_by", sa.BigInteger(), nullable=True),
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
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=True),
        sa.Column("place_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "condition = 'usable' OR reason <> ''", name=op.f("ck_receipt_line_reason")
        ),
        sa.CheckConstraint(
            "(first_count IS NULL) = (first_by IS NULL)", name=op.f("ck_receipt_line_first_by")
        ),
        sa.CheckConstraint(
            "(second_count IS NULL) = (second_by IS NULL)", name=op.f("ck_receipt_line_second_by")
        ),
        sa.CheckConstraint(
            "expected >= 0 AND first_count >= 0 AND second_count >= 0 AND accepted >= 0",
            name=op.f("ck_receipt_line_not_negative"),
        ),
        sa.CheckConstraint("second_by <> first_by", name=op.f("ck_receipt_line_two_counters")),
        sa.ForeignKeyConstraint(
            ["first_by"], ["user_account.id"], name=op.f("fk_receipt_line_first_by")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_receipt_line_item_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_receipt_line_lot_id")),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["purchase_order_line.id"],
            name=op.f("fk_receipt_line_order_line_id"),
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_receipt_line_place_id")),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipt.id"], name=op.f("fk_receipt_line_receipt_id")
        ),
        sa.ForeignKeyConstraint(
            ["second_by"], ["user_account.id"], name=op.f("fk_receipt_line_second_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_line")),
        sa.UniqueConstraint(
            "receipt_id",
            "lot_id",
            "condition",
            name=op.f("uq_receipt_line_receipt_id_lot_id_condition"),
        ),
    )
    op.create_index(
        op.f("ix_receipt_line_order_line_id"), "receipt_line", ["order_line_id"], unique=False
    )
    op.create_table(
        "receipt_scan",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("receipt_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("client_key", sa.String(collation="C"), nullable=True),
        sa.Column("code", sa.String(collation="C"), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "accepted",
                "duplicate",
                name="scanoutcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "NOT counted OR outcome = 'accepted'", name=op.f("ck_receipt_scan_counted_is_accepted")
        ),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_receipt_scan_not_negative")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["receipt_line.id"], name=op.f("fk_receipt_scan_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipt.id"], name=op.f("fk_receipt_scan_receipt_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_receipt_scan_unit_id")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_receipt_scan_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_scan")),
        sa.UniqueConstraint(
            "receipt_id", "client_key", name=op.f("uq_receipt_scan_receipt_id_client_key")
        ),
    )
    op.create_index(op.f("ix_receipt_scan_line_id"), "receipt_scan", ["line_id"], unique=False)
    op.create_index(
        "uq_receipt_scan_counted",
        "receipt_scan",
        ["receipt_id", "unit_id"],
        unique=True,
        postgresql_where=sa.text("counted"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_receipt_scan_counted", table_name="receipt_scan", postgresql_where=sa.text("counted")
    )
    op.drop_index(op.f("ix_receipt_scan_line_id"), table_name="receipt_scan")
    op.drop_table("receipt_scan")
    op.drop_index(op.f("ix_receipt_line_order_line_id"), table_name="receipt_line")
    op.drop_table("receipt_line")
    op.drop_index(
        "uq_announced_lot_waiting",
        table_name="announced_lot",
        postgresql_where=sa.text("receipt_id IS NULL"),
    )
    op.drop_index("ix_announced_lot_receipt_id", table_name="announced_lot")
    op.drop_table("announced_lot")
    op.drop_index(
        "uq_receipt_open_order",
        table_name="receipt",
        postgresql_where=sa.text("state IN ('draft', 'counted')"),
    )
    op.drop_index("ix_receipt_list", table_name="receipt")
    op.drop_table("receipt")
    op.drop_table("purchase_order_line")
    op.drop_index(op.f("ix_purchase_order_supplier_id"), table_name="purchase_order")
    op.drop_index("ix_purchase_order_list", table_name="purchase_order")
    op.drop_table("purchase_order")
    op.drop_table("supplier")
