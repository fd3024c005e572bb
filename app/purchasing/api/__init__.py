"""JSON API of purchasing."""

from app.purchasing.api import (
    claims,
    contracts,
    invoices,
    orders,
    photos,
    plans,
    receiving,
    returns,
)

BLUEPRINTS = (
    claims.blueprint,
    contracts.blueprint,
    invoices.blueprint,
    orders.blueprint,
    photos.blueprint,
    plans.blueprint,
    receiving.blueprint,
    returns.blueprint,
)
