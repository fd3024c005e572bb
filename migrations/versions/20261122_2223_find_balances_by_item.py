"""find balances by item: how an item ran at every facility, empty shelves included."""

from alembic import op

revision = "20261122_2223"
down_revision = "20261122_2215"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_stock_balance_item", "stock_balance", ["item_id", "facility_id"])


def downgrade() -> None:
    op.drop_index("ix_stock_balance_item", table_name="stock_balance")
