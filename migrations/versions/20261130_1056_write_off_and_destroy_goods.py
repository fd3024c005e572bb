"""write off and destroy goods."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_1056"
down_revision = "20261130_1034"
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
    "destroy",
    "found",
    "condition_change",
    "reversal",
)
PLACE_KINDS = (
    "bin",
    "receiving",
    "staging",
    "vehicle",
    "supplier",
    "patient",
    "disposal",
    "loss",
    "adjustment",
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
    "writing_off",
    "destroying",
)
DISPOSITIONS = (
    "announced",
    "in_stock",
    "in_transit",
    "partially_dispensed",
    "dispensed",
    "written_off",
    "destroyed",
    "lost",
    "sent_back",
)
CHECKS = (
    ("place", "kind", "ck_place_placekind", PLACE_KINDS, {"disposal"}),
    ("stock_posting", "kind", "ck_stock_posting_postingkind", POSTING_KINDS, {"destroy"}),
    ("trace_event", "step", "ck_trace_event_bizstep", STEPS, {"writing_off"}),
    (
        "trace_event",
        "disposition",
        "ck_trace_event_disposition",
        DISPOSITIONS,
        {"written_off"},
    ),
    ("unit", "disposition", "ck_unit_disposition", DISPOSITIONS, {"written_off"}),
)
GROWING = ("destruction", "destruction_line", "write_off_pack")


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
        "destruction",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reference", sa.String(collation="C"), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("destroyed_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "incineration",
                "crushing",
                "dilution",
                "contractor",
                "other",
                name="destructionmethod",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("authority_name", sa.String(), nullable=False),
        sa.Column("authority_position", sa.String(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("second_user_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(authority_name = '') = (authority_position = '')",
            name=op.f("ck_destruction_authority"),
        ),
        sa.CheckConstraint("place <> ''", name=op.f("ck_destruction_somewhere")),
        sa.CheckConstraint("second_user_id <> user_id", name=op.f("ck_destruction_two_people")),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_destruction_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["second_user_id"], ["user_account.id"], name=op.f("fk_destruction_second_user_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_destruction_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destruction")),
        sa.UniqueConstraint("reference", name=op.f("uq_destruction_reference")),
    )
    op.create_index("ix_destruction_list", "destruction", ["facility_id", "id"], unique=False)
    op.create_table(
        "write_off",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reference", sa.String(collation="C"), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "confirmed",
                "refused",
                "withdrawn",
                "reversed",
                name="writeoffstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "expired",
                "damaged",
                "contaminated",
                "temperature",
                "recalled",
                "lost",
                "other",
                name="lossreason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("origin", sa.String(collation="C"), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by_id", sa.BigInteger(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("witness_id", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.CheckConstraint(
            "reason <> 'other' OR note <> ''", name=op.f("ck_write_off_other_in_words")
        ),
        sa.CheckConstraint(
            "state <> 'refused' OR answer <> ''", name=op.f("ck_write_off_refused_with_reason")
        ),
        sa.CheckConstraint(
            "state NOT IN ('confirmed', 'reversed') OR decided_at IS NOT NULL",
            name=op.f("ck_write_off_decided"),
        ),
        sa.CheckConstraint(
            "decided_by_id <> submitted_by_id", name=op.f("ck_write_off_two_people")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_write_off_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user_account.id"], name=op.f("fk_write_off_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_write_off_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by_id"], ["user_account.id"], name=op.f("fk_write_off_submitted_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["witness_id"], ["user_account.id"], name=op.f("fk_write_off_witness_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_write_off")),
        sa.UniqueConstraint("reference", name=op.f("uq_write_off_reference")),
    )
    op.create_index("ix_write_off_list", "write_off", ["facility_id", "id"], unique=False)
    op.create_index(
        "ix_write_off_origin",
        "write_off",
        ["origin"],
        unique=False,
        postgresql_where=sa.text("origin <> ''"),
    )
    op.create_table(
        "write_off_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("write_off_id", sa.BigInteger(), nullable=False),
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
        sa.Column("item_code", sa.String(collation="C"), nullable=False),
        sa.Column("item_name", sa.String(), nullable=False),
        sa.Column("strength", sa.String(), nullable=False),
        sa.Column("base_unit", sa.String(), nullable=False),
        sa.Column("pack_unit", sa.String(), nullable=False),
        sa.Column("units_per_pack", sa.BigInteger(), nullable=False),
        sa.Column("cost_fen", sa.BigInteger(), nullable=False),
        sa.Column("is_coded", sa.Boolean(), nullable=False),
        sa.Column("is_controlled", sa.Boolean(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("destroyed", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "0 <= destroyed AND destroyed <= quantity",
            name=op.f("ck_write_off_line_destroyed_within"),
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_write_off_line_writes_off_something")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_write_off_line_item_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_write_off_line_lot_id")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["facility.id"], name=op.f("fk_write_off_line_owner_id")
        ),
        sa.ForeignKeyConstraint(
            ["place_id"], ["place.id"], name=op.f("fk_write_off_line_place_id")
        ),
        sa.ForeignKeyConstraint(
            ["write_off_id"], ["write_off.id"], name=op.f("fk_write_off_line_write_off_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_write_off_line")),
        sa.UniqueConstraint(
            "write_off_id",
            "place_id",
            "lot_id",
            "owner_id",
            "condition",
            name=op.f("uq_write_off_line_write_off_id_place_id_lot_id_owner_id_condition"),
        ),
    )
    op.create_index("ix_write_off_line_lot", "write_off_line", ["lot_id"], unique=False)
    op.create_table(
        "destruction_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("destruction_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_destruction_line_destroys_something")),
        sa.ForeignKeyConstraint(
            ["destruction_id"], ["destruction.id"], name=op.f("fk_destruction_line_destruction_id")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["write_off_line.id"], name=op.f("fk_destruction_line_line_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destruction_line")),
        sa.UniqueConstraint(
            "destruction_id", "line_id", name=op.f("uq_destruction_line_destruction_id_line_id")
        ),
    )
    op.create_index(
        op.f("ix_destruction_line_line_id"), "destruction_line", ["line_id"], unique=False
    )
    op.create_table(
        "write_off_pack",
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_write_off_pack_holds_something")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["write_off_line.id"], name=op.f("fk_write_off_pack_line_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_write_off_pack_unit_id")),
        sa.PrimaryKeyConstraint("line_id", "unit_id", name=op.f("pk_write_off_pack")),
    )
    op.create_index(op.f("ix_write_off_pack_unit_id"), "write_off_pack", ["unit_id"], unique=False)
    for table in GROWING:
        op.execute(
            f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.drop_index(op.f("ix_write_off_pack_unit_id"), table_name="write_off_pack")
    op.drop_table("write_off_pack")
    op.drop_index(op.f("ix_destruction_line_line_id"), table_name="destruction_line")
    op.drop_table("destruction_line")
    op.drop_index("ix_write_off_line_lot", table_name="write_off_line")
    op.drop_table("write_off_line")
    op.drop_index(
        "ix_write_off_origin", table_name="write_off", postgresql_where=sa.text("origin <> ''")
    )
    op.drop_index("ix_write_off_list", table_name="write_off")
    op.drop_table("write_off")
    op.drop_index("ix_destruction_list", table_name="destruction")
    op.drop_table("destruction")
    allow(new=False)
