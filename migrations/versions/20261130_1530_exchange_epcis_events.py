"""exchange epcis events."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261130_1530"
down_revision = "20261130_1445"
branch_labels = None
depends_on = None

ROLES = (
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
)
SYSTEMS = ("epcis", "supplier")


def _roles(roles: tuple[str, ...]) -> None:
    name, words = op.f("ck_role_grant_role"), ", ".join(f"'{role}'" for role in sorted(roles))
    op.drop_constraint(name, "role_grant")
    op.create_check_constraint(name, "role_grant", f"role IN ({words})")


def upgrade() -> None:
    _roles((*ROLES, *SYSTEMS))
    op.create_table(
        "epcis_hash_block",
        sa.Column("last_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("prefixes", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("happenings", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.PrimaryKeyConstraint("last_id", name=op.f("pk_epcis_hash_block")),
    )
    op.create_index(
        "ix_epcis_hash_block_prefixes",
        "epcis_hash_block",
        ["prefixes"],
        unique=False,
        postgresql_using="gin",
    )
    op.create_table(
        "epcis_query",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(collation="C"), nullable=False),
        sa.Column("query", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_epcis_query_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_epcis_query_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epcis_query")),
        sa.UniqueConstraint("facility_id", "name", name=op.f("uq_epcis_query_facility_id_name")),
    )
    op.create_table(
        "epcis_capture",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("proceed", sa.Boolean(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("stored", sa.Integer(), nullable=False),
        sa.Column("announced", sa.Integer(), nullable=False),
        sa.Column("errors", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_epcis_capture_facility_id")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_epcis_capture_job_id")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_epcis_capture_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epcis_capture")),
    )
    op.create_index(
        op.f("ix_epcis_capture_facility_id"), "epcis_capture", ["facility_id"], unique=False
    )
    op.create_index(op.f("ix_epcis_capture_user_id"), "epcis_capture", ["user_id"], unique=False)
    op.create_table(
        "epcis_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("capture_id", sa.BigInteger(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.String(collation="C"), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("type", sa.String(collation="C"), nullable=False),
        sa.Column("action", sa.String(collation="C"), nullable=False),
        sa.Column("event_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("record_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("biz_step", sa.String(collation="C"), nullable=False),
        sa.Column("disposition", sa.String(collation="C"), nullable=False),
        sa.Column("read_point", sa.String(collation="C"), nullable=False),
        sa.Column("biz_location", sa.String(collation="C"), nullable=False),
        sa.Column("transformation_id", sa.String(collation="C"), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error_reason", sa.String(collation="C"), nullable=False),
        sa.Column("sensed", sa.Boolean(), nullable=False),
        sa.Column("prefixes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.String(collation="C"), nullable=False),
        sa.ForeignKeyConstraint(
            ["capture_id"], ["epcis_capture.id"], name=op.f("fk_epcis_event_capture_id")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_epcis_event_facility_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epcis_event")),
        sa.UniqueConstraint(
            "facility_id",
            "event_id",
            "content",
            name=op.f("uq_epcis_event_facility_id_event_id_content"),
        ),
    )
    op.create_index("ix_epcis_event_biz_location", "epcis_event", ["biz_location"], unique=False)
    op.create_index(
        "ix_epcis_event_biz_step", "epcis_event", ["biz_step", "event_time"], unique=False
    )
    op.create_index(op.f("ix_epcis_event_capture_id"), "epcis_event", ["capture_id"], unique=False)
    op.create_index(
        "ix_epcis_event_disposition", "epcis_event", ["disposition", "event_time"], unique=False
    )
    op.create_index("ix_epcis_event_event_id", "epcis_event", ["event_id"], unique=False)
    op.create_index(
        "ix_epcis_event_event_time", "epcis_event", ["facility_id", "event_time"], unique=False
    )
    op.create_index("ix_epcis_event_read_point", "epcis_event", ["read_point"], unique=False)
    op.create_index(
        "ix_epcis_event_record_time", "epcis_event", ["facility_id", "record_time"], unique=False
    )
    op.create_table(
        "epcis_field",
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("number_in_event", sa.Integer(), nullable=False),
        sa.Column("scope", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(collation="C"), nullable=False),
        sa.Column("text", sa.String(collation="C"), nullable=False),
        sa.Column("number", sa.Double(), nullable=True),
        sa.Column("moment", sa.DateTime(timezone=True), nullable=True),
        sa.Column("uom", sa.String(collation="C"), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["epcis_event.id"], name=op.f("fk_epcis_field_event_id")
        ),
        sa.PrimaryKeyConstraint("event_id", "number_in_event", name=op.f("pk_epcis_field")),
    )
    op.create_index(
        "ix_epcis_field_moment", "epcis_field", ["scope", "name", "moment"], unique=False
    )
    op.create_index(
        "ix_epcis_field_number", "epcis_field", ["scope", "name", "number"], unique=False
    )
    op.create_index("ix_epcis_field_text", "epcis_field", ["scope", "name", "text"], unique=False)
    op.create_table(
        "epcis_thing",
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("role", sa.Integer(), nullable=False),
        sa.Column("uri", sa.String(collation="C"), nullable=False),
        sa.Column("quantity", sa.Double(), nullable=True),
        sa.Column("uom", sa.String(collation="C"), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["epcis_event.id"], name=op.f("fk_epcis_thing_event_id")
        ),
        sa.PrimaryKeyConstraint("event_id", "number", name=op.f("pk_epcis_thing")),
    )
    op.create_index("ix_epcis_thing_uri", "epcis_thing", ["uri", "role", "event_id"], unique=False)


def downgrade() -> None:
    op.execute("DELETE FROM role_grant WHERE role IN ('epcis', 'supplier')")
    _roles(ROLES)
    op.drop_index("ix_epcis_thing_uri", table_name="epcis_thing")
    op.drop_table("epcis_thing")
    op.drop_index("ix_epcis_field_text", table_name="epcis_field")
    op.drop_index("ix_epcis_field_number", table_name="epcis_field")
    op.drop_index("ix_epcis_field_moment", table_name="epcis_field")
    op.drop_table("epcis_field")
    op.drop_index("ix_epcis_event_record_time", table_name="epcis_event")
    op.drop_index("ix_epcis_event_read_point", table_name="epcis_event")
    op.drop_index("ix_epcis_event_event_time", table_name="epcis_event")
    op.drop_index("ix_epcis_event_event_id", table_name="epcis_event")
    op.drop_index("ix_epcis_event_disposition", table_name="epcis_event")
    op.drop_index(op.f("ix_epcis_event_capture_id"), table_name="epcis_event")
    op.drop_index("ix_epcis_event_biz_step", table_name="epcis_event")
    op.drop_index("ix_epcis_event_biz_location", table_name="epcis_event")
    op.drop_table("epcis_event")
    op.drop_index(op.f("ix_epcis_capture_user_id"), table_name="epcis_capture")
    op.drop_index(op.f("ix_epcis_capture_facility_id"), table_name="epcis_capture")
    op.drop_table("epcis_capture")
    op.drop_table("epcis_query")
    op.drop_index(
        "ix_epcis_hash_block_prefixes", table_name="epcis_hash_block", postgresql_using="gin"
    )
    op.drop_table("epcis_hash_block")
