"""add transfers."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_2259"
down_revision = "20261122_2258"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "transfer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reference", sa.String(collation="C"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "transfer",
                "loan",
                "loan_return",
                "return",
                name="transferkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "requested",
                "approved",
                "handed_over",
                "received",
                "closed",
                "refused",
                "cancelled",
                name="transferstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("sender_id", sa.BigInteger(), nullable=False),
        sa.Column("receiver_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "return_reason",
            sa.Enum(
                "wrong",
                "near_expiry",
                "damaged",
                "recall",
                "surplus",
                name="returnreason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("loan_id", sa.BigInteger(), nullable=True),
        sa.Column("notes", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("handed_second_id", sa.BigInteger(), nullable=True),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_by_id", sa.BigInteger(), nullable=True),
        sa.Column("received_second_id", sa.BigInteger(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(kind = 'loan') = (due_on IS NOT NULL)", name=op.f("ck_transfer_loan_is_due")
        ),
        sa.CheckConstraint(
            "(kind = 'loan_return') = (loan_id IS NOT NULL)",
            name=op.f("ck_transfer_return_of_a_loan"),
        ),
        sa.CheckConstraint(
            "(kind = 'return') = (return_reason IS NOT NULL)",
            name=op.f("ck_transfer_return_says_why"),
        ),
        sa.CheckConstraint(
            "handed_second_id <> handed_by_id", name=op.f("ck_transfer_two_people_hand_over")
        ),
        sa.CheckConstraint(
            "received_second_id <> received_by_id", name=op.f("ck_transfer_two_people_receive")
        ),
        sa.CheckConstraint("sender_id <> receiver_id", name=op.f("ck_transfer_two_facilities")),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["facility.id"], name=op.f("fk_transfer_asked_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_transfer_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user_account.id"], name=op.f("fk_transfer_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["handed_by_id"], ["user_account.id"], name=op.f("fk_transfer_handed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["handed_second_id"], ["user_account.id"], name=op.f("fk_transfer_handed_second_id")
        ),
        sa.ForeignKeyConstraint(["loan_id"], ["transfer.id"], name=op.f("fk_transfer_loan_id")),
        sa.ForeignKeyConstraint(
            ["received_by_id"], ["user_account.id"], name=op.f("fk_transfer_received_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["received_second_id"], ["user_account.id"], name=op.f("fk_transfer_received_second_id")
        ),
        sa.ForeignKeyConstraint(
            ["receiver_id"], ["facility.id"], name=op.f("fk_transfer_receiver_id")
        ),
        sa.ForeignKeyConstraint(["sender_id"], ["facility.id"], name=op.f("fk_transfer_sender_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
        sa.UniqueConstraint("reference", name=op.f("uq_transfer_reference")),
    )
    op.create_index(
        "ix_transfer_loan",
        "transfer",
        ["loan_id"],
        unique=False,
        postgresql_where=sa.text("loan_id IS NOT NULL"),
    )
    op.create_index("ix_transfer_receiver", "transfer", ["receiver_id", "id"], unique=False)
    op.create_index("ix_transfer_sender", "transfer", ["sender_id", "id"], unique=False)
    op.create_table(
        "transfer_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("transfer_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "condition",
            sa.Enum(
                "usable",
                "quarantine",
                "damaged",
                name="condition",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("item_code", sa.String(collation="C"), nullable=False),
        sa.Column("item_name", sa.String(), nullable=False),
        sa.Column("strength", sa.String(), nullable=False),
        sa.Column("base_unit", sa.String(), nullable=False),
        sa.Column("pack_unit", sa.String(), nullable=False),
        sa.Column("units_per_pack", sa.BigInteger(), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("is_coded", sa.Boolean(), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("approved", sa.BigInteger(), nullable=True),
        sa.Column("shortage", sa.BigInteger(), nullable=False),
        sa.Column("owed", sa.BigInteger(), nullable=False),
        sa.Column("settled", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "0 <= settled AND settled <= owed", name=op.f("ck_transfer_line_settled_within_owed")
        ),
        sa.CheckConstraint(
            "approved >= 0 AND shortage >= 0", name=op.f("ck_transfer_line_not_negative")
        ),
        sa.CheckConstraint("asked > 0", name=op.f("ck_transfer_line_asks_something")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_transfer_line_item_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_transfer_line_lot_id")),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfer.id"], name=op.f("fk_transfer_line_transfer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_line")),
        sa.UniqueConstraint(
            "transfer_id", "position", name=op.f("uq_transfer_line_transfer_id_position")
        ),
    )
    op.create_index(
        "ix_transfer_line_owed",
        "transfer_line",
        ["item_id"],
        unique=False,
        postgresql_where=sa.text("settled < owed"),
    )
    op.create_table(
        "transfer_content",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("transfer_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "condition",
            sa.Enum(
                "usable",
                "quarantine",
                "damaged",
                name="condition",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("usable", sa.BigInteger(), nullable=False),
        sa.Column("quarantine", sa.BigInteger(), nullable=False),
        sa.Column("damaged", sa.BigInteger(), nullable=False),
        sa.Column(
            "whereabouts",
            sa.Enum(
                "arrived",
                "not_sent",
                "lost",
                name="whereabouts",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("settled_reason", sa.String(), nullable=False),
        sa.Column("settled_by_id", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "num_nulls(whereabouts, settled_by_id, settled_at) IN (0, 3)",
            name=op.f("ck_transfer_content_settled"),
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_transfer_content_carries_something")),
        sa.CheckConstraint(
            "usable >= 0 AND quarantine >= 0 AND damaged >= 0 AND usable + quarantine + damaged <= quantity",
            name=op.f("ck_transfer_content_within_quantity"),
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["transfer_line.id"], name=op.f("fk_transfer_content_line_id")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_transfer_content_lot_id")),
        sa.ForeignKeyConstraint(
            ["place_id"], ["place.id"], name=op.f("fk_transfer_content_place_id")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["user_account.id"], name=op.f("fk_transfer_content_settled_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfer.id"], name=op.f("fk_transfer_content_transfer_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_transfer_content_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_content")),
    )
    op.create_index("ix_transfer_content_line", "transfer_content", ["line_id"], unique=False)
    op.create_index(
        "ix_transfer_content_transfer", "transfer_content", ["transfer_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_transfer_content_unit_id"), "transfer_content", ["unit_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_transfer_content_unit_id"), table_name="transfer_content")
    op.drop_index("ix_transfer_content_transfer", table_name="transfer_content")
    op.drop_index("ix_transfer_content_line", table_name="transfer_content")
    op.drop_table("transfer_content")
    op.drop_index(
        "ix_transfer_line_owed",
        table_name="transfer_line",
        postgresql_where=sa.text("settled < owed"),
    )
    op.drop_table("transfer_line")
    op.drop_index("ix_transfer_sender", table_name="transfer")
    op.drop_index("ix_transfer_receiver", table_name="transfer")
    op.drop_index(
        "ix_transfer_loan", table_name="transfer", postgresql_where=sa.text("loan_id IS NOT NULL")
    )
    op.drop_table("transfer")
