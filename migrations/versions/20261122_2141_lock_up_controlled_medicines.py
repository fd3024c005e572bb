"""lock up controlled medicines: double-locked places, prescriptions and second signatures."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_2141"
down_revision = "20261122_2140"
branch_labels = None
depends_on = None

GUARD = """
CREATE FUNCTION refuse_unlocked_controlled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM place WHERE id = NEW.place_id AND kind = 'bin' AND NOT locked)
     AND EXISTS (SELECT FROM item WHERE id = NEW.item_id AND special_class <> 'none') THEN
    RAISE EXCEPTION 'controlled medicines lie only in double-locked bins'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_stock_balance_controlled_under_lock';
  END IF;
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.execute(GUARD)
    # After the row is stored, so that it runs once per new balance and never on the hot path.
    op.execute(
        "CREATE TRIGGER controlled_under_lock AFTER INSERT ON stock_balance"
        " FOR EACH ROW EXECUTE FUNCTION refuse_unlocked_controlled()"
    )
    op.create_table(
        "controlled_dispensing",
        sa.Column("dispensing_id", sa.BigInteger(), nullable=False),
        sa.Column("prescription", sa.String(collation="C"), nullable=False),
        sa.Column("patient", sa.String(), nullable=False),
        sa.Column("prescriber", sa.String(), nullable=False),
        sa.Column("second_user_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "prescription <> '' AND patient <> '' AND prescriber <> ''",
            name=op.f("ck_controlled_dispensing_filled_in"),
        ),
        sa.ForeignKeyConstraint(
            ["dispensing_id"],
            ["dispensing.id"],
            name=op.f("fk_controlled_dispensing_dispensing_id"),
        ),
        sa.ForeignKeyConstraint(
            ["second_user_id"],
            ["user_account.id"],
            name=op.f("fk_controlled_dispensing_second_user_id"),
        ),
        sa.PrimaryKeyConstraint("dispensing_id", name=op.f("pk_controlled_dispensing")),
    )
    op.create_index(
        "ix_controlled_dispensing_prescription", "controlled_dispensing", ["prescription"]
    )
    op.execute(
        "CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON controlled_dispensing"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_table("controlled_dispensing")
    op.execute("DROP TRIGGER controlled_under_lock ON stock_balance")
    op.execute("DROP FUNCTION refuse_unlocked_controlled()")
