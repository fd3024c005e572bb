"""Keep what comparisons of codes with the book found, and tell people of differences."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_1431"
down_revision = "20261130_1420"
branch_labels = None
depends_on = None

BEFORE = (
    "near_expiry",
    "low_stock",
    "over_stock",
    "proposals",
    "promise_lapsed",
    "transfer_lapsed",
    "trace_alert",
    "trace_alarm",
)


def _kinds(kinds: tuple[str, ...]) -> None:
    name, words = op.f("ck_notice_noticekind"), ", ".join(f"'{kind}'" for kind in kinds)
    op.drop_constraint(name, "notice")
    op.create_check_constraint(name, "notice", f"kind IN ({words})")


def upgrade() -> None:
    _kinds((*BEFORE, "codes_differ"))
    op.create_table(
        "reconciliation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "scope",
            sa.Enum(
                "county",
                "facility",
                "moved",
                name="scope",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("facility_id", sa.BigInteger(), nullable=True),
        sa.Column("compared", sa.Integer(), nullable=False),
        sa.Column("differing", sa.Integer(), nullable=False),
        sa.Column("packs", sa.BigInteger(), nullable=False),
        sa.Column("base_units", sa.BigInteger(), nullable=False),
        sa.Column("last_move_id", sa.BigInteger(), nullable=False),
        sa.Column("last_event_id", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(scope = 'facility') = (facility_id IS NOT NULL)",
            name=op.f("ck_reconciliation_of_a_facility"),
        ),
        sa.CheckConstraint("differing >= 0 AND compared >= 0", name=op.f("ck_reconciliation_sane")),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_reconciliation_facility_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation")),
    )
    op.create_index("ix_reconciliation_scope", "reconciliation", ["scope", "id"])
    op.execute(
        "CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON reconciliation"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.create_table(
        "reconciled_site",
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("compared", sa.Integer(), nullable=False),
        sa.Column("packs", sa.BigInteger(), nullable=False),
        sa.Column("books", sa.BigInteger(), nullable=False),
        sa.Column("codes", sa.BigInteger(), nullable=False),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_reconciled_site_facility_id")
        ),
        sa.PrimaryKeyConstraint("facility_id", name=op.f("pk_reconciled_site")),
    )
    _differences()


def _differences() -> None:
    parts = ("facility", "place", "item", "lot")
    op.create_table(
        "code_difference",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        *(sa.Column(f"{part}_id", sa.BigInteger(), nullable=False) for part in parts),
        sa.Column("books", sa.BigInteger(), nullable=False),
        sa.Column("codes", sa.BigInteger(), nullable=False),
        sa.Column("clues", sa.dialects.postgresql.JSONB(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.CheckConstraint("books <> codes", name=op.f("ck_code_difference_differs")),
        *(
            sa.ForeignKeyConstraint(
                [f"{part}_id"], [f"{part}.id"], name=op.f(f"fk_code_difference_{part}_id")
            )
            for part in parts
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_difference")),
    )
    op.create_index(
        "uq_code_difference_open",
        "code_difference",
        ["place_id", "lot_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_code_difference_facility", "code_difference", ["facility_id", "id"])
    op.create_index(
        "ix_code_difference_news",
        "code_difference",
        ["id"],
        postgresql_where=sa.text("NOT told"),
    )


def downgrade() -> None:
    op.drop_table("code_difference")
    op.drop_table("reconciled_site")
    op.drop_table("reconciliation")
    op.execute("DELETE FROM notice WHERE kind = 'codes_differ'")
    _kinds(BEFORE)
