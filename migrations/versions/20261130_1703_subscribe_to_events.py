"""Subscribe to named queries of events; every call made is kept."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261130_1703"
down_revision = "20261130_1653"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "epcis_subscription",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.String(collation="C"), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("query_name", sa.String(collation="C"), nullable=False),
        sa.Column("query", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("dest", sa.String(collation="C"), nullable=False),
        sa.Column("token", sa.String(collation="C"), nullable=False),
        sa.Column("schedule", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("report_if_empty", sa.Boolean(), nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("own_after", sa.BigInteger(), nullable=False),
        sa.Column("told_after", sa.BigInteger(), nullable=False),
        sa.Column("own_until", sa.BigInteger(), nullable=True),
        sa.Column("told_until", sa.BigInteger(), nullable=True),
        sa.Column("page", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(collation="C"), nullable=False),
        sa.Column("notified_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(own_until IS NULL) = (told_until IS NULL)", name=op.f("ck_epcis_subscription_window")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_epcis_subscription_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_epcis_subscription_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epcis_subscription")),
        sa.UniqueConstraint("code", name=op.f("uq_epcis_subscription_code")),
    )
    op.create_index(
        "ix_epcis_subscription_due",
        "epcis_subscription",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        op.f("ix_epcis_subscription_facility_id"),
        "epcis_subscription",
        ["facility_id"],
        unique=False,
    )
    op.create_table(
        "epcis_notification",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("subscription_id", sa.BigInteger(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(collation="C"), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["epcis_subscription.id"],
            name=op.f("fk_epcis_notification_subscription_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epcis_notification")),
        sa.UniqueConstraint(
            "subscription_id", "turn", name=op.f("uq_epcis_notification_subscription_id_turn")
        ),
    )
    op.execute(
        "CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON epcis_notification"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_table("epcis_notification")
    op.drop_table("epcis_subscription")
