"""Number the versions of a day's plan, keep their layout, and let one be a draft."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261130_1842"
down_revision = "20261130_1815"
branch_labels = None
depends_on = None

STATE = "ck_delivery_plan_planstate"
NUMBERED = """
UPDATE delivery_plan plan SET version = numbered.version FROM (
  SELECT id, row_number() OVER (PARTITION BY facility_id, day ORDER BY id) AS version
  FROM delivery_plan
) numbered WHERE numbered.id = plan.id
"""


def upgrade() -> None:
    table = "delivery_plan"
    op.add_column(table, sa.Column("version", sa.Integer(), nullable=True))
    op.execute(NUMBERED)
    op.alter_column(table, "version", nullable=False)
    op.create_unique_constraint(
        op.f("uq_delivery_plan_facility_id_day_version"), table, ["facility_id", "day", "version"]
    )
    op.add_column(table, sa.Column("basis_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_delivery_plan_basis_id"), table, "delivery_plan", ["basis_id"], ["id"]
    )
    op.create_index(op.f("ix_delivery_plan_basis_id"), table, ["basis_id"])
    op.add_column(table, sa.Column("layout", postgresql.JSONB(), nullable=True))
    op.add_column(table, sa.Column("published_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE delivery_plan SET published_at = finished_at WHERE state = 'stored'")
    for name, kind, before in (
        ("reason", sa.String(), ""),
        ("seconds", sa.BigInteger(), "0"),
        ("late_stops", sa.Integer(), "0"),
        ("late_seconds", sa.BigInteger(), "0"),
    ):
        op.add_column(table, sa.Column(name, kind, server_default=before, nullable=False))
        op.alter_column(table, name, server_default=None)
    op.drop_constraint(op.f(STATE), table, type_="check")
    op.create_check_constraint(
        op.f(STATE), table, "state IN ('solving', 'draft', 'stored', 'refused')"
    )


def downgrade() -> None:
    table = "delivery_plan"
    op.execute("UPDATE delivery_plan SET state = 'refused' WHERE state = 'draft'")
    op.drop_constraint(op.f(STATE), table, type_="check")
    op.create_check_constraint(op.f(STATE), table, "state IN ('solving', 'stored', 'refused')")
    op.drop_constraint(op.f("uq_delivery_plan_facility_id_day_version"), table, type_="unique")
    for name in (
        "late_seconds",
        "late_stops",
        "seconds",
        "published_at",
        "layout",
        "reason",
        "basis_id",
        "version",
    ):
        op.drop_column(table, name)
