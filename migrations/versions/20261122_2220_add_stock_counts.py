"""add stock counts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_2220"
down_revision = "20261122_2212"
branch_labels = None
depends_on = None

POSTING_KINDS = (
    "opening",
    "receipt",
    "put_away",
    "pick",
    "unpick",
    "load",
    "hand_over",
    "accept",
    "return",
    "dispense",
    "consume",
    "count",
    "loss",
    "found",
    "condition_change",
    "reversal",
)
STEPS = (
    "announcing",
    "receiving",
    "storing",
    "counting",
    "picking",
    "packing",
    "unpacking",
    "loading",
    "arriving",
    "accepting",
    "returning",
    "dispensing",
    "holding",
    "destroying",
)
CHECKS = (
    (
        "stock_posting",
        "kind",
        "ck_stock_posting_postingkind",
        POSTING_KINDS,
        {"count"},
    ),
    ("trace_event", "step", "ck_trace_event_bizstep", STEPS, {"counting"}),
)


def allow(*, new: bool) -> None:
    """Replace the checks of kinds by lists with, or without, the new ones."""
    for table, column, name, values, added in CHECKS:
        listed = [value for value in values if new or value not in added]
        words = ", ".join(f"'{value}'" for value in listed)
        op.drop_constraint(op.f(name), table, type_="check")
        op.create_check_constraint(op.f(name), table, f"{column} IN ({words})")


def upgrade() -> None:
    allow(new=True)
    op.create_table(
        "count_policy",
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("a_days", sa.Integer(), nullable=False),
        sa.Column("b_days", sa.Integer(), nullable=False),
        sa.Column("c_days", sa.Integer(), nullable=False),
        sa.Column("a_percent", sa.Integer(), nullable=False),
        sa.Column("b_percent", sa.Integer(), nullable=False),
        sa.Column("tolerance_percent", sa.Integer(), nullable=False),
        sa.Column("tolerance_fen", sa.BigInteger(), nullable=False),
        sa.Column("items_a_day", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "0 < a_percent AND a_percent < b_percent AND b_percent <= 100",
            name=op.f("ck_count_policy_abc"),
        ),
        sa.CheckConstraint(
            "a_days > 0 AND b_days >= a_days AND c_days >= b_days",
            name=op.f("ck_count_policy_days"),
        ),
        sa.CheckConstraint(
            "items_a_day BETWEEN 1 AND 500", name=op.f("ck_count_policy_items_a_day")
        ),
        sa.CheckConstraint(
            "tolerance_percent >= 0 AND tolerance_fen >= 0", name=op.f("ck_count_policy_tolerance")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_count_policy_facility_id")
        ),
        sa.PrimaryKeyConstraint("facility_id", name=op.f("pk_count_policy")),
    )
    op.create_table(
        "count_sheet",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reference", sa.String(collation="C"), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "cycle",
                "spot",
                name="sheetkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "counting",
                "review",
                "posted",
                "cancelled",
                name="sheetstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_by_id", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_by_id", sa.BigInteger(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by_id", sa.BigInteger(), nullable=True),
        sa.Column("second_user_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(state = 'posted') = (approved_at IS NOT NULL)",
            name=op.f("ck_count_sheet_posted_by_whom"),
        ),
        sa.CheckConstraint(
            "approved_by_id <> finished_by_id", name=op.f("ck_count_sheet_counter_and_approver")
        ),
        sa.CheckConstraint(
            "second_user_id <> approved_by_id", name=op.f("ck_count_sheet_two_people")
        ),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["user_account.id"], name=op.f("fk_count_sheet_approved_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_count_sheet_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["finished_by_id"], ["user_account.id"], name=op.f("fk_count_sheet_finished_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["second_user_id"], ["user_account.id"], name=op.f("fk_count_sheet_second_user_id")
        ),
        sa.ForeignKeyConstraint(
            ["started_by_id"], ["user_account.id"], name=op.f("fk_count_sheet_started_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_sheet")),
        sa.UniqueConstraint("reference", name=op.f("uq_count_sheet_reference")),
    )
    op.create_index("ix_count_sheet_list", "count_sheet", ["facility_id", "id"], unique=False)
    op.create_index(
        "uq_count_sheet_plan",
        "count_sheet",
        ["facility_id", "planned_on"],
        unique=True,
        postgresql_where=sa.text("kind = 'cycle'"),
    )
    op.create_table(
        "count_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("sheet_id", sa.BigInteger(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
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
        sa.Column(
            "abc_class",
            sa.Enum(
                "a", "b", "c", name="abcclass", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column("found", sa.Boolean(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=True),
        sa.Column("open_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counted_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counted_by_id", sa.BigInteger(), nullable=True),
        sa.Column("book", sa.BigInteger(), nullable=True),
        sa.Column("difference", sa.BigInteger(), nullable=True),
        sa.Column("missing_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint("counted >= 0", name=op.f("ck_count_line_not_negative")),
        sa.CheckConstraint(
            "num_nulls(book, difference) IN (0, 2)", name=op.f("ck_count_line_settled")
        ),
        sa.CheckConstraint(
            "num_nulls(counted, counted_from, counted_at, counted_by_id) IN (0, 4)",
            name=op.f("ck_count_line_counted"),
        ),
        sa.CheckConstraint("round BETWEEN 1 AND 9", name=op.f("ck_count_line_round")),
        sa.ForeignKeyConstraint(
            ["counted_by_id"], ["user_account.id"], name=op.f("fk_count_line_counted_by_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_count_line_item_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_count_line_lot_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["facility.id"], name=op.f("fk_count_line_owner_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_count_line_place_id")),
        sa.ForeignKeyConstraint(
            ["sheet_id"], ["count_sheet.id"], name=op.f("fk_count_line_sheet_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_line")),
        sa.UniqueConstraint(
            "sheet_id",
            "place_id",
            "lot_id",
            "owner_id",
            "condition",
            name=op.f("uq_count_line_sheet_id_place_id_lot_id_owner_id_condition"),
        ),
    )
    op.create_index("ix_count_line_item", "count_line", ["item_id", "sheet_id"], unique=False)
    op.create_table(
        "count_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("client_event_id", sa.String(collation="C"), nullable=False),
        sa.Column("sheet_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "typed",
                "scanned",
                name="entrykind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("stray", sa.Boolean(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'scanned') = (unit_id IS NOT NULL)", name=op.f("ck_count_entry_scans_a_unit")
        ),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_count_entry_not_negative")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["count_line.id"], name=op.f("fk_count_entry_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["sheet_id"], ["count_sheet.id"], name=op.f("fk_count_entry_sheet_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_count_entry_unit_id")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_count_entry_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_entry")),
        sa.UniqueConstraint("client_event_id", name=op.f("uq_count_entry_client_event_id")),
    )
    op.create_index(op.f("ix_count_entry_line_id"), "count_entry", ["line_id"], unique=False)
    op.create_index(
        "uq_count_entry_unit",
        "count_entry",
        ["sheet_id", "line_id", "round", "unit_id"],
        unique=True,
        postgresql_where=sa.text("unit_id IS NOT NULL"),
    )
    op.execute(
        "CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON count_entry"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_index(
        "uq_count_entry_unit",
        table_name="count_entry",
        postgresql_where=sa.text("unit_id IS NOT NULL"),
    )
    op.drop_index(op.f("ix_count_entry_line_id"), table_name="count_entry")
    op.drop_table("count_entry")
    op.drop_index("ix_count_line_item", table_name="count_line")
    op.drop_table("count_line")
    op.drop_index(
        "uq_count_sheet_plan", table_name="count_sheet", postgresql_where=sa.text("kind = 'cycle'")
    )
    op.drop_index("ix_count_sheet_list", table_name="count_sheet")
    op.drop_table("count_sheet")
    op.drop_table("count_policy")
    allow(new=False)
