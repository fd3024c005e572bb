"""Pages of purchasing."""

from app.purchasing.views import contracts, orders, receiving

BLUEPRINTS = (contracts.blueprint, orders.blueprint, receiving.blueprint)
NAVIGATION = (*orders.NAVIGATION, *receiving.NAVIGATION)
FINDERS = (receiving.find_documents,)
