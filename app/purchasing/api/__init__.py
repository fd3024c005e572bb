"""JSON API of purchasing."""

from app.purchasing.api import claims, contracts, invoices, orders, plans, receiving, returns

BLUEPRINTS = (
    claims.blueprint,
    contracts.blueprint,
    invoices.blueprint,
    orders.blueprint,
    plans.blueprint,
    receiving.blueprint,
    returns.blueprint,
)
