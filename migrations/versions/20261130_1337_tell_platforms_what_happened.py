"""tell platforms what happened."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261130_1337"
down_revision = "20261130_1152"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "upload_mark",
        sa.Column("channel", sa.String(collation="C"), nullable=False),
        sa.Column("posting_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_upload_mark")),
    )
    op.create_table(
        "upload",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("channel", sa.String(collation="C"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "stock_take",
                "stock_change",
                "purchase",
                "purchase_return",
                "sale",
                "sale_return",
                "removal",
                name="uploadkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("after_id", sa.BigInteger(), nullable=True),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.String(collation="C"), nullable=False),
        sa.Column(
            "change",
            sa.Enum(
                "",
                "opening",
                "gain",
                "shortage",
                "lost",
                "destroyed",
                name="stockchange",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("split", sa.Boolean(), nullable=False),
        sa.Column("code_count", sa.Integer(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "claimed",
                "acked",
                "failed",
                "unknown",
                name="uploadstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("msgid", sa.String(collation="C"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("receipt", sa.String(collation="C"), nullable=False),
        sa.Column(
            "fault",
            sa.Enum(
                "",
                "missing-field",
                "too-long",
                "refused",
                name="uploadfault",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("fault_field", sa.String(collation="C"), nullable=False),
        sa.Column("fault_text", sa.String(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint(
            "(state = 'failed') = (fault <> '')", name=op.f("ck_upload_fails_for_a_cause")
        ),
        sa.CheckConstraint(
            "(state = 'acked') = (settled_at IS NOT NULL)", name=op.f("ck_upload_settled")
        ),
        sa.CheckConstraint(
            "state <> 'claimed' OR lease_until IS NOT NULL", name=op.f("ck_upload_claim_has_lease")
        ),
        sa.CheckConstraint(
            "attempts >= 0 AND code_count >= 0", name=op.f("ck_upload_not_negative")
        ),
        sa.ForeignKeyConstraint(["after_id"], ["upload.id"], name=op.f("fk_upload_after_id")),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_upload_facility_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_upload_item_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_upload_lot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint(
            "channel", "kind", "source_id", name=op.f("uq_upload_channel_kind_source_id")
        ),
    )
    op.create_index(
        "ix_upload_after",
        "upload",
        ["after_id"],
        unique=False,
        postgresql_where=sa.text("after_id IS NOT NULL"),
    )
    op.create_index("ix_upload_document", "upload", ["document"], unique=False)
    op.create_index(
        "ix_upload_due",
        "upload",
        ["next_try_at", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('pending', 'unknown', 'claimed')"),
    )
    op.create_index(
        "ix_upload_failed",
        "upload",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state = 'failed'"),
    )
    op.create_index("ix_upload_list", "upload", ["facility_id", "happened_at", "id"], unique=False)
    op.create_table(
        "upload_note",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("upload_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "unanswered",
                "put_off",
                "refused",
                "blocked",
                "found",
                "not_found",
                "retried",
                name="uploadstep",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("msgid", sa.String(collation="C"), nullable=False),
        sa.Column("told", sa.String(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.id"], name=op.f("fk_upload_note_upload_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_upload_note_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload_note")),
    )
    op.create_index(op.f("ix_upload_note_upload_id"), "upload_note", ["upload_id"], unique=False)
    op.execute(
        "CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON upload_note"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    for table in ("facility", "item"):
        column = sa.Column(
            "insurance_code", sa.String(collation="C"), nullable=False, server_default=""
        )
        op.add_column(table, column)
        op.alter_column(table, "insurance_code", server_default=None)


def downgrade() -> None:
    op.drop_column("item", "insurance_code")
    op.drop_column("facility", "insurance_code")
    op.drop_index(op.f("ix_upload_note_upload_id"), table_name="upload_note")
    op.drop_table("upload_note")
    op.drop_index("ix_upload_list", table_name="upload")
    op.drop_index(
        "ix_upload_failed", table_name="upload", postgresql_where=sa.text("state = 'failed'")
    )
    op.drop_index(
        "ix_upload_due",
        table_name="upload",
        postgresql_where=sa.text("state IN ('pending', 'unknown', 'claimed')"),
    )
    op.drop_index("ix_upload_document", table_name="upload")
    op.drop_index(
        "ix_upload_after", table_name="upload", postgresql_where=sa.text("after_id IS NOT NULL")
    )
    op.drop_table("upload")
    op.drop_table("upload_mark")
