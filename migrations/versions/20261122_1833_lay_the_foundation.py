"""lay the foundation."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_1833"
down_revision = None
branch_labels = None
depends_on = None

REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% only grows: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$
"""


def upgrade() -> None:
    op.execute(REFUSE_CHANGE)
    op.create_table(
        "client_request",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("client_key", sa.String(collation="C"), nullable=False),
        sa.Column("digest", sa.String(collation="C"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("media_type", sa.String(), nullable=True),
        sa.Column("location", sa.String(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("user_id", "client_key", name=op.f("pk_client_request")),
    )
    op.create_index(
        op.f("ix_client_request_created_at"), "client_request", ["created_at"], unique=False
    )
    op.create_table(
        "exam_item",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.String(collation="C"), nullable=False),
        sa.Column(
            "modality",
            sa.Enum(
                "CT", "MR", name="modality", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("body_part", sa.String(), nullable=False),
        sa.Column("exam_type", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("pinyin", sa.String(collation="C"), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("minutes_low", sa.Integer(), nullable=False),
        sa.Column("minutes_high", sa.Integer(), nullable=False),
        sa.Column("minutes_source", sa.String(), nullable=False),
        sa.Column("with_contrast", sa.Boolean(), nullable=False),
        sa.Column("preparation_zh", sa.String(), nullable=False),
        sa.Column("preparation_en", sa.String(), nullable=False),
        sa.CheckConstraint(
            "0 < minutes_low AND minutes_low <= minutes_high", name=op.f("ck_exam_item_minutes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_item")),
        sa.UniqueConstraint("code", name=op.f("uq_exam_item_code")),
    )
    op.create_index(
        "ix_exam_item_pinyin",
        "exam_item",
        ["pinyin"],
        unique=False,
        postgresql_ops={"pinyin": "text_pattern_ops"},
    )
    op.create_table(
        "facility",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.String(collation="C"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("short_name", sa.String(), nullable=False),
        sa.Column("pinyin", sa.String(collation="C"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "lead_hospital",
                "central_pharmacy",
                "township_clinic",
                "community_station",
                "village_post",
                name="facilitykind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("township", sa.String(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.Column("position_source", sa.String(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("population_source", sa.String(), nullable=False),
        sa.Column("name_source", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("service_minutes", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name=op.f("ck_facility_latitude")),
        sa.CheckConstraint("longitude BETWEEN -180 AND 180", name=op.f("ck_facility_longitude")),
        sa.ForeignKeyConstraint(["parent_id"], ["facility.id"], name=op.f("fk_facility_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facility")),
        sa.UniqueConstraint("code", name=op.f("uq_facility_code")),
    )
    op.create_index(op.f("ix_facility_parent_id"), "facility", ["parent_id"], unique=False)
    op.create_index(
        "ix_facility_search",
        "facility",
        ["pinyin"],
        unique=False,
        postgresql_ops={"pinyin": "text_pattern_ops"},
    )
    op.create_table(
        "item",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.String(collation="C"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "medicine",
                "consumable",
                "decoction_piece",
                name="itemkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("dose_form", sa.String(), nullable=False),
        sa.Column("strength", sa.String(), nullable=False),
        sa.Column("pinyin", sa.String(collation="C"), nullable=False),
        sa.Column("base_unit", sa.String(), nullable=False),
        sa.Column("pack_unit", sa.String(), nullable=False),
        sa.Column("units_per_pack", sa.BigInteger(), nullable=False),
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
        sa.Column(
            "special_class",
            sa.Enum(
                "none",
                "narcotic",
                "psychotropic_1",
                "psychotropic_2",
                "toxic",
                name="specialclass",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("maker", sa.String(), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("weight_grams", sa.Integer(), nullable=False),
        sa.Column("volume_cm3", sa.Integer(), nullable=False),
        sa.Column("is_coded", sa.Boolean(), nullable=False),
        sa.Column("is_stocked", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.CheckConstraint(
            "price_fen >= 0 AND weight_grams >= 0 AND volume_cm3 >= 0", name=op.f("ck_item_bounds")
        ),
        sa.CheckConstraint("units_per_pack > 0", name=op.f("ck_item_pack_holds_something")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("code", name=op.f("uq_item_code")),
    )
    op.create_index(op.f("ix_item_is_stocked"), "item", ["is_stocked"], unique=False)
    op.create_index(
        "ix_item_pinyin",
        "item",
        ["pinyin"],
        unique=False,
        postgresql_ops={"pinyin": "text_pattern_ops"},
    )
    op.create_table(
        "number_series",
        sa.Column("prefix", sa.String(collation="C"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", "day", name=op.f("pk_number_series")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("username", sa.String(collation="C"), nullable=False),
        sa.Column("address", sa.String(collation="C"), nullable=False),
        sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index(
        "ix_sign_in_attempt_address", "sign_in_attempt", ["address", "attempted_at"], unique=False
    )
    op.create_index(
        "ix_sign_in_attempt_username", "sign_in_attempt", ["username", "attempted_at"], unique=False
    )
    op.create_table(
        "delivery_day",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens_at", sa.Time(), nullable=False),
        sa.Column("closes_at", sa.Time(), nullable=False),
        sa.CheckConstraint(
            "opens_at < closes_at", name=op.f("ck_delivery_day_opens_before_it_closes")
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_delivery_day_weekday")),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_delivery_day_facility_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_day")),
        sa.UniqueConstraint(
            "facility_id", "weekday", name=op.f("uq_delivery_day_facility_id_weekday")
        ),
    )
    op.create_table(
        "pack_class",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "scheme",
            sa.Enum(
                "cn20",
                "own",
                name="packscheme",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("class_key", sa.String(collation="C"), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("packs", sa.Integer(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 3", name=op.f("ck_pack_class_level")),
        sa.CheckConstraint("packs > 0", name=op.f("ck_pack_class_holds_packs")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_pack_class_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_class")),
        sa.UniqueConstraint("scheme", "class_key", name=op.f("uq_pack_class_scheme_class_key")),
    )
    op.create_index(op.f("ix_pack_class_item_id"), "pack_class", ["item_id"], unique=False)
    op.create_table(
        "road_leg",
        sa.Column("origin_id", sa.BigInteger(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("metres", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(collation="C"), nullable=False),
        sa.CheckConstraint("metres >= 0 AND seconds >= 0", name=op.f("ck_road_leg_not_negative")),
        sa.ForeignKeyConstraint(["origin_id"], ["facility.id"], name=op.f("fk_road_leg_origin_id")),
        sa.ForeignKeyConstraint(["target_id"], ["facility.id"], name=op.f("fk_road_leg_target_id")),
        sa.PrimaryKeyConstraint("origin_id", "target_id", name=op.f("pk_road_leg")),
    )
    op.create_table(
        "tariff_price",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("exam_item_id", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_tariff_price_not_negative")),
        sa.ForeignKeyConstraint(
            ["exam_item_id"], ["exam_item.id"], name=op.f("fk_tariff_price_exam_item_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tariff_price")),
        sa.UniqueConstraint(
            "exam_item_id", "valid_from", name=op.f("uq_tariff_price_exam_item_id_valid_from")
        ),
    )
    op.create_table(
        "user_account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("username", sa.String(collation="C"), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("locale", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "username = lower(username)", name=op.f("ck_user_account_username_lower")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_user_account_facility_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("username", name=op.f("uq_user_account_username")),
    )
    op.create_index(
        op.f("ix_user_account_facility_id"), "user_account", ["facility_id"], unique=False
    )
    op.create_table(
        "access_token",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("digest", sa.String(collation="C"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "page",
                "api",
                name="tokenkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_access_token_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_access_token_digest")),
    )
    op.create_index(op.f("ix_access_token_user_id"), "access_token", ["user_id"], unique=False)
    op.create_table(
        "history",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_kind", sa.String(collation="C"), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(collation="C"), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_history_facility_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_history_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history")),
    )
    op.create_index(op.f("ix_history_happened_at"), "history", ["happened_at"], unique=False)
    op.create_index(
        "ix_history_subject", "history", ["subject_kind", "subject_id", "id"], unique=False
    )
    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.String(collation="C"), nullable=False),
        sa.Column("unique_key", sa.String(collation="C"), nullable=True),
        sa.Column("facility_id", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("request", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "running",
                "done",
                "failed",
                name="jobstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("note", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("error", sa.String(collation="C"), nullable=True),
        sa.Column("stop_requested", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_job_percent")),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_job_facility_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_job_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("unique_key", name=op.f("uq_job_unique_key")),
    )
    op.create_index(
        "ix_job_waiting",
        "job",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )
    op.create_table(
        "role_grant",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "admin",
                "buyer",
                "clinic",
                "director",
                "dispatcher",
                "driver",
                "imaging",
                "pharmacist",
                "quality",
                "storekeeper",
                "village",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_role_grant_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_role_grant_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
        sa.UniqueConstraint(
            "user_id", "facility_id", "role", name=op.f("uq_role_grant_user_id_facility_id_role")
        ),
    )
    op.execute(
        "CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON history"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_table("role_grant")
    op.drop_index(
        "ix_job_waiting",
        table_name="job",
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )
    op.drop_table("job")
    op.drop_index("ix_history_subject", table_name="history")
    op.drop_index(op.f("ix_history_happened_at"), table_name="history")
    op.drop_table("history")
    op.drop_index(op.f("ix_access_token_user_id"), table_name="access_token")
    op.drop_table("access_token")
    op.drop_index(op.f("ix_user_account_facility_id"), table_name="user_account")
    op.drop_table("user_account")
    op.drop_table("tariff_price")
    op.drop_table("road_leg")
    op.drop_index(op.f("ix_pack_class_item_id"), table_name="pack_class")
    op.drop_table("pack_class")
    op.drop_table("delivery_day")
    op.drop_index("ix_sign_in_attempt_username", table_name="sign_in_attempt")
    op.drop_index("ix_sign_in_attempt_address", table_name="sign_in_attempt")
    op.drop_table("sign_in_attempt")
    op.drop_table("number_series")
    op.drop_index(
        "ix_item_pinyin", table_name="item", postgresql_ops={"pinyin": "text_pattern_ops"}
    )
    op.drop_index(op.f("ix_item_is_stocked"), table_name="item")
    op.drop_table("item")
    op.drop_index(
        "ix_facility_search", table_name="facility", postgresql_ops={"pinyin": "text_pattern_ops"}
    )
    op.drop_index(op.f("ix_facility_parent_id"), table_name="facility")
    op.drop_table("facility")
    op.drop_index(
        "ix_exam_item_pinyin", table_name="exam_item", postgresql_ops={"pinyin": "text_pattern_ops"}
    )
    op.drop_table("exam_item")
    op.drop_index(op.f("ix_client_request_created_at"), table_name="client_request")
    op.drop_table("client_request")
    op.execute("DROP FUNCTION refuse_change()")
