"""Pages of purchasing."""

from app.purchasing.views import contracts, orders, plans, receiving

BLUEPRINTS = (contracts.blueprint, orders.blueprint, plans.blueprint, receiving.blueprint)
NAVIGATION = (*orders.NAVIGATION, *receiving.NAVIGATION)
FINDERS = (receiving.find_documents,)
