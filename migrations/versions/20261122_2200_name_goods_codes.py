"""name goods codes (69 码) beside the other codes of an item's packs."""

from alembic import op

revision = "20261122_2200"
down_revision = "20261122_2141"
branch_labels = None
depends_on = None

TABLES = ("pack_class", "unit")


def upgrade() -> None:
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_packscheme")
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_packscheme"
            " CHECK (scheme IN ('cn20', 'goods', 'own'))"
        )


def downgrade() -> None:
    op.execute("DELETE FROM pack_class WHERE scheme = 'goods'")
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_packscheme")
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_packscheme"
            " CHECK (scheme IN ('cn20', 'own'))"
        )
