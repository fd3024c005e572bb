"""The settings this application was made with."""

from flask import current_app

from app.kernel.settings import Settings


def current_settings() -> Settings:
    """Return the settings of the running application."""
    settings: Settings = current_app.extensions["settings"]
    return settings
