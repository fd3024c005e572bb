"""JSON API of purchasing."""

from app.purchasing.api import contracts, orders, plans, receiving

BLUEPRINTS = (contracts.blueprint, orders.blueprint, plans.blueprint, receiving.blueprint)
