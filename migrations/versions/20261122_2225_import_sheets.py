"""import sheets: what was sent, what is wrong with it, what became of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_2225"
down_revision = "20261122_2223"
branch_labels = None
depends_on = None


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "sheet_import",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reference", sa.String(collation="C"), nullable=False),
        sa.Column("kind", _enum("importkind", "items", "opening", "requisition"), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("target", sa.String(collation="C"), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("digest", sa.String(collation="C"), nullable=False),
        sa.Column("state", _enum("importstate", "refused", "ready", "done"), nullable=False),
        sa.Column("cells", postgresql.JSONB(), nullable=False),
        sa.Column("findings", postgresql.JSONB(), nullable=False),
        sa.Column("outcomes", postgresql.JSONB(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.String(collation="C"), nullable=False),
        sa.CheckConstraint(
            "(state = 'done') = (done_at IS NOT NULL)", name=op.f("ck_sheet_import_done_at")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_sheet_import_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_sheet_import_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_import")),
        sa.UniqueConstraint("reference", name=op.f("uq_sheet_import_reference")),
    )
    op.create_index("ix_sheet_import_list", "sheet_import", ["user_id", "id"])
    op.create_index(
        "uq_sheet_import_done",
        "sheet_import",
        ["kind", "facility_id", "target", "digest"],
        unique=True,
        postgresql_where=sa.text("state = 'done'"),
    )


def downgrade() -> None:
    op.drop_table("sheet_import")
