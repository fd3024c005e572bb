"""Raise alerts once per incident, and tell the people concerned."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261130_1413"
down_revision = "20261130_1410"
branch_labels = None
depends_on = None


BEFORE = (
    "near_expiry",
    "low_stock",
    "over_stock",
    "proposals",
    "promise_lapsed",
    "transfer_lapsed",
)
AFTER = (*BEFORE, "trace_alert", "trace_alarm")


def _kinds(kinds: tuple[str, ...]) -> None:
    name, words = op.f("ck_notice_noticekind"), ", ".join(f"'{kind}'" for kind in kinds)
    op.drop_constraint(name, "notice")
    op.create_check_constraint(name, "notice", f"kind IN ({words})")


def upgrade() -> None:
    _kinds(AFTER)
    op.create_table(
        "alert",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.String(collation="C"), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("incident_key", sa.String(collation="C"), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(collation="C"), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("document", sa.String(collation="C"), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "taken",
                "closed",
                name="alertstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL) AND (state <> 'closed' OR closed_reason <> '')",
            name=op.f("ck_alert_closed_with_a_reason"),
        ),
        sa.CheckConstraint(
            "(state = 'open') = (owner_id IS NULL)", name=op.f("ck_alert_taken_by_somebody")
        ),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name=op.f("ck_alert_level")),
        sa.CheckConstraint("times > 0", name=op.f("ck_alert_happened")),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_alert_facility_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user_account.id"], name=op.f("fk_alert_owner_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_alert_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("incident_key", name=op.f("uq_alert_incident_key")),
    )
    op.create_index(
        "ix_alert_code", "alert", ["code"], unique=False, postgresql_where=sa.text("code <> ''")
    )
    op.create_index("ix_alert_desk", "alert", ["facility_id", "level", "id"], unique=False)
    op.create_index(
        "ix_alert_waiting",
        "alert",
        ["level", "id"],
        unique=False,
        postgresql_where=sa.text("state <> 'closed'"),
    )
    op.create_table(
        "alert_attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("incident_key", sa.String(collation="C"), nullable=False),
        sa.Column("subject", sa.String(collation="C"), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_alert_attempt_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_attempt")),
    )
    op.create_index(
        op.f("ix_alert_attempt_happened_at"), "alert_attempt", ["happened_at"], unique=False
    )
    op.create_index(
        "ix_alert_attempt_key", "alert_attempt", ["incident_key", "happened_at"], unique=False
    )


def downgrade() -> None:
    op.execute("DELETE FROM notice WHERE kind IN ('trace_alert', 'trace_alarm')")
    _kinds(BEFORE)
    op.drop_index("ix_alert_attempt_key", table_name="alert_attempt")
    op.drop_index(op.f("ix_alert_attempt_happened_at"), table_name="alert_attempt")
    op.drop_table("alert_attempt")
    op.drop_index(
        "ix_alert_waiting", table_name="alert", postgresql_where=sa.text("state <> 'closed'")
    )
    op.drop_index("ix_alert_desk", table_name="alert")
    op.drop_index("ix_alert_code", table_name="alert", postgresql_where=sa.text("code <> ''"))
    op.drop_table("alert")
