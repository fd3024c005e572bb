"""JSON API of uploads and bills."""

from app.uploads.api import bills, messages

BLUEPRINTS = (messages.blueprint, bills.blueprint)
