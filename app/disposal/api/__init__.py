"""JSON API of disposal."""

from app.disposal.api import destructions, write_offs

BLUEPRINTS = (destructions.blueprint, write_offs.blueprint)
