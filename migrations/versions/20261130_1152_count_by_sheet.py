"""Let sheets bring in the numbers of a stock count."""

from alembic import op

revision = "20261130_1152"
down_revision = "20261130_1151"
branch_labels = None
depends_on = None

BEFORE = ("items", "opening", "requisition")
AFTER = (*BEFORE, "count")


def _kinds(kinds: tuple[str, ...]) -> None:
    name, words = op.f("ck_sheet_import_importkind"), ", ".join(f"'{kind}'" for kind in kinds)
    op.drop_constraint(name, "sheet_import")
    op.create_check_constraint(name, "sheet_import", f"kind IN ({words})")


def upgrade() -> None:
    _kinds(AFTER)


def downgrade() -> None:
    op.execute("DELETE FROM sheet_import WHERE kind = 'count'")
    _kinds(BEFORE)
