"""JSON API of purchasing."""

from app.purchasing.api import contracts, orders, receiving

BLUEPRINTS = (contracts.blueprint, orders.blueprint, receiving.blueprint)
