"""seal the log: keys, seals, and where each site's log stands."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_1420"
down_revision = "20261130_1413"
branch_labels = None
depends_on = None

GROWING = ("trace_key", "trace_seal")


def upgrade() -> None:
    op.create_table(
        "trace_key",
        sa.Column("id", sa.SmallInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("base", sa.String(collation="C"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trace_key")),
        sa.UniqueConstraint("public_key", name=op.f("uq_trace_key_public_key")),
    )
    op.create_table(
        "trace_seal",
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facility_id", sa.Integer(), nullable=False),
        sa.Column("horizon", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first_seq", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.SmallInteger(), nullable=False),
        sa.Column("events", sa.LargeBinary(), nullable=False),
        sa.Column("links", sa.LargeBinary(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("tree", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_trace_seal_facility_id")
        ),
        sa.ForeignKeyConstraint(["key_id"], ["trace_key.id"], name=op.f("fk_trace_seal_key_id")),
        sa.PrimaryKeyConstraint("facility_id", "horizon", "number", name=op.f("pk_trace_seal")),
    )
    op.create_index(op.f("ix_trace_seal_horizon"), "trace_seal", ["horizon"], unique=False)
    # Hashes do not shrink: to try costs time, and a seal moved aside is slower to read.
    for column in ("events", "links"):
        op.execute(f"ALTER TABLE trace_seal ALTER COLUMN {column} SET STORAGE EXTERNAL")
    op.create_table(
        "trace_frontier",
        sa.Column("facility_id", sa.Integer(), nullable=False),
        sa.Column("seals", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("peaks", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_trace_frontier_facility_id")
        ),
        sa.PrimaryKeyConstraint("facility_id", name=op.f("pk_trace_frontier")),
    )
    for table in GROWING:
        op.execute(
            f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.drop_table("trace_frontier")
    op.drop_table("trace_seal")
    op.drop_table("trace_key")
