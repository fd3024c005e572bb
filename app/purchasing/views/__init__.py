"""Pages of purchasing."""

from app.purchasing.views import (
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
NAVIGATION = (*orders.NAVIGATION, *receiving.NAVIGATION)
FINDERS = (receiving.find_documents, returns.find_returns)
