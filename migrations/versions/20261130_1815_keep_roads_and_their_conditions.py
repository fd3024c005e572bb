"""Keep what services tell of roads, calibrate the estimate, close roads, convert positions."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_1815"
down_revision = "20261130_1814"
branch_labels = None
depends_on = None

CODE = sa.String(collation="C")
MOMENT = sa.DateTime(timezone=True)


def word(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.add_column("facility", sa.Column("altitude_metres", sa.Integer(), nullable=True))
    op.add_column(
        "facility",
        sa.Column(
            "position_system",
            word("coordinatesystem", "wgs84", "gcj02", "bd09"),
            nullable=False,
            server_default="wgs84",
        ),
    )
    op.alter_column("facility", "position_system", server_default=None)
    op.add_column(
        "delivery_plan", sa.Column("roads_source", sa.String(), nullable=False, server_default="")
    )
    op.alter_column("delivery_plan", "roads_source", server_default=None)
    _figures()
    op.create_table(
        "road_township",
        sa.Column("township", sa.String(), nullable=False),
        sa.Column("terrain", word("terrain", "plain", "hill", "mountain"), nullable=False),
        sa.Column("legs", sa.Integer(), nullable=False),
        sa.Column("median_permille", sa.Integer(), nullable=True),
        sa.Column("factor_permille", sa.Integer(), nullable=False),
        sa.Column("calibrated_at", MOMENT, nullable=True),
        sa.CheckConstraint("legs >= 0", name=op.f("ck_road_township_legs")),
        sa.CheckConstraint("factor_permille > 0", name=op.f("ck_road_township_factor")),
        sa.PrimaryKeyConstraint("township", name=op.f("pk_road_township")),
    )
    _conditions()


def _figures() -> None:
    op.create_table(
        "road_figure",
        sa.Column("source", CODE, nullable=False),
        sa.Column("profile", CODE, nullable=False),
        sa.Column("origin_id", sa.BigInteger(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("metres", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "metres >= 0 AND seconds >= 0 OR metres = -1 AND seconds = -1",
            name=op.f("ck_road_figure_way"),
        ),
        sa.ForeignKeyConstraint(
            ["origin_id"], ["facility.id"], name=op.f("fk_road_figure_origin_id")
        ),
        sa.ForeignKeyConstraint(
            ["target_id"], ["facility.id"], name=op.f("fk_road_figure_target_id")
        ),
        sa.PrimaryKeyConstraint(
            "source", "profile", "origin_id", "target_id", name=op.f("pk_road_figure")
        ),
    )
    op.create_index(op.f("ix_road_figure_target_id"), "road_figure", ["target_id"])
    op.create_table(
        "road_fetch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("source", CODE, nullable=False),
        sa.Column("profile", CODE, nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("error", CODE, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_road_fetch")),
    )


def _conditions() -> None:
    op.create_table(
        "road_condition",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", word("conditionkind", "closed", "cut_off", "slow"), nullable=False),
        sa.Column("origin_id", sa.BigInteger(), nullable=True),
        sa.Column("target_id", sa.BigInteger(), nullable=True),
        sa.Column("township", sa.String(), nullable=False),
        sa.Column("terrain", word("terrain", "plain", "hill", "mountain"), nullable=True),
        sa.Column("speed_percent", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("entered_at", MOMENT, nullable=False),
        sa.Column("lifted_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "starts_on <= ends_on", name=op.f("ck_road_condition_starts_before_it_ends")
        ),
        sa.CheckConstraint(
            "speed_percent BETWEEN 10 AND 100", name=op.f("ck_road_condition_speed")
        ),
        sa.CheckConstraint("origin_id <> target_id", name=op.f("ck_road_condition_two_places")),
        sa.CheckConstraint(
            "CASE kind WHEN 'closed' THEN num_nonnulls(origin_id, target_id) = 2"
            " WHEN 'cut_off' THEN township <> '' ELSE speed_percent < 100 END",
            name=op.f("ck_road_condition_says_where"),
        ),
        sa.ForeignKeyConstraint(
            ["origin_id"], ["facility.id"], name=op.f("fk_road_condition_origin_id")
        ),
        sa.ForeignKeyConstraint(
            ["target_id"], ["facility.id"], name=op.f("fk_road_condition_target_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_road_condition_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_road_condition")),
    )


def downgrade() -> None:
    for table in ("road_condition", "road_township", "road_fetch", "road_figure"):
        op.drop_table(table)
    op.drop_column("delivery_plan", "roads_source")
    op.drop_column("facility", "position_system")
    op.drop_column("facility", "altitude_metres")
