"""add dispensing."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_1858"
down_revision = "20261122_1857"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dispensing",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reference", sa.String(collation="C"), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "dispense",
                "consume",
                "undo",
                name="dispensingkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("undoes_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'undo') = (undoes_id IS NOT NULL)", name=op.f("ck_dispensing_undo_points")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_dispensing_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["undoes_id"], ["dispensing.id"], name=op.f("fk_dispensing_undoes_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_dispensing_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispensing")),
        sa.UniqueConstraint("reference", name=op.f("uq_dispensing_reference")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_dispensing_undoes_id")),
    )
    op.create_index("ix_dispensing_list", "dispensing", ["facility_id", "id"], unique=False)
    op.create_table(
        "dispensing_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("dispensing_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_dispensing_line_gives_something")),
        sa.ForeignKeyConstraint(
            ["dispensing_id"], ["dispensing.id"], name=op.f("fk_dispensing_line_dispensing_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_dispensing_line_item_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_dispensing_line_lot_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_dispensing_line_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispensing_line")),
    )
    op.create_index(
        op.f("ix_dispensing_line_dispensing_id"), "dispensing_line", ["dispensing_id"], unique=False
    )
    op.create_index("ix_dispensing_line_unit", "dispensing_line", ["unit_id"], unique=False)
    for table in ("dispensing", "dispensing_line"):
        op.execute(
            f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.drop_index("ix_dispensing_line_unit", table_name="dispensing_line")
    op.drop_index(op.f("ix_dispensing_line_dispensing_id"), table_name="dispensing_line")
    op.drop_table("dispensing_line")
    op.drop_index("ix_dispensing_list", table_name="dispensing")
    op.drop_table("dispensing")
