"""add deliveries."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_1925"
down_revision = "20261122_1858"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vehicle",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.String(collation="C"), nullable=False),
        sa.Column("plate", sa.String(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("refrigerated", sa.Boolean(), nullable=False),
        sa.Column("escorted", sa.Boolean(), nullable=False),
        sa.Column("ambient_grams", sa.Integer(), nullable=False),
        sa.Column("ambient_cm3", sa.Integer(), nullable=False),
        sa.Column("cold_grams", sa.Integer(), nullable=False),
        sa.Column("cold_cm3", sa.Integer(), nullable=False),
        sa.Column("fen_per_km", sa.Integer(), nullable=False),
        sa.Column("fen_per_hour", sa.Integer(), nullable=False),
        sa.Column("fen_per_day", sa.Integer(), nullable=False),
        sa.Column("fen_per_stop", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "ambient_grams > 0 AND ambient_cm3 > 0", name=op.f("ck_vehicle_has_room")
        ),
        sa.CheckConstraint(
            "cold_grams >= 0 AND cold_cm3 >= 0", name=op.f("ck_vehicle_cold_room_not_negative")
        ),
        sa.CheckConstraint(
            "fen_per_km >= 0 AND fen_per_hour >= 0 AND fen_per_day >= 0 AND fen_per_stop >= 0",
            name=op.f("ck_vehicle_prices_not_negative"),
        ),
        sa.CheckConstraint(
            "refrigerated = (cold_grams > 0 AND cold_cm3 > 0)",
            name=op.f("ck_vehicle_cold_room_is_refrigerated"),
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_vehicle_facility_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicle")),
        sa.UniqueConstraint("code", name=op.f("uq_vehicle_code")),
    )
    op.create_index(op.f("ix_vehicle_facility_id"), "vehicle", ["facility_id"], unique=False)
    op.create_table(
        "driver",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_driver_facility_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_driver_user_id")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicle.id"], name=op.f("fk_driver_vehicle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_driver")),
        sa.UniqueConstraint("user_id", name=op.f("uq_driver_user_id")),
    )
    op.create_index(op.f("ix_driver_facility_id"), "driver", ["facility_id"], unique=False)
    op.create_table(
        "delivery_plan",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "solving",
                "stored",
                "refused",
                name="planstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leave_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("solve_seconds", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusal", sa.String(collation="C"), nullable=False),
        sa.Column("inputs_digest", sa.String(collation="C"), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("stops", sa.Integer(), nullable=False),
        sa.Column("totes", sa.Integer(), nullable=False),
        sa.Column("cost_fen", sa.BigInteger(), nullable=False),
        sa.Column("metres", sa.BigInteger(), nullable=False),
        sa.Column("baseline_fen", sa.BigInteger(), nullable=False),
        sa.Column("baseline_metres", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_delivery_plan_facility_id")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_delivery_plan_job_id")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_delivery_plan_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_plan")),
        sa.UniqueConstraint("job_id", name=op.f("uq_delivery_plan_job_id")),
    )
    op.create_index(
        "ix_delivery_plan_day", "delivery_plan", ["facility_id", "day", "id"], unique=False
    )
    op.create_index(
        "uq_delivery_plan_solving",
        "delivery_plan",
        ["facility_id", "day"],
        unique=True,
        postgresql_where=sa.text("state = 'solving'"),
    )
    op.create_table(
        "driver_shift",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("driver_id", sa.BigInteger(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.Time(), nullable=False),
        sa.Column("ends_at", sa.Time(), nullable=False),
        sa.CheckConstraint(
            "starts_at < ends_at", name=op.f("ck_driver_shift_starts_before_it_ends")
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_driver_shift_weekday")),
        sa.ForeignKeyConstraint(
            ["driver_id"], ["driver.id"], name=op.f("fk_driver_shift_driver_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_driver_shift")),
        sa.UniqueConstraint("driver_id", "weekday", name=op.f("uq_driver_shift_driver_id_weekday")),
    )
    op.create_table(
        "delivery_plan_unassigned",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("tote_id", sa.BigInteger(), nullable=False),
        sa.Column("tote_code", sa.String(collation="C"), nullable=False),
        sa.Column("requisition_reference", sa.String(collation="C"), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(collation="C"), nullable=False),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_delivery_plan_unassigned_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["delivery_plan.id"], name=op.f("fk_delivery_plan_unassigned_plan_id")
        ),
        sa.ForeignKeyConstraint(
            ["tote_id"], ["tote.id"], name=op.f("fk_delivery_plan_unassigned_tote_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_plan_unassigned")),
        sa.UniqueConstraint(
            "plan_id", "tote_id", name=op.f("uq_delivery_plan_unassigned_plan_id_tote_id")
        ),
    )
    op.create_table(
        "delivery_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reference", sa.String(collation="C"), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=True),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger(), nullable=False),
        sa.Column("driver_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "loading",
                "on_road",
                "returned",
                "closed",
                "cancelled",
                name="runstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("planned_leave", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_back", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("metres", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("cost_fen", sa.BigInteger(), nullable=False),
        sa.Column("distance_fen", sa.BigInteger(), nullable=False),
        sa.Column("driver_fen", sa.BigInteger(), nullable=False),
        sa.Column("vehicle_fen", sa.BigInteger(), nullable=False),
        sa.Column("stop_fen", sa.BigInteger(), nullable=False),
        sa.Column("baseline_metres", sa.Integer(), nullable=False),
        sa.Column("baseline_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "cost_fen = distance_fen + driver_fen + vehicle_fen + stop_fen",
            name=op.f("ck_delivery_run_cost_adds_up"),
        ),
        sa.CheckConstraint(
            "metres >= 0 AND cost_fen >= 0", name=op.f("ck_delivery_run_not_negative")
        ),
        sa.CheckConstraint(
            "planned_leave < planned_back", name=op.f("ck_delivery_run_leaves_before_it_is_back")
        ),
        sa.ForeignKeyConstraint(
            ["driver_id"], ["driver.id"], name=op.f("fk_delivery_run_driver_id")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_delivery_run_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["delivery_plan.id"], name=op.f("fk_delivery_run_plan_id")
        ),
        sa.ForeignKeyConstraint(
            ["vehicle_id"], ["vehicle.id"], name=op.f("fk_delivery_run_vehicle_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_run")),
        sa.UniqueConstraint("reference", name=op.f("uq_delivery_run_reference")),
    )
    op.create_index(
        "ix_delivery_run_day", "delivery_run", ["facility_id", "day", "id"], unique=False
    )
    op.create_index(
        "ix_delivery_run_driver_day", "delivery_run", ["driver_id", "day"], unique=False
    )
    op.create_index(op.f("ix_delivery_run_plan_id"), "delivery_run", ["plan_id"], unique=False)
    op.create_index(
        "uq_delivery_run_driver",
        "delivery_run",
        ["driver_id", "day"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('closed', 'cancelled')"),
    )
    op.create_index(
        "uq_delivery_run_vehicle",
        "delivery_run",
        ["vehicle_id", "day"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('closed', 'cancelled')"),
    )
    op.create_table(
        "delivery_stop",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "arrived",
                "delivered",
                "closed",
                "refused",
                "skipped",
                name="stopstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("planned_arrival", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_departure", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("window_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leg_metres", sa.Integer(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("receiver_name", sa.String(), nullable=False),
        sa.Column("metres_share", sa.Integer(), nullable=False),
        sa.Column("fen_share", sa.BigInteger(), nullable=False),
        sa.Column("baseline_metres", sa.Integer(), nullable=False),
        sa.Column("baseline_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "planned_arrival <= planned_departure",
            name=op.f("ck_delivery_stop_arrives_before_it_leaves"),
        ),
        sa.CheckConstraint("sequence > 0", name=op.f("ck_delivery_stop_sequence")),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_delivery_stop_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["delivery_run.id"], name=op.f("fk_delivery_stop_run_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_stop")),
        sa.UniqueConstraint("run_id", "sequence", name=op.f("uq_delivery_stop_run_id_sequence")),
    )
    op.create_index(
        "ix_delivery_stop_facility",
        "delivery_stop",
        ["facility_id", "planned_arrival"],
        unique=False,
    )
    op.create_table(
        "delivery_scan",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("client_event_id", sa.String(collation="C"), nullable=False),
        sa.Column("device", sa.String(collation="C"), nullable=False),
        sa.Column("device_seq", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(collation="C"), nullable=False),
        sa.Column("driver_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "load",
                "leave_behind",
                "depart",
                "arrive",
                "hand_over",
                "refuse",
                "closed",
                "return",
                "undo",
                name="scankind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.Column("stop_id", sa.BigInteger(), nullable=True),
        sa.Column("tote_id", sa.BigInteger(), nullable=True),
        sa.Column("tote_code", sa.String(collation="C"), nullable=False),
        sa.Column("event_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "clock",
            sa.Enum(
                "plausible",
                "late",
                "ahead",
                name="clockflag",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "accepted",
                "duplicate",
                "rejected",
                name="scanoutcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("refusal", sa.String(collation="C"), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["driver_id"], ["driver.id"], name=op.f("fk_delivery_scan_driver_id")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["delivery_run.id"], name=op.f("fk_delivery_scan_run_id")
        ),
        sa.ForeignKeyConstraint(
            ["stop_id"], ["delivery_stop.id"], name=op.f("fk_delivery_scan_stop_id")
        ),
        sa.ForeignKeyConstraint(["tote_id"], ["tote.id"], name=op.f("fk_delivery_scan_tote_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_scan")),
        sa.UniqueConstraint("client_event_id", name=op.f("uq_delivery_scan_client_event_id")),
        sa.UniqueConstraint(
            "device", "device_seq", name=op.f("uq_delivery_scan_device_device_seq")
        ),
    )
    op.create_index("ix_delivery_scan_run", "delivery_scan", ["run_id", "id"], unique=False)
    op.create_table(
        "stop_tote",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("stop_id", sa.BigInteger(), nullable=False),
        sa.Column("tote_id", sa.BigInteger(), nullable=False),
        sa.Column("tote_code", sa.String(collation="C"), nullable=False),
        sa.Column("requisition_reference", sa.String(collation="C"), nullable=False),
        sa.Column("compartment", sa.String(collation="C"), nullable=False),
        sa.Column("weight_grams", sa.Integer(), nullable=False),
        sa.Column("volume_cm3", sa.Integer(), nullable=False),
        sa.Column("controlled", sa.Boolean(), nullable=False),
        sa.Column("promised_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "loaded",
                "delivered",
                "going_back",
                "returned",
                "kept",
                "left_behind",
                "cancelled",
                name="stoptotestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "weight_grams >= 0 AND volume_cm3 >= 0", name=op.f("ck_stop_tote_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["stop_id"], ["delivery_stop.id"], name=op.f("fk_stop_tote_stop_id")
        ),
        sa.ForeignKeyConstraint(["tote_id"], ["tote.id"], name=op.f("fk_stop_tote_tote_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop_tote")),
    )
    op.create_index("ix_stop_tote_code", "stop_tote", ["tote_code"], unique=False)
    op.create_index("ix_stop_tote_stop", "stop_tote", ["stop_id"], unique=False)
    op.create_index(
        "uq_stop_tote_live",
        "stop_tote",
        ["tote_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('planned', 'loaded', 'going_back')"),
    )
    op.execute(
        "CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON delivery_scan"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_index(
        "uq_stop_tote_live",
        table_name="stop_tote",
        postgresql_where=sa.text("state IN ('planned', 'loaded', 'going_back')"),
    )
    op.drop_index("ix_stop_tote_stop", table_name="stop_tote")
    op.drop_index("ix_stop_tote_code", table_name="stop_tote")
    op.drop_table("stop_tote")
    op.drop_index("ix_delivery_scan_run", table_name="delivery_scan")
    op.drop_table("delivery_scan")
    op.drop_index("ix_delivery_stop_facility", table_name="delivery_stop")
    op.drop_table("delivery_stop")
    op.drop_index(
        "uq_delivery_run_vehicle",
        table_name="delivery_run",
        postgresql_where=sa.text("state NOT IN ('closed', 'cancelled')"),
    )
    op.drop_index(
        "uq_delivery_run_driver",
        table_name="delivery_run",
        postgresql_where=sa.text("state NOT IN ('closed', 'cancelled')"),
    )
    op.drop_index(op.f("ix_delivery_run_plan_id"), table_name="delivery_run")
    op.drop_index("ix_delivery_run_driver_day", table_name="delivery_run")
    op.drop_index("ix_delivery_run_day", table_name="delivery_run")
    op.drop_table("delivery_run")
    op.drop_table("delivery_plan_unassigned")
    op.drop_table("driver_shift")
    op.drop_index(
        "uq_delivery_plan_solving",
        table_name="delivery_plan",
        postgresql_where=sa.text("state = 'solving'"),
    )
    op.drop_index("ix_delivery_plan_day", table_name="delivery_plan")
    op.drop_table("delivery_plan")
    op.drop_index(op.f("ix_driver_facility_id"), table_name="driver")
    op.drop_table("driver")
    op.drop_index(op.f("ix_vehicle_facility_id"), table_name="vehicle")
    op.drop_table("vehicle")
