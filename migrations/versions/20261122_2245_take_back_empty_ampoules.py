"""take back empty ampoules of controlled medicines, counted by two people."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_2245"
down_revision = "20261122_2225"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ampoule_return",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reference", sa.String(collation="C"), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("lot_number", sa.String(collation="C"), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("second_user_id", sa.BigInteger(), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_ampoule_return_returns_something")),
        sa.CheckConstraint("second_user_id <> user_id", name=op.f("ck_ampoule_return_two_people")),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_ampoule_return_facility_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_ampoule_return_item_id")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_ampoule_return_user_id")
        ),
        sa.ForeignKeyConstraint(
            ["second_user_id"], ["user_account.id"], name=op.f("fk_ampoule_return_second_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ampoule_return")),
        sa.UniqueConstraint("reference", name=op.f("uq_ampoule_return_reference")),
    )
    op.create_index(
        "ix_ampoule_return_list", "ampoule_return", ["facility_id", "item_id", "returned_at"]
    )
    op.execute(
        "CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON ampoule_return"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_table("ampoule_return")
