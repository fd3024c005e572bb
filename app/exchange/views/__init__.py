"""Pages of imports and the downloads of exports."""

from app.exchange.views import exports, imports

BLUEPRINTS = (exports.blueprint, imports.blueprint)
NAVIGATION = imports.NAVIGATION
