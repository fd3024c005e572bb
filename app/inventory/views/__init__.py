"""Pages of stock: shelves and cards, entries of the ledger, months."""

from flask_babel import lazy_gettext

from app.inventory.views import ledger, months, stock
from app.inventory.views.finders import find_bins, find_lots
from app.kernel.actor import Permission
from app.web.navigation import Entry, Group

BLUEPRINTS = (ledger.blueprint, months.blueprint, stock.blueprint)
NAVIGATION = (
    Entry(
        group=Group.STOCK,
        order=10,
        label=lazy_gettext("Stock"),
        endpoint="inventory.list_stock",
        covers=("ledger", "months"),
        icon="packages",
        permissions=(Permission.INVENTORY_READ,),
    ),
)

__all__ = ["BLUEPRINTS", "NAVIGATION", "find_bins", "find_lots"]
