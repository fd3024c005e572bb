"""requisitions totes and receipts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_1920"
down_revision = "20261122_1910"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "requisition_template_line",
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_requisition_template_line_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_requisition_template_line_item_id")
        ),
        sa.PrimaryKeyConstraint(
            "facility_id", "item_id", name=op.f("pk_requisition_template_line")
        ),
    )
    op.create_table(
        "requisition",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reference", sa.String(collation="C"), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("requested_by_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "approved",
                "rejected",
                "picking",
                "sealed",
                "in_delivery",
                "received",
                "cancelled",
                name="requisitionstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("delivery_day", sa.Date(), nullable=True),
        sa.Column("promised_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("promised_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notes", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by_id", sa.BigInteger(), nullable=True),
        sa.Column("second_user_id", sa.BigInteger(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "num_nulls(promised_from, promised_to) IN (0, 2)",
            name=op.f("ck_requisition_whole_window"),
        ),
        sa.CheckConstraint(
            "promised_from < promised_to", name=op.f("ck_requisition_window_opens_before_it_closes")
        ),
        sa.CheckConstraint(
            "second_user_id <> approved_by_id", name=op.f("ck_requisition_two_people")
        ),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["user_account.id"], name=op.f("fk_requisition_approved_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_requisition_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_requisition_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["facility.id"], name=op.f("fk_requisition_requested_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["second_user_id"], ["user_account.id"], name=op.f("fk_requisition_second_user_id")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["facility.id"], name=op.f("fk_requisition_supplier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requisition")),
        sa.UniqueConstraint("reference", name=op.f("uq_requisition_reference")),
    )
    op.create_index("ix_requisition_facility", "requisition", ["facility_id", "id"], unique=False)
    op.create_index(
        "ix_requisition_queue",
        "requisition",
        ["supplier_id", "state", "delivery_day", "id"],
        unique=False,
    )
    op.create_index(
        "ix_requisition_requested_by", "requisition", ["requested_by_id", "id"], unique=False
    )
    op.create_table(
        "pick_task",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reference", sa.String(collation="C"), nullable=False),
        sa.Column("requisition_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["requisition_id"], ["requisition.id"], name=op.f("fk_pick_task_requisition_id")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["facility.id"], name=op.f("fk_pick_task_supplier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pick_task")),
        sa.UniqueConstraint("reference", name=op.f("uq_pick_task_reference")),
        sa.UniqueConstraint("requisition_id", name=op.f("uq_pick_task_requisition_id")),
    )
    op.create_index(
        "ix_pick_task_open",
        "pick_task",
        ["supplier_id", "id"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "requisition_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("requisition_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("item_code", sa.String(collation="C"), nullable=False),
        sa.Column("item_name", sa.String(), nullable=False),
        sa.Column("item_strength", sa.String(), nullable=False),
        sa.Column("base_unit", sa.String(), nullable=False),
        sa.Column("pack_unit", sa.String(), nullable=False),
        sa.Column("units_per_pack", sa.BigInteger(), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column(
            "storage_class",
            sa.Enum(
                "ambient",
                "cool",
                "cold",
                name="storageclass",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("controlled", sa.Boolean(), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("suggested", sa.BigInteger(), nullable=False),
        sa.Column("own_usable", sa.BigInteger(), nullable=False),
        sa.Column("coming", sa.BigInteger(), nullable=False),
        sa.Column("amc", sa.BigInteger(), nullable=True),
        sa.Column("centre_available", sa.BigInteger(), nullable=False),
        sa.Column("arithmetic", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "full",
                "cut",
                "substituted",
                "refused",
                name="decision",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("approved_quantity", sa.BigInteger(), nullable=True),
        sa.Column("shortage", sa.BigInteger(), nullable=False),
        sa.Column(
            "reason_code",
            sa.Enum(
                "out_of_stock",
                "enough_in_stock",
                "rationed",
                "near_expiry",
                "not_for_this_level",
                "discontinued",
                "other",
                name="reasoncode",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("reason_text", sa.String(), nullable=False),
        sa.Column("substitutes_line_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(decision IS NULL) = (approved_quantity IS NULL)",
            name=op.f("ck_requisition_line_decided"),
        ),
        sa.CheckConstraint(
            "asked >= 0 AND suggested >= 0 AND shortage >= 0",
            name=op.f("ck_requisition_line_not_negative"),
        ),
        sa.CheckConstraint(
            "shortage <= coalesce(approved_quantity, 0)",
            name=op.f("ck_requisition_line_short_of_approved"),
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_requisition_line_item_id")),
        sa.ForeignKeyConstraint(
            ["requisition_id"], ["requisition.id"], name=op.f("fk_requisition_line_requisition_id")
        ),
        sa.ForeignKeyConstraint(
            ["substitutes_line_id"],
            ["requisition_line.id"],
            name=op.f("fk_requisition_line_substitutes_line_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requisition_line")),
        sa.UniqueConstraint(
            "requisition_id", "item_id", name=op.f("uq_requisition_line_requisition_id_item_id")
        ),
        sa.UniqueConstraint(
            "requisition_id", "position", name=op.f("uq_requisition_line_requisition_id_position")
        ),
    )
    op.create_index(
        op.f("ix_requisition_line_item_id"), "requisition_line", ["item_id"], unique=False
    )
    op.create_index(
        "ix_requisition_line_substitutes",
        "requisition_line",
        ["substitutes_line_id"],
        unique=False,
        postgresql_where=sa.text("substitutes_line_id IS NOT NULL"),
    )
    op.create_table(
        "tote",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.String(collation="C"), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("requisition_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("destination_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "compartment",
            sa.Enum(
                "ambient",
                "cool",
                "cold",
                "controlled",
                name="compartment",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "packed",
                "checked",
                "sealed",
                "loaded",
                "handed_over",
                "received",
                "returned",
                "cancelled",
                name="totestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("weight_grams", sa.Integer(), nullable=False),
        sa.Column("volume_cm3", sa.Integer(), nullable=False),
        sa.Column("vehicle_place_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_by_id", sa.BigInteger(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'loaded') = (vehicle_place_id IS NOT NULL)",
            name=op.f("ck_tote_loaded_on_a_vehicle"),
        ),
        sa.CheckConstraint(
            "weight_grams >= 0 AND volume_cm3 >= 0", name=op.f("ck_tote_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["checked_by_id"], ["user_account.id"], name=op.f("fk_tote_checked_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["destination_id"], ["facility.id"], name=op.f("fk_tote_destination_id")
        ),
        sa.ForeignKeyConstraint(
            ["requisition_id"], ["requisition.id"], name=op.f("fk_tote_requisition_id")
        ),
        sa.ForeignKeyConstraint(["supplier_id"], ["facility.id"], name=op.f("fk_tote_supplier_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_tote_unit_id")),
        sa.ForeignKeyConstraint(
            ["vehicle_place_id"], ["place.id"], name=op.f("fk_tote_vehicle_place_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tote")),
        sa.UniqueConstraint("code", name=op.f("uq_tote_code")),
        sa.UniqueConstraint("unit_id", name=op.f("uq_tote_unit_id")),
    )
    op.create_index(
        "ix_tote_destination_state", "tote", ["destination_id", "state", "id"], unique=False
    )
    op.create_index("ix_tote_requisition", "tote", ["requisition_id"], unique=False)
    op.create_index("ix_tote_supplier_state", "tote", ["supplier_id", "state", "id"], unique=False)
    op.create_index(
        "uq_tote_open",
        "tote",
        ["requisition_id", "compartment"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "clinic_receipt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reference", sa.String(collation="C"), nullable=False),
        sa.Column("tote_id", sa.BigInteger(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("received_by_id", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("notes", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_clinic_receipt_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["received_by_id"], ["user_account.id"], name=op.f("fk_clinic_receipt_received_by_id")
        ),
        sa.ForeignKeyConstraint(["tote_id"], ["tote.id"], name=op.f("fk_clinic_receipt_tote_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinic_receipt")),
        sa.UniqueConstraint("reference", name=op.f("uq_clinic_receipt_reference")),
        sa.UniqueConstraint("tote_id", name=op.f("uq_clinic_receipt_tote_id")),
    )
    op.create_index(
        op.f("ix_clinic_receipt_facility_id"), "clinic_receipt", ["facility_id"], unique=False
    )
    op.create_table(
        "pick_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("requisition_line_id", sa.BigInteger(), nullable=False),
        sa.Column("reservation_id", sa.BigInteger(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_number", sa.String(collation="C"), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column(
            "compartment",
            sa.Enum(
                "ambient",
                "cool",
                "cold",
                "controlled",
                name="compartment",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("picked", sa.BigInteger(), nullable=False),
        sa.Column("short", sa.BigInteger(), nullable=False),
        sa.Column(
            "short_reason",
            sa.Enum(
                "not_found",
                "damaged",
                "lot_gone",
                name="shortreason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(short = 0) = (short_reason IS NULL)", name=op.f("ck_pick_line_short_has_a_reason")
        ),
        sa.CheckConstraint("picked + short <= quantity", name=op.f("ck_pick_line_within_quantity")),
        sa.CheckConstraint(
            "quantity >= 0 AND picked >= 0 AND short >= 0", name=op.f("ck_pick_line_not_negative")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_pick_line_item_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_pick_line_lot_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_pick_line_place_id")),
        sa.ForeignKeyConstraint(
            ["requisition_line_id"],
            ["requisition_line.id"],
            name=op.f("fk_pick_line_requisition_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["stock_reservation.id"], name=op.f("fk_pick_line_reservation_id")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["pick_task.id"], name=op.f("fk_pick_line_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pick_line")),
        sa.UniqueConstraint("task_id", "position", name=op.f("uq_pick_line_task_id_position")),
    )
    op.create_index("ix_pick_line_lot", "pick_line", ["lot_id"], unique=False)
    op.create_index(
        "ix_pick_line_requisition_line", "pick_line", ["requisition_line_id"], unique=False
    )
    op.create_index(
        op.f("ix_pick_line_reservation_id"), "pick_line", ["reservation_id"], unique=False
    )
    op.create_table(
        "tote_count",
        sa.Column("tote_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_tote_count_item_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_tote_count_lot_id")),
        sa.ForeignKeyConstraint(["tote_id"], ["tote.id"], name=op.f("fk_tote_count_tote_id")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_tote_count_user_id")
        ),
        sa.PrimaryKeyConstraint("tote_id", "item_id", "lot_id", name=op.f("pk_tote_count")),
    )
    op.create_table(
        "tote_content",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tote_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("pick_line_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("picked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("picked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_tote_content_holds_something")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_tote_content_item_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_tote_content_lot_id")),
        sa.ForeignKeyConstraint(
            ["pick_line_id"], ["pick_line.id"], name=op.f("fk_tote_content_pick_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["picked_by_id"], ["user_account.id"], name=op.f("fk_tote_content_picked_by_id")
        ),
        sa.ForeignKeyConstraint(["tote_id"], ["tote.id"], name=op.f("fk_tote_content_tote_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_tote_content_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tote_content")),
        sa.UniqueConstraint("tote_id", "position", name=op.f("uq_tote_content_tote_id_position")),
    )
    op.create_index("ix_tote_content_pick_line", "tote_content", ["pick_line_id"], unique=False)
    op.create_index(op.f("ix_tote_content_unit_id"), "tote_content", ["unit_id"], unique=False)
    op.create_table(
        "clinic_receipt_line",
        sa.Column("receipt_id", sa.BigInteger(), nullable=False),
        sa.Column("content_id", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "0 <= received AND received <= sent", name=op.f("ck_clinic_receipt_line_within_sent")
        ),
        sa.ForeignKeyConstraint(
            ["content_id"], ["tote_content.id"], name=op.f("fk_clinic_receipt_line_content_id")
        ),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["clinic_receipt.id"], name=op.f("fk_clinic_receipt_line_receipt_id")
        ),
        sa.PrimaryKeyConstraint("content_id", name=op.f("pk_clinic_receipt_line")),
    )
    op.create_table(
        "discrepancy",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reference", sa.String(collation="C"), nullable=False),
        sa.Column("content_id", sa.BigInteger(), nullable=False),
        sa.Column("tote_id", sa.BigInteger(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("opened_by_id", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "resolution",
            sa.Enum(
                "found",
                "lost",
                "sent_wrong",
                "damaged",
                name="resolution",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("closed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "resolution IS NULL OR reason <> ''", name=op.f("ck_discrepancy_closing_has_a_reason")
        ),
        sa.CheckConstraint(
            "num_nulls(resolution, closed_at, closed_by_id) IN (0, 3)",
            name=op.f("ck_discrepancy_closed_or_open"),
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_discrepancy_something_is_missing")),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["user_account.id"], name=op.f("fk_discrepancy_closed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["content_id"], ["tote_content.id"], name=op.f("fk_discrepancy_content_id")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_discrepancy_facility_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_discrepancy_item_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_discrepancy_lot_id")),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["user_account.id"], name=op.f("fk_discrepancy_opened_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["facility.id"], name=op.f("fk_discrepancy_supplier_id")
        ),
        sa.ForeignKeyConstraint(["tote_id"], ["tote.id"], name=op.f("fk_discrepancy_tote_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discrepancy")),
        sa.UniqueConstraint("content_id", name=op.f("uq_discrepancy_content_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_discrepancy_reference")),
    )
    op.create_index("ix_discrepancy_facility", "discrepancy", ["facility_id", "id"], unique=False)
    op.create_index("ix_discrepancy_supplier", "discrepancy", ["supplier_id", "id"], unique=False)
    op.create_index(op.f("ix_discrepancy_tote_id"), "discrepancy", ["tote_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_discrepancy_tote_id"), table_name="discrepancy")
    op.drop_index("ix_discrepancy_supplier", table_name="discrepancy")
    op.drop_index("ix_discrepancy_facility", table_name="discrepancy")
    op.drop_table("discrepancy")
    op.drop_table("clinic_receipt_line")
    op.drop_index(op.f("ix_tote_content_unit_id"), table_name="tote_content")
    op.drop_index("ix_tote_content_pick_line", table_name="tote_content")
    op.drop_table("tote_content")
    op.drop_table("tote_count")
    op.drop_index(op.f("ix_pick_line_reservation_id"), table_name="pick_line")
    op.drop_index("ix_pick_line_requisition_line", table_name="pick_line")
    op.drop_index("ix_pick_line_lot", table_name="pick_line")
    op.drop_table("pick_line")
    op.drop_index(op.f("ix_clinic_receipt_facility_id"), table_name="clinic_receipt")
    op.drop_table("clinic_receipt")
    op.drop_index("uq_tote_open", table_name="tote", postgresql_where=sa.text("state = 'open'"))
    op.drop_index("ix_tote_supplier_state", table_name="tote")
    op.drop_index("ix_tote_requisition", table_name="tote")
    op.drop_index("ix_tote_destination_state", table_name="tote")
    op.drop_table("tote")
    op.drop_index(
        "ix_requisition_line_substitutes",
        table_name="requisition_line",
        postgresql_where=sa.text("substitutes_line_id IS NOT NULL"),
    )
    op.drop_index(op.f("ix_requisition_line_item_id"), table_name="requisition_line")
    op.drop_table("requisition_line")
    op.drop_index(
        "ix_pick_task_open", table_name="pick_task", postgresql_where=sa.text("done_at IS NULL")
    )
    op.drop_table("pick_task")
    op.drop_index("ix_requisition_requested_by", table_name="requisition")
    op.drop_index("ix_requisition_queue", table_name="requisition")
    op.drop_index("ix_requisition_facility", table_name="requisition")
    op.drop_table("requisition")
    op.drop_table("requisition_template_line")
