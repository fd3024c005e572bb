"""Keep versions of the cost card, and the studies made with them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261130_1814"
down_revision = "20261130_1741"
branch_labels = None
depends_on = None

PRICES = (
    "fen_per_vehicle_day",
    "fen_per_driver_hour",
    "fen_per_km",
    "fen_per_stop",
    "cold_fen_per_day",
    "cold_fen_per_km",
    "hub_fen_per_line",
    "linehaul_fen_per_day",
    "linehaul_fen_per_km",
)


def upgrade() -> None:
    op.create_table(
        "cost_card",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        *(sa.Column(price, sa.Integer(), nullable=False) for price in PRICES),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "approved_by <> '' AND basis <> ''", name=op.f("ck_cost_card_somebody_stands_for_it")
        ),
        sa.CheckConstraint(
            " AND ".join(f"{price} >= 0" for price in PRICES),
            name=op.f("ck_cost_card_prices_not_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_cost_card_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_card")),
    )
    op.create_index("ix_cost_card_valid_from", "cost_card", ["valid_from", "id"])
    op.execute(
        "CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON cost_card"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.create_table(
        "savings_study",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("card_id", sa.BigInteger(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusal", sa.String(collation="C"), nullable=False),
        sa.Column("inputs_digest", sa.String(collation="C"), nullable=False),
        sa.Column("took_ms", sa.BigInteger(), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint(
            "days > 0 AND steps > 0", name=op.f("ck_savings_study_asks_for_something")
        ),
        sa.CheckConstraint(
            "result IS NULL OR finished_at IS NOT NULL",
            name=op.f("ck_savings_study_finished_with_a_result"),
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_savings_study_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["card_id"], ["cost_card.id"], name=op.f("fk_savings_study_card_id")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_savings_study_job_id")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_savings_study_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_savings_study")),
        sa.UniqueConstraint("job_id", name=op.f("uq_savings_study_job_id")),
    )
    op.create_index(
        "uq_savings_study_open",
        "savings_study",
        ["facility_id"],
        unique=True,
        postgresql_where=sa.text("finished_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_savings_study_open",
        table_name="savings_study",
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.drop_table("savings_study")
    op.drop_index("ix_cost_card_valid_from", table_name="cost_card")
    op.drop_table("cost_card")
