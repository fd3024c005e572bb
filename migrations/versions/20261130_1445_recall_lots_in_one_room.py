"""Recall lots in one room: the hold tells holders what to do, and each has a task."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261130_1445"
down_revision = "20261130_1431"
branch_labels = None
depends_on = None


LIMITS = (("I", 24, 24), ("II", 48, 72), ("III", 72, 168), ("none", 72, 168))
"""Hours to tell holders and to hand in a plan, as installed; each county sets its own."""
TOLD = ("hold_class", "hold_reference", "hold_instruction")
NOTICES = (
    "near_expiry",
    "low_stock",
    "over_stock",
    "proposals",
    "promise_lapsed",
    "transfer_lapsed",
    "trace_alert",
    "trace_alarm",
    "codes_differ",
)


def _notices(kinds: tuple[str, ...]) -> None:
    name, words = op.f("ck_notice_noticekind"), ", ".join(f"'{kind}'" for kind in kinds)
    op.drop_constraint(name, "notice")
    op.create_check_constraint(name, "notice", f"kind IN ({words})")


def upgrade() -> None:
    op.create_table(
        "recall_limit",
        sa.Column(
            "recall_class",
            sa.Enum(
                "I",
                "II",
                "III",
                "none",
                name="recallclass",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("notify_hours", sa.Integer(), nullable=False),
        sa.Column("plan_hours", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "notify_hours > 0 AND plan_hours > 0", name=op.f("ck_recall_limit_some_time")
        ),
        sa.PrimaryKeyConstraint("recall_class", name=op.f("pk_recall_limit")),
    )
    names = ("recall_class", "notify_hours", "plan_hours")
    limits = sa.table("recall_limit", *map(sa.column, names))
    op.bulk_insert(limits, [dict(zip(names, limit, strict=True)) for limit in LIMITS])
    op.create_table(
        "recall",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reference", sa.String(collation="C"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "recall",
                "quality",
                name="recallkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("is_drill", sa.Boolean(), nullable=False),
        sa.Column(
            "recall_class",
            sa.Enum(
                "I",
                "II",
                "III",
                "none",
                name="recallclass",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "closed",
                "lifted",
                name="recallstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("instruction", sa.String(), nullable=False),
        sa.Column("notice_reference", sa.String(), nullable=False),
        sa.Column("notify_hours", sa.Integer(), nullable=False),
        sa.Column("plan_hours", sa.Integer(), nullable=False),
        sa.Column("started_by_id", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_ms", sa.Integer(), nullable=False),
        sa.Column("located_ms", sa.Integer(), nullable=False),
        sa.Column("closed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missing_reason", sa.String(), nullable=False),
        sa.Column("account", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("lifted_by_id", sa.BigInteger(), nullable=True),
        sa.Column("lifted_second_id", sa.BigInteger(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lift_reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'quality') = (recall_class = 'none')", name=op.f("ck_recall_class_of_a_recall")
        ),
        sa.CheckConstraint(
            "(state = 'lifted') = (lifted_at IS NOT NULL)", name=op.f("ck_recall_lifted")
        ),
        sa.CheckConstraint(
            "NOT (is_drill AND state = 'lifted')", name=op.f("ck_recall_drill_holds_nothing")
        ),
        sa.CheckConstraint(
            "reason <> '' AND instruction <> ''", name=op.f("ck_recall_tells_why_and_what")
        ),
        sa.CheckConstraint(
            "state <> 'closed' OR closed_at IS NOT NULL", name=op.f("ck_recall_closed")
        ),
        sa.CheckConstraint(
            "lifted_second_id <> lifted_by_id", name=op.f("ck_recall_two_people_lift")
        ),
        sa.CheckConstraint(
            "num_nulls(lifted_by_id, lifted_second_id, lifted_at) IN (0, 3)",
            name=op.f("ck_recall_lifted_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["user_account.id"], name=op.f("fk_recall_closed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["lifted_by_id"], ["user_account.id"], name=op.f("fk_recall_lifted_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["lifted_second_id"], ["user_account.id"], name=op.f("fk_recall_lifted_second_id")
        ),
        sa.ForeignKeyConstraint(
            ["started_by_id"], ["user_account.id"], name=op.f("fk_recall_started_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall")),
        sa.UniqueConstraint("reference", name=op.f("uq_recall_reference")),
    )
    op.create_table(
        "recall_lot",
        sa.Column("recall_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_recall_lot_item_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_recall_lot_lot_id")),
        sa.ForeignKeyConstraint(["recall_id"], ["recall.id"], name=op.f("fk_recall_lot_recall_id")),
        sa.PrimaryKeyConstraint("recall_id", "lot_id", name=op.f("pk_recall_lot")),
    )
    op.create_index(op.f("ix_recall_lot_lot_id"), "recall_lot", ["lot_id"], unique=False)
    op.create_table(
        "recall_task",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("recall_id", sa.BigInteger(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("expected", sa.BigInteger(), nullable=False),
        sa.Column("patients", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by_id", sa.BigInteger(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.BigInteger(), nullable=True),
        sa.Column("missing", sa.BigInteger(), nullable=False),
        sa.Column("missing_reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "done_at IS NULL OR seen_at IS NOT NULL", name=op.f("ck_recall_task_seen_before_done")
        ),
        sa.ForeignKeyConstraint(
            ["done_by_id"], ["user_account.id"], name=op.f("fk_recall_task_done_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_recall_task_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["recall_id"], ["recall.id"], name=op.f("fk_recall_task_recall_id")
        ),
        sa.ForeignKeyConstraint(
            ["seen_by_id"], ["user_account.id"], name=op.f("fk_recall_task_seen_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_task")),
        sa.UniqueConstraint(
            "recall_id", "facility_id", name=op.f("uq_recall_task_recall_id_facility_id")
        ),
    )
    op.create_index("ix_recall_task_facility", "recall_task", ["facility_id", "id"], unique=False)
    op.create_table(
        "recall_call",
        sa.Column("recall_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "reached",
                "returned",
                "unreached",
                name="callstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["line_id"], ["dispensing_line.id"], name=op.f("fk_recall_call_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["recall_id"], ["recall.id"], name=op.f("fk_recall_call_recall_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_recall_call_user_id")
        ),
        sa.PrimaryKeyConstraint("recall_id", "line_id", name=op.f("pk_recall_call")),
    )
    op.create_table(
        "recall_collection",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("posting_id", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("collected_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_recall_collection_collects_something")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_recall_collection_lot_id")),
        sa.ForeignKeyConstraint(
            ["place_id"], ["place.id"], name=op.f("fk_recall_collection_place_id")
        ),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["stock_posting.id"], name=op.f("fk_recall_collection_posting_id")
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["recall_task.id"], name=op.f("fk_recall_collection_task_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_recall_collection_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_collection")),
    )
    op.create_index(
        "ix_recall_collection_task", "recall_collection", ["task_id", "id"], unique=False
    )
    op.create_table(
        "recall_pack",
        sa.Column("recall_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("collection_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["collection_id"], ["recall_collection.id"], name=op.f("fk_recall_pack_collection_id")
        ),
        sa.ForeignKeyConstraint(
            ["recall_id"], ["recall.id"], name=op.f("fk_recall_pack_recall_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_recall_pack_unit_id")),
        sa.PrimaryKeyConstraint("recall_id", "unit_id", name=op.f("pk_recall_pack")),
    )
    op.create_index(
        op.f("ix_recall_pack_collection_id"), "recall_pack", ["collection_id"], unique=False
    )
    op.create_index("ix_dispensing_line_lot", "dispensing_line", ["lot_id"], unique=False)
    for name, kind in zip(TOLD, (sa.String(collation="C"),) * 2 + (sa.String(),), strict=True):
        op.add_column("lot", sa.Column(name, kind, nullable=False, server_default=""))
    op.create_check_constraint(
        op.f("ck_lot_hold_class"),
        "lot",
        "hold_class = '' OR (hold = 'recall' AND hold_class IN ('I', 'II', 'III'))",
    )
    op.create_check_constraint(
        op.f("ck_lot_free_of_recall"),
        "lot",
        "hold <> 'none' OR (hold_reference = '' AND hold_instruction = '')",
    )
    _notices((*NOTICES, "recall", "recall_drill"))


def downgrade() -> None:
    op.execute("DELETE FROM notice WHERE kind IN ('recall', 'recall_drill')")
    _notices(NOTICES)
    op.drop_constraint(op.f("ck_lot_free_of_recall"), "lot")
    op.drop_constraint(op.f("ck_lot_hold_class"), "lot")
    for name in TOLD:
        op.drop_column("lot", name)
    op.drop_index("ix_dispensing_line_lot", table_name="dispensing_line")
    op.drop_index(op.f("ix_recall_pack_collection_id"), table_name="recall_pack")
    op.drop_table("recall_pack")
    op.drop_index("ix_recall_collection_task", table_name="recall_collection")
    op.drop_table("recall_collection")
    op.drop_table("recall_call")
    op.drop_index("ix_recall_task_facility", table_name="recall_task")
    op.drop_table("recall_task")
    op.drop_index(op.f("ix_recall_lot_lot_id"), table_name="recall_lot")
    op.drop_table("recall_lot")
    op.drop_table("recall")
    op.drop_table("recall_limit")
