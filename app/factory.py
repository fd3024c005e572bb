"""Build the application: the only module that imports every domain."""

from flask import Blueprint, Flask

from app import cli
from app.accounts import service as accounts
from app.kernel.db import open_engine
from app.kernel.settings import Settings
from app.web import (
    guard,
    locale,
    navigation,
    offline,
    openapi,
    pages,
    problems,
    security,
    unit_of_work,
)

API_BLUEPRINTS: tuple[Blueprint, ...] = ()
"""Edges for programs, sorted; every one is in the OpenAPI document."""

PAGE_BLUEPRINTS: tuple[Blueprint, ...] = (offline.blueprint,)
"""Edges for people, sorted."""

NAVIGATION: tuple[navigation.Entry, ...] = ()
"""The entries of each domain's views, sorted by domain."""


def create_app(settings: Settings) -> Flask:
    """Return an application bound to one database."""
    app = Flask(__name__, static_folder="../static")
    app.config.from_mapping(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        DEMO=settings.demo,
    )
    app.extensions["settings"] = settings
    unit_of_work.init_app(app, open_engine(settings.database_url))
    guard.init_app(app, accounts.authenticate)
    for glue in (locale, pages, problems, security):
        glue.init_app(app)
    api = openapi.init_app(app)
    for blueprint in API_BLUEPRINTS:
        api.register_blueprint(blueprint)
    for blueprint in PAGE_BLUEPRINTS:
        app.register_blueprint(blueprint)
    with app.app_context():
        navigation.add_entries(*NAVIGATION)
    cli.register(app)
    return app
