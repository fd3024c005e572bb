"""plan stock and tell people."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_2258"
down_revision = "20261122_2253"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stock_alert",
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "near_expiry",
                "low_stock",
                "over_stock",
                "proposals",
                name="alertkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("at_risk", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("announced", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "urgency > 0 AND quantity >= 0 AND at_risk >= 0", name=op.f("ck_stock_alert_sane")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_stock_alert_facility_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_stock_alert_item_id")),
        sa.PrimaryKeyConstraint(
            "facility_id", "kind", "item_id", "lot_id", name=op.f("pk_stock_alert")
        ),
    )
    op.create_index(
        "ix_stock_alert_list", "stock_alert", ["kind", "urgency", "facility_id"], unique=False
    )
    op.create_index(
        "ix_stock_alert_news",
        "stock_alert",
        ["kind"],
        unique=False,
        postgresql_where=sa.text("NOT announced"),
    )
    op.create_table(
        "item_plan",
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "naive",
                "average",
                "smoothing",
                "damped_trend",
                "croston",
                "sba",
                "tsb",
                "seasonal_naive",
                "seasonal_growth",
                "holt_winters",
                name="method",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("per_month", sa.BigInteger(), nullable=False),
        sa.Column("in_lead", sa.BigInteger(), nullable=False),
        sa.Column("in_horizon", sa.BigInteger(), nullable=False),
        sa.Column("spread", sa.BigInteger(), nullable=False),
        sa.Column("wape", sa.Double(), nullable=True),
        sa.Column("peers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("points", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("lead_days", sa.Integer(), nullable=False),
        sa.Column("cycle_days", sa.Integer(), nullable=False),
        sa.Column("service_percent", sa.Integer(), nullable=False),
        sa.Column("safety", sa.BigInteger(), nullable=False),
        sa.Column("minimum", sa.BigInteger(), nullable=False),
        sa.Column("maximum", sa.BigInteger(), nullable=False),
        sa.Column("usable", sa.BigInteger(), nullable=False),
        sa.Column("coming", sa.BigInteger(), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("proposed", sa.BigInteger(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_minimum", sa.BigInteger(), nullable=True),
        sa.Column("set_maximum", sa.BigInteger(), nullable=True),
        sa.Column("set_reason", sa.String(), nullable=False),
        sa.Column("set_by_id", sa.BigInteger(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "set_minimum IS NULL OR set_reason <> ''", name=op.f("ck_item_plan_set_with_reason")
        ),
        sa.CheckConstraint(
            "0 <= minimum AND minimum <= maximum AND safety >= 0", name=op.f("ck_item_plan_limits")
        ),
        sa.CheckConstraint(
            "0 <= set_minimum AND set_minimum <= set_maximum", name=op.f("ck_item_plan_set_limits")
        ),
        sa.CheckConstraint(
            "num_nulls(set_minimum, set_maximum, set_by_id, set_at) IN (0, 4)",
            name=op.f("ck_item_plan_set_whole"),
        ),
        sa.CheckConstraint(
            "proposed >= 0 AND per_month >= 0 AND spread >= 0",
            name=op.f("ck_item_plan_not_negative"),
        ),
        sa.CheckConstraint(
            "usable >= 0 AND coming >= 0 AND asked >= 0", name=op.f("ck_item_plan_position")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_item_plan_facility_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_plan_item_id")),
        sa.ForeignKeyConstraint(
            ["set_by_id"], ["user_account.id"], name=op.f("fk_item_plan_set_by_id")
        ),
        sa.PrimaryKeyConstraint("facility_id", "item_id", name=op.f("pk_item_plan")),
    )
    op.create_index("ix_item_plan_item", "item_plan", ["item_id", "facility_id"], unique=False)
    op.create_index(
        "ix_item_plan_proposed",
        "item_plan",
        ["facility_id", "item_id"],
        unique=False,
        postgresql_where=sa.text("proposed > 0"),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "near_expiry",
                "low_stock",
                "over_stock",
                "proposals",
                name="noticekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("fresh", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("facilities", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("fresh > 0 AND total > 0", name=op.f("ck_notice_tells_something")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_notice_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_list", "notice", ["user_id", "id"], unique=False)
    op.create_index(
        "uq_notice_unread",
        "notice",
        ["user_id", "kind"],
        unique=True,
        postgresql_where=sa.text("read_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_notice_unread", table_name="notice", postgresql_where=sa.text("read_at IS NULL")
    )
    op.drop_index("ix_notice_list", table_name="notice")
    op.drop_table("notice")
    op.drop_index(
        "ix_item_plan_proposed", table_name="item_plan", postgresql_where=sa.text("proposed > 0")
    )
    op.drop_index("ix_item_plan_item", table_name="item_plan")
    op.drop_table("item_plan")
    op.drop_index(
        "ix_stock_alert_news", table_name="stock_alert", postgresql_where=sa.text("NOT announced")
    )
    op.drop_index("ix_stock_alert_list", table_name="stock_alert")
    op.drop_table("stock_alert")
