"""split put away over bins."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_1034"
down_revision = "20261130_1024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "receipt_placement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placed_by", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_receipt_placement_places_something")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["receipt_line.id"], name=op.f("fk_receipt_placement_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["place_id"], ["place.id"], name=op.f("fk_receipt_placement_place_id")
        ),
        sa.ForeignKeyConstraint(
            ["placed_by"], ["user_account.id"], name=op.f("fk_receipt_placement_placed_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_placement")),
        sa.UniqueConstraint(
            "line_id", "place_id", name=op.f("uq_receipt_placement_line_id_place_id")
        ),
    )
    op.add_column("receipt_line", sa.Column("placed_at", sa.DateTime(timezone=True), nullable=True))
    # Nobody kept when a line was put away: it was after its receipt was accepted.
    op.execute(
        "UPDATE receipt_line line SET placed_at = receipt.accepted_at FROM receipt"
        " WHERE receipt.id = line.receipt_id AND line.place_id IS NOT NULL"
    )
    op.execute(
        "INSERT INTO receipt_placement (line_id, place_id, quantity, placed_at, placed_by)"
        " SELECT line.id, line.place_id, line.accepted, receipt.accepted_at, receipt.accepted_by"
        " FROM receipt_line line JOIN receipt ON receipt.id = line.receipt_id"
        " WHERE line.place_id IS NOT NULL AND line.accepted > 0 ORDER BY line.id"
    )
    op.drop_constraint(op.f("fk_receipt_line_place_id"), "receipt_line", type_="foreignkey")
    op.drop_column("receipt_line", "place_id")


def downgrade() -> None:
    op.add_column(
        "receipt_line", sa.Column("place_id", sa.BIGINT(), autoincrement=False, nullable=True)
    )
    op.create_foreign_key(
        op.f("fk_receipt_line_place_id"), "receipt_line", "place", ["place_id"], ["id"]
    )
    op.execute(
        "UPDATE receipt_line line SET place_id = placed.place_id"
        " FROM receipt_placement placed WHERE placed.line_id = line.id"
    )
    op.drop_column("receipt_line", "placed_at")
    op.drop_table("receipt_placement")
