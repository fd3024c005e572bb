"""Pages of disposal."""

from app.disposal.views import destructions, write_offs

BLUEPRINTS = (destructions.blueprint, write_offs.blueprint)
NAVIGATION = write_offs.NAVIGATION
FINDERS = (write_offs.find_write_offs, destructions.find_destructions)
