"""Tell people of promises that lapsed, and let a transfer say that its own did."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_1058"
down_revision = "20261130_1056"
branch_labels = None
depends_on = None


BEFORE = ("near_expiry", "low_stock", "over_stock", "proposals")
AFTER = (*BEFORE, "promise_lapsed", "transfer_lapsed")


def _kinds(kinds: tuple[str, ...]) -> None:
    name, words = op.f("ck_notice_noticekind"), ", ".join(f"'{kind}'" for kind in kinds)
    op.drop_constraint(name, "notice")
    op.create_check_constraint(name, "notice", f"kind IN ({words})")


def upgrade() -> None:
    _kinds(AFTER)
    op.add_column("transfer", sa.Column("lapsed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.execute("DELETE FROM notice WHERE kind IN ('promise_lapsed', 'transfer_lapsed')")
    _kinds(BEFORE)
    op.drop_column("transfer", "lapsed_at")
