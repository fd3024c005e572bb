"""keep attachments."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_1150"
down_revision = "20261130_1105"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("subject_kind", sa.String(collation="C"), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("part_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "damage",
                "quantity",
                "temperature",
                "papers",
                "other",
                name="attachmentkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "media_type",
            sa.Enum(
                "image/jpeg",
                "image/png",
                "image/webp",
                "application/pdf",
                name="attachmenttype",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("sha256", sa.String(collation="C"), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("thumbnail", sa.LargeBinary(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.BigInteger(), nullable=False),
        sa.Column("adder", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(media_type = 'application/pdf') = (thumbnail IS NULL)",
            name=op.f("ck_attachment_pictures_are_shown"),
        ),
        sa.CheckConstraint(
            "octet_length(content) BETWEEN 1 AND 10485760", name=op.f("ck_attachment_not_too_large")
        ),
        sa.CheckConstraint("position BETWEEN 1 AND 40", name=op.f("ck_attachment_not_too_many")),
        sa.ForeignKeyConstraint(
            ["added_by"], ["user_account.id"], name=op.f("fk_attachment_added_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint(
            "subject_kind",
            "subject_id",
            "position",
            name=op.f("uq_attachment_subject_kind_subject_id_position"),
        ),
        sa.UniqueConstraint(
            "subject_kind",
            "subject_id",
            "sha256",
            name=op.f("uq_attachment_subject_kind_subject_id_sha256"),
        ),
    )
    # Pictures and PDFs are compressed already.
    op.execute("ALTER TABLE attachment ALTER content SET STORAGE EXTERNAL")
    op.execute("ALTER TABLE attachment ALTER thumbnail SET STORAGE EXTERNAL")
    op.execute(
        "CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON attachment"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_table("attachment")
