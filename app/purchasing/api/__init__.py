"""JSON API of purchasing."""

from app.purchasing.api import contracts, invoices, orders, plans, receiving

BLUEPRINTS = (
    contracts.blueprint,
    invoices.blueprint,
    orders.blueprint,
    plans.blueprint,
    receiving.blueprint,
)
