"""lay out patients, machines, bookings and charges."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_1910"
down_revision = "20261122_1850"
branch_labels = None
depends_on = None

ONLY_GROW = ("charge", "device_log", "performed_exam")


def upgrade() -> None:
    op.create_table(
        "resource",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "device",
                "operator",
                "patient",
                name="resourcekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("ref", sa.String(collation="C"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource")),
        sa.UniqueConstraint("kind", "ref", name=op.f("uq_resource_kind_ref")),
    )
    op.create_table(
        "screening_form",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "mr",
                "contrast",
                name="screeningkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("questions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_form")),
        sa.UniqueConstraint("kind", "version", name=op.f("uq_screening_form_kind_version")),
    )
    op.create_table(
        "device",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.String(collation="C"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "modality",
            sa.Enum(
                "CT", "MR", name="modality", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("ae_title", sa.String(collation="C"), nullable=False),
        sa.Column("has_injector", sa.Boolean(), nullable=False),
        sa.Column("field_millitesla", sa.Integer(), nullable=True),
        sa.Column("bore_cm", sa.Integer(), nullable=False),
        sa.Column("most_patient_kg", sa.Integer(), nullable=False),
        sa.Column("licensed_until", sa.Date(), nullable=False),
        sa.Column(
            "funding",
            sa.Enum(
                "own",
                "donation",
                "lease_to_own",
                "subsidy",
                name="funding",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "in_operation",
                "retired",
                name="devicestatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("bore_cm > 0 AND most_patient_kg > 0", name=op.f("ck_device_limits")),
        sa.CheckConstraint(
            "length(ae_title) BETWEEN 1 AND 16", name=op.f("ck_device_ae_title_length")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_device_facility_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("ae_title", name=op.f("uq_device_ae_title")),
        sa.UniqueConstraint("code", name=op.f("uq_device_code")),
    )
    op.create_index(op.f("ix_device_facility_id"), "device", ["facility_id"], unique=False)
    op.create_table(
        "device_block",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("device_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "maintenance",
                "quality_control",
                "fault",
                name="blockkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_device_block_ended_by_someone")
        ),
        sa.CheckConstraint(
            "starts_at < ends_at", name=op.f("ck_device_block_starts_before_it_ends")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.id"], name=op.f("fk_device_block_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_device_block_device_id")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by"], ["user_account.id"], name=op.f("fk_device_block_ended_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_block")),
    )
    op.create_index(
        "ix_device_block_period", "device_block", ["device_id", "ends_at"], unique=False
    )
    op.create_table(
        "device_day",
        sa.Column("device_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("mask", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("octet_length(mask) = 36", name=op.f("ck_device_day_mask_of_one_day")),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_device_day_device_id")),
        sa.PrimaryKeyConstraint("device_id", "day", name=op.f("pk_device_day")),
    )
    op.create_table(
        "device_hours",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("device_id", sa.BigInteger(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens_at", sa.Time(), nullable=False),
        sa.Column("closes_at", sa.Time(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "opens_at < closes_at", name=op.f("ck_device_hours_opens_before_it_closes")
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_device_hours_weekday")),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_device_hours_device_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_hours")),
        sa.UniqueConstraint(
            "device_id",
            "weekday",
            "opens_at",
            "valid_from",
            name=op.f("uq_device_hours_device_id_weekday_opens_at_valid_from"),
        ),
    )
    op.create_table(
        "device_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("device_id", sa.BigInteger(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "in_operation",
                "down",
                name="powerstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("recorded_by", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_device_log_device_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["user_account.id"], name=op.f("fk_device_log_recorded_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_log")),
    )
    op.create_index(
        "ix_device_log_device", "device_log", ["device_id", "happened_at"], unique=False
    )
    op.create_table(
        "operator_certificate",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "modality",
            sa.Enum(
                "CT", "MR", name="modality", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("with_contrast", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "valid_from <= valid_until",
            name=op.f("ck_operator_certificate_valid_from_before_until"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_operator_certificate_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator_certificate")),
        sa.UniqueConstraint(
            "user_id",
            "modality",
            "valid_from",
            name=op.f("uq_operator_certificate_user_id_modality_valid_from"),
        ),
    )
    op.create_table(
        "operator_shift",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("device_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "starts_at < ends_at", name=op.f("ck_operator_shift_starts_before_it_ends")
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_operator_shift_device_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_operator_shift_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator_shift")),
        sa.UniqueConstraint(
            "user_id",
            "device_id",
            "starts_at",
            name=op.f("uq_operator_shift_user_id_device_id_starts_at"),
        ),
    )
    op.create_index(
        "ix_operator_shift_device", "operator_shift", ["device_id", "starts_at"], unique=False
    )
    op.create_table(
        "patient",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("pinyin", sa.String(collation="C"), nullable=False),
        sa.Column(
            "sex",
            sa.Enum(
                "female", "male", name="sex", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("phone", sa.String(collation="C"), nullable=False),
        sa.Column("id_number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("id_number_index", sa.String(collation="C"), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(id_number_sealed IS NULL) = (id_number_index IS NULL)",
            name=op.f("ck_patient_sealed_and_indexed"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.id"], name=op.f("fk_patient_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_patient_facility_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient")),
        sa.UniqueConstraint(
            "facility_id", "id_number_index", name=op.f("uq_patient_facility_id_id_number_index")
        ),
    )
    op.create_index("ix_patient_name", "patient", ["facility_id", "name"], unique=False)
    op.create_index("ix_patient_phone", "patient", ["facility_id", "phone"], unique=False)
    op.create_table(
        "booking",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reference", sa.String(collation="C"), nullable=False),
        sa.Column("exam_item_id", sa.BigInteger(), nullable=False),
        sa.Column("patient_id", sa.BigInteger(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("device_id", sa.BigInteger(), nullable=False),
        sa.Column("operator_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "booked",
                "arrived",
                "in_progress",
                "completed",
                "cancelled",
                "no_show",
                "aborted",
                name="bookingstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("indication", sa.String(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state NOT IN ('in_progress', 'completed') OR started_at IS NOT NULL",
            name=op.f("ck_booking_began_at_a_moment"),
        ),
        sa.CheckConstraint(
            "extract(epoch FROM ends_at) % 300 = 0", name=op.f("ck_booking_ends_on_tick")
        ),
        sa.CheckConstraint(
            "extract(epoch FROM starts_at) % 300 = 0", name=op.f("ck_booking_starts_on_tick")
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_booking_starts_before_it_ends")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.id"], name=op.f("fk_booking_created_by")
        ),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_booking_device_id")),
        sa.ForeignKeyConstraint(
            ["exam_item_id"], ["exam_item.id"], name=op.f("fk_booking_exam_item_id")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_booking_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["user_account.id"], name=op.f("fk_booking_operator_id")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_booking_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint("reference", name=op.f("uq_booking_reference")),
    )
    op.create_index("ix_booking_device", "booking", ["device_id", "starts_at"], unique=False)
    op.create_index(
        "ix_booking_facility", "booking", ["facility_id", "starts_at", "id"], unique=False
    )
    op.create_index(op.f("ix_booking_patient_id"), "booking", ["patient_id"], unique=False)
    op.create_index(
        "uq_booking_in_progress",
        "booking",
        ["device_id"],
        unique=True,
        postgresql_where=sa.text("state = 'in_progress'"),
    )
    op.create_table(
        "occupancy",
        sa.Column("resource_id", sa.BigInteger(), nullable=False),
        sa.Column("tick", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_occupancy_booking_id")
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_occupancy_resource_id")
        ),
        sa.PrimaryKeyConstraint("resource_id", "tick", name=op.f("pk_occupancy")),
    )
    op.create_index(op.f("ix_occupancy_booking_id"), "occupancy", ["booking_id"], unique=False)
    op.create_table(
        "performed_exam",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column("device_id", sa.BigInteger(), nullable=False),
        sa.Column("exam_item_id", sa.BigInteger(), nullable=False),
        sa.Column("operator_id", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "started_at < ended_at", name=op.f("ck_performed_exam_started_before_it_ended")
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_performed_exam_booking_id")
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_performed_exam_device_id")
        ),
        sa.ForeignKeyConstraint(
            ["exam_item_id"], ["exam_item.id"], name=op.f("fk_performed_exam_exam_item_id")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["user_account.id"], name=op.f("fk_performed_exam_operator_id")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["user_account.id"], name=op.f("fk_performed_exam_recorded_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_performed_exam")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_performed_exam_booking_id")),
    )
    op.create_index(
        "ix_performed_exam_device", "performed_exam", ["device_id", "started_at"], unique=False
    )
    op.create_table(
        "screening_answer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column("form_id", sa.BigInteger(), nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "ok",
                "review",
                "block",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("causes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("answered_by", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_by", sa.BigInteger(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(reviewed_at IS NULL) = (reviewed_by IS NULL)",
            name=op.f("ck_screening_answer_reviewed_by_one"),
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["user_account.id"], name=op.f("fk_screening_answer_answered_by")
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_screening_answer_booking_id")
        ),
        sa.ForeignKeyConstraint(
            ["form_id"], ["screening_form.id"], name=op.f("fk_screening_answer_form_id")
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by"], ["user_account.id"], name=op.f("fk_screening_answer_reviewed_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_answer")),
        sa.UniqueConstraint(
            "booking_id", "form_id", name=op.f("uq_screening_answer_booking_id_form_id")
        ),
    )
    op.create_table(
        "charge",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("performed_exam_id", sa.BigInteger(), nullable=False),
        sa.Column("exam_item_id", sa.BigInteger(), nullable=False),
        sa.Column("tariff_price_id", sa.BigInteger(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("centre_id", sa.BigInteger(), nullable=False),
        sa.Column("service_day", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "mirrored_fen",
            sa.BigInteger(),
            sa.Computed("CASE WHEN reverses_id IS NOT NULL THEN -amount_fen END", persisted=True),
            nullable=True,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("charged_by", sa.BigInteger(), nullable=False),
        sa.Column("charged_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(reverses_id IS NULL AND amount_fen >= 0 AND reason = '') OR (reverses_id IS NOT NULL AND amount_fen <= 0 AND reason <> '')",
            name=op.f("ck_charge_charge_or_reversal"),
        ),
        sa.ForeignKeyConstraint(["centre_id"], ["facility.id"], name=op.f("fk_charge_centre_id")),
        sa.ForeignKeyConstraint(
            ["charged_by"], ["user_account.id"], name=op.f("fk_charge_charged_by")
        ),
        sa.ForeignKeyConstraint(
            ["exam_item_id"], ["exam_item.id"], name=op.f("fk_charge_exam_item_id")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_charge_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["performed_exam_id"], ["performed_exam.id"], name=op.f("fk_charge_performed_exam_id")
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id", "performed_exam_id", "mirrored_fen"],
            ["charge.id", "charge.performed_exam_id", "charge.amount_fen"],
            name="fk_charge_mirrors",
        ),
        sa.ForeignKeyConstraint(
            ["tariff_price_id"], ["tariff_price.id"], name=op.f("fk_charge_tariff_price_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charge")),
        sa.UniqueConstraint(
            "id",
            "performed_exam_id",
            "amount_fen",
            name=op.f("uq_charge_id_performed_exam_id_amount_fen"),
        ),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_charge_reverses_id")),
    )
    op.create_index("ix_charge_centre", "charge", ["centre_id", "service_day", "id"], unique=False)
    op.create_index(
        "ix_charge_facility", "charge", ["facility_id", "service_day", "id"], unique=False
    )
    op.create_index(
        "uq_charge_once",
        "charge",
        ["performed_exam_id", "exam_item_id"],
        unique=True,
        postgresql_where=sa.text("reverses_id IS NULL"),
    )
    for table in ONLY_GROW:
        op.execute(
            f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.drop_index(
        "uq_charge_once", table_name="charge", postgresql_where=sa.text("reverses_id IS NULL")
    )
    op.drop_index("ix_charge_facility", table_name="charge")
    op.drop_index("ix_charge_centre", table_name="charge")
    op.drop_table("charge")
    op.drop_table("screening_answer")
    op.drop_index("ix_performed_exam_device", table_name="performed_exam")
    op.drop_table("performed_exam")
    op.drop_index(op.f("ix_occupancy_booking_id"), table_name="occupancy")
    op.drop_table("occupancy")
    op.drop_index(
        "uq_booking_in_progress",
        table_name="booking",
        postgresql_where=sa.text("state = 'in_progress'"),
    )
    op.drop_index(op.f("ix_booking_patient_id"), table_name="booking")
    op.drop_index("ix_booking_facility", table_name="booking")
    op.drop_index("ix_booking_device", table_name="booking")
    op.drop_table("booking")
    op.drop_index("ix_patient_phone", table_name="patient")
    op.drop_index("ix_patient_name", table_name="patient")
    op.drop_table("patient")
    op.drop_index("ix_operator_shift_device", table_name="operator_shift")
    op.drop_table("operator_shift")
    op.drop_table("operator_certificate")
    op.drop_index("ix_device_log_device", table_name="device_log")
    op.drop_table("device_log")
    op.drop_table("device_hours")
    op.drop_table("device_day")
    op.drop_index("ix_device_block_period", table_name="device_block")
    op.drop_table("device_block")
    op.drop_index(op.f("ix_device_facility_id"), table_name="device")
    op.drop_table("device")
    op.drop_table("screening_form")
    op.drop_table("resource")
