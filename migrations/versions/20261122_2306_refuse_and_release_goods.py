"""refuse and release goods."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_2306"
down_revision = "20261122_2259"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "transport_record",
        sa.Column("receipt_id", sa.BigInteger(), nullable=False),
        sa.Column("lowest", sa.Integer(), nullable=False),
        sa.Column("highest", sa.Integer(), nullable=False),
        sa.Column("readings", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "lowest <= highest AND readings >= 0", name=op.f("ck_transport_record_bounds")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["user_account.id"], name=op.f("fk_transport_record_entered_by")
        ),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipt.id"], name=op.f("fk_transport_record_receipt_id")
        ),
        sa.PrimaryKeyConstraint("receipt_id", name=op.f("pk_transport_record")),
    )
    op.create_table(
        "supplier_claim",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reference", sa.String(collation="C"), nullable=False),
        sa.Column("receipt_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "damaged",
                "temperature",
                "wrong_goods",
                "short_dated",
                "no_papers",
                "other",
                name="refusalreason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.BigInteger(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "taken_back",
                "replaced",
                "credited",
                name="claimoutcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("closing_note", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "num_nulls(outcome, closed_at, closed_by) IN (0, 3)",
            name=op.f("ck_supplier_claim_closed"),
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_supplier_claim_refuses_something")),
        sa.ForeignKeyConstraint(
            ["closed_by"], ["user_account.id"], name=op.f("fk_supplier_claim_closed_by")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_supplier_claim_facility_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_supplier_claim_item_id")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["receipt_line.id"], name=op.f("fk_supplier_claim_line_id")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_supplier_claim_lot_id")),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["user_account.id"], name=op.f("fk_supplier_claim_opened_by")
        ),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipt.id"], name=op.f("fk_supplier_claim_receipt_id")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_claim_supplier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_claim")),
        sa.UniqueConstraint("reference", name=op.f("uq_supplier_claim_reference")),
    )
    op.create_index(op.f("ix_supplier_claim_line_id"), "supplier_claim", ["line_id"], unique=False)
    op.create_index("ix_supplier_claim_list", "supplier_claim", ["facility_id", "id"], unique=False)
    op.create_index("ix_supplier_claim_receipt_id", "supplier_claim", ["receipt_id"], unique=False)
    op.create_index(
        op.f("ix_supplier_claim_supplier_id"), "supplier_claim", ["supplier_id"], unique=False
    )
    op.add_column(
        "receipt_line", sa.Column("released_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("receipt_line", sa.Column("released_by", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_receipt_line_quarantine",
        "receipt_line",
        ["receipt_id"],
        unique=False,
        postgresql_where=sa.text("condition = 'quarantine' AND released_at IS NULL"),
    )
    op.create_foreign_key(
        op.f("fk_receipt_line_released_by"), "receipt_line", "user_account", ["released_by"], ["id"]
    )
    op.add_column(
        "supplier", sa.Column("quarantine", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.alter_column("supplier", "quarantine", server_default=None)
    op.create_check_constraint(
        op.f("ck_receipt_line_released"),
        "receipt_line",
        "released_at IS NULL OR condition = 'quarantine'",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_receipt_line_released"), "receipt_line", type_="check")
    op.drop_column("supplier", "quarantine")
    op.drop_constraint(op.f("fk_receipt_line_released_by"), "receipt_line", type_="foreignkey")
    op.drop_index(
        "ix_receipt_line_quarantine",
        table_name="receipt_line",
        postgresql_where=sa.text("condition = 'quarantine' AND released_at IS NULL"),
    )
    op.drop_column("receipt_line", "released_by")
    op.drop_column("receipt_line", "released_at")
    op.drop_index(op.f("ix_supplier_claim_supplier_id"), table_name="supplier_claim")
    op.drop_index("ix_supplier_claim_receipt_id", table_name="supplier_claim")
    op.drop_index("ix_supplier_claim_list", table_name="supplier_claim")
    op.drop_index(op.f("ix_supplier_claim_line_id"), table_name="supplier_claim")
    op.drop_table("supplier_claim")
    op.drop_table("transport_record")
