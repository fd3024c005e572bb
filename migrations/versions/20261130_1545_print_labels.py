"""Keep what labels were printed, and count how often strangers look codes up."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261130_1545"
down_revision = "20261130_1540"
branch_labels = None
depends_on = None

SOURCES = ("receipt", "lot", "code", "bins", "totes", "devices")
LAYOUTS = ("thermal_50x30", "a4_21", "a4_24", "a4_40", "a4_65")
SYMBOLS = ("qr", "data_matrix", "gs1")


def _words(*words: str, name: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "label_print",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reference", sa.String(collation="C"), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", _words(*SOURCES, name="labelsource"), nullable=False),
        sa.Column("named", sa.String(collation="C"), nullable=False),
        sa.Column("layout", _words(*LAYOUTS, name="layout"), nullable=False),
        sa.Column("symbol", _words(*SYMBOLS, name="symbolkind"), nullable=False),
        sa.Column("skip", sa.Integer(), nullable=False),
        sa.Column("printed", sa.Integer(), nullable=False),
        sa.Column("labels", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("printed BETWEEN 1 AND 1000", name=op.f("ck_label_print_can_be_stuck")),
        sa.CheckConstraint("skip >= 0", name=op.f("ck_label_print_skip")),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_label_print_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_label_print_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_print")),
        sa.UniqueConstraint("reference", name=op.f("uq_label_print_reference")),
    )
    op.create_index("ix_label_print_list", "label_print", ["facility_id", "id"])
    op.create_table(
        "asking_rate",
        sa.Column("subject", sa.String(collation="C"), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_asking_rate")),
    )
    op.create_index(op.f("ix_asking_rate_began_at"), "asking_rate", ["began_at"])


def downgrade() -> None:
    op.drop_table("asking_rate")
    op.drop_table("label_print")
