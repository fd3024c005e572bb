"""make bills for the trace platform."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_1540"
down_revision = "20261130_1530"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "trace_bill",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reference", sa.String(collation="C"), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "102",
                "103",
                "106",
                "107",
                "116",
                "202",
                "205",
                "206",
                "209",
                "210",
                "321",
                "322",
                "323",
                name="billtype",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "ready",
                "downloaded",
                "accepted",
                "refused",
                name="billstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("document", sa.String(collation="C"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state <> 'refused' OR answer <> ''", name=op.f("ck_trace_bill_refused_with_reason")
        ),
        sa.CheckConstraint("part > 0", name=op.f("ck_trace_bill_part")),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_trace_bill_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_trace_bill_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trace_bill")),
        sa.UniqueConstraint("reference", name=op.f("uq_trace_bill_reference")),
    )
    op.create_index("ix_trace_bill_list", "trace_bill", ["facility_id", "id"], unique=False)
    op.create_table(
        "trace_bill_code",
        sa.Column("bill_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(collation="C"), nullable=False),
        sa.Column(
            "dropped",
            sa.Enum(
                "",
                "length",
                "first-digit",
                name="dropreason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["bill_id"], ["trace_bill.id"], name=op.f("fk_trace_bill_code_bill_id")
        ),
        sa.PrimaryKeyConstraint("bill_id", "code", name=op.f("pk_trace_bill_code")),
    )
    op.create_table(
        "trace_bill_remnant",
        sa.Column("bill_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_trace_bill_remnant_holds_something")),
        sa.ForeignKeyConstraint(
            ["bill_id"], ["trace_bill.id"], name=op.f("fk_trace_bill_remnant_bill_id")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_trace_bill_remnant_lot_id")),
        sa.PrimaryKeyConstraint("bill_id", "lot_id", name=op.f("pk_trace_bill_remnant")),
    )
    op.create_table(
        "trace_bill_source",
        sa.Column("upload_id", sa.BigInteger(), nullable=False),
        sa.Column("bill_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bill_id"], ["trace_bill.id"], name=op.f("fk_trace_bill_source_bill_id")
        ),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.id"], name=op.f("fk_trace_bill_source_upload_id")
        ),
        sa.PrimaryKeyConstraint("upload_id", name=op.f("pk_trace_bill_source")),
    )
    op.create_index(
        op.f("ix_trace_bill_source_bill_id"), "trace_bill_source", ["bill_id"], unique=False
    )
    for table in ("trace_bill_code", "trace_bill_remnant", "trace_bill_source"):
        op.execute(
            f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.drop_index(op.f("ix_trace_bill_source_bill_id"), table_name="trace_bill_source")
    op.drop_table("trace_bill_source")
    op.drop_table("trace_bill_remnant")
    op.drop_table("trace_bill_code")
    op.drop_index("ix_trace_bill_list", table_name="trace_bill")
    op.drop_table("trace_bill")
