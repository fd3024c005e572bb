"""JSON API of stock: shelves and lots, the ledger and its months."""

from app.inventory.api import ledger, stock

BLUEPRINTS = (ledger.blueprint, stock.blueprint)
