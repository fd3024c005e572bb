"""Pages of uploads and bills."""

from app.uploads.views import bills, messages

BLUEPRINTS = (messages.blueprint, bills.blueprint)
NAVIGATION = messages.NAVIGATION
