"""What every template can use, and how htmx gets a fragment instead of a page."""

import uuid
from hashlib import sha256
from pathlib import Path

from flask import Flask, current_app, render_template, request, url_for
from flask_babel import get_locale
from flask_wtf.csrf import generate_csrf
from jinja2 import StrictUndefined

from app.kernel.local_time import local
from app.kernel.quantities import yuan
from app.web.guard import current_profile
from app.web.navigation import links_for


def init_app(app: Flask) -> None:
    """Give templates strict names, filters and the signed-in person."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(local=local, yuan=yuan)
    app.context_processor(page_context)


def page_context() -> dict[str, object]:
    """Return the names of the base template."""
    profile = current_profile()
    return {
        "current_user": profile,
        "navigation": links_for(profile.actor) if profile else [],
        "locale": str(get_locale()),
        "csrf_token": generate_csrf,
        "new_client_key": lambda: str(uuid.uuid4()),
        "asset": asset,
        "demo": current_app.config["DEMO"],
    }


def asset(name: str) -> str:
    """Return the address of one of our own static files, changed whenever its content is."""
    known: dict[str, str] = current_app.extensions.setdefault("asset_hashes", {})
    path = Path(str(current_app.static_folder)) / name
    if name not in known or current_app.debug:
        known[name] = sha256(path.read_bytes()).hexdigest()[:12]
    return url_for("static", filename=name, v=known[name])


def render(page: str, fragment: str, **context: object) -> str:
    """Render ``fragment`` for an htmx swap, otherwise the whole ``page`` around it."""
    partial = request.headers.get("HX-Request") == "true"
    return render_template(fragment if partial else page, **context)
