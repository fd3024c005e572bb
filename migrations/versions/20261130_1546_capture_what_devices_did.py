"""Capture what devices did by themselves, and list whom to call back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261130_1546"
down_revision = "20261130_1545"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def _code(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(collation="C"), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _key() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False)


def _link(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name)


def _only_grows(table: str) -> None:
    op.execute(
        f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "capture_device",
        _key(),
        _code("code"),
        _number("facility_id"),
        _number("following"),
        sa.CheckConstraint("following > 0", name=op.f("ck_capture_device_counts_from_one")),
        _link("capture_device", "facility_id", "facility"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capture_device")),
        sa.UniqueConstraint("code", name=op.f("uq_capture_device_code")),
    )
    acts = ("dispense", "receive", "pack", "unpack", "move", "count")
    op.create_table(
        "captured_event",
        _key(),
        _number("device_id"),
        _number("device_seq"),
        _code("client_event_id"),
        _code("digest"),
        sa.Column("act", _words("act", *acts), nullable=False),
        sa.Column("event_time", TIME, nullable=False),
        sa.Column("recorded_at", TIME, nullable=False),
        _number("facility_id"),
        _number("user_id"),
        sa.Column("told", postgresql.JSONB(), nullable=False),
        _link("captured_event", "device_id", "capture_device"),
        _link("captured_event", "facility_id", "facility"),
        _link("captured_event", "user_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_captured_event")),
        sa.UniqueConstraint(
            "device_id", "device_seq", name=op.f("uq_captured_event_device_id_device_seq")
        ),
        sa.UniqueConstraint("client_event_id", name=op.f("uq_captured_event_client_event_id")),
    )
    _only_grows("captured_event")
    _answers()
    _call_backs()


def _answers() -> None:
    outcomes = ("accepted", "conflict-later", "rejected", "waiting")
    op.create_table(
        "capture_answer",
        _number("event_id"),
        sa.Column("outcome", _words("outcome", *outcomes), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        _code("refusal"),
        _code("family"),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        sa.Column("answered_at", TIME, nullable=False),
        sa.CheckConstraint("outcome <> 'waiting'", name=op.f("ck_capture_answer_final")),
        sa.CheckConstraint(
            "(outcome = 'accepted') = (refusal = '')",
            name=op.f("ck_capture_answer_refused_with_a_code"),
        ),
        _link("capture_answer", "event_id", "captured_event"),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_capture_answer")),
    )
    op.create_index(
        "ix_capture_answer_conflict",
        "capture_answer",
        ["event_id"],
        postgresql_where=sa.text("outcome = 'conflict-later'"),
    )
    _only_grows("capture_answer")


def _call_backs() -> None:
    op.create_table(
        "call_back",
        _key(),
        _number("event_id"),
        _number("facility_id"),
        _code("code"),
        _code("why"),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("done_at", TIME, nullable=True),
        sa.Column("done_by", sa.BigInteger(), nullable=True),
        sa.Column("result", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(done_at IS NULL) = (done_by IS NULL)", name=op.f("ck_call_back_done_by_somebody")
        ),
        sa.CheckConstraint(
            "done_at IS NULL OR result <> ''", name=op.f("ck_call_back_done_with_a_result")
        ),
        _link("call_back", "event_id", "captured_event"),
        _link("call_back", "facility_id", "facility"),
        _link("call_back", "done_by", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_back")),
        sa.UniqueConstraint("event_id", "code", name=op.f("uq_call_back_event_id_code")),
    )
    op.create_index("ix_call_back_list", "call_back", ["facility_id", "id"])


def downgrade() -> None:
    op.drop_table("call_back")
    op.drop_table("capture_answer")
    op.drop_table("captured_event")
    op.drop_table("capture_device")
