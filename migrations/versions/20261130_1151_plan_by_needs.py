"""Plan purchases by the needs of replenishment, not by days of average use."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_1151"
down_revision = "20261130_1150"
branch_labels = None
depends_on = None

RENAME = """
UPDATE purchase_plan_line SET arithmetic =
  (arithmetic - ARRAY['amc', 'clinics', 'reserve']) || jsonb_build_object(
    'per_month', arithmetic -> 'amc',
    'lacking', arithmetic -> 'clinics',
    'keep', arithmetic -> 'reserve',
    'facilities', (
      SELECT coalesce(jsonb_agg((f - ARRAY['amc', 'target']) || jsonb_build_object(
        'per_month', f -> 'amc', 'minimum', f -> 'target', 'maximum', f -> 'target',
        'proposed', (f ->> 'need')::bigint - (f ->> 'asked')::bigint)), '[]'::jsonb)
      FROM jsonb_array_elements(arithmetic -> 'facilities') AS f))
WHERE arithmetic ? 'clinics'
"""
"""Lines of old plans are told in the new words: clinics were filled up to their target."""


def upgrade() -> None:
    op.drop_constraint(op.f("ck_purchase_plan_covers_days"), "purchase_plan")
    op.drop_column("purchase_plan", "clinic_days")
    op.drop_column("purchase_plan", "centre_days")
    op.execute(RENAME)


def downgrade() -> None:
    for name, days in (("centre_days", "30"), ("clinic_days", "45")):
        column = sa.Column(name, sa.Integer(), nullable=False, server_default=days)
        op.add_column("purchase_plan", column)
        op.alter_column("purchase_plan", name, server_default=None)
    op.create_check_constraint(
        op.f("ck_purchase_plan_covers_days"),
        "purchase_plan",
        "clinic_days > 0 AND centre_days >= 0",
    )
