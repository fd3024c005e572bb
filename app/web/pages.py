"""What every template can use, and how htmx gets a fragment instead of a page."""

import json
import uuid
from collections.abc import Callable
from pathlib import Path

from flask import Flask, Response, current_app, g, render_template, request, url_for
from flask_babel import get_locale
from flask_wtf.csrf import generate_csrf
from jinja2 import StrictUndefined

from app.kernel.actor import Actor
from app.kernel.local_time import local
from app.kernel.quantities import (
    amount_text,
    number_text,
    shown_unit,
    whole_yuan_text,
    yuan_text,
)
from app.web.guard import current_profile
from app.web.navigation import sections_for

Unread = Callable[[Actor], int]


def init_app(app: Flask) -> None:
    """Give templates strict names, filters and the signed-in person."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        local=local,
        yuan=yuan_text,
        whole_yuan=whole_yuan_text,
        amount=amount_text,
        number_in=number_text,
        shown_unit=shown_unit,
    )
    app.context_processor(page_context)
    app.after_request(tell_location)


def page_context() -> dict[str, object]:
    """Return the names of the base template."""
    profile = current_profile()
    return {
        "current_user": profile,
        "navigation": sections_for(profile.actor) if profile else [],
        "locale": str(get_locale()),
        "unread_notices": unread_notices,
        "csrf_token": generate_csrf,
        "new_client_key": lambda: str(uuid.uuid4()),
        "asset": asset,
        "demo": current_app.config["DEMO"],
    }


def tell_unread(app: Flask, unread: Unread) -> None:
    """Let page heads show how many notices a person has not looked at."""
    app.extensions["unread_notices"] = unread


def unread_notices() -> int:
    """Return what the bell shows; asked for by whole pages only."""
    profile, unread = current_profile(), current_app.extensions.get("unread_notices")
    return unread(profile.actor) if profile and unread else 0


def tell_location(response: Response) -> Response:
    """Let a form sent in place follow the redirect itself, so that the next page is a real one."""
    if request.headers.get("X-Page-Form") and response.location:
        location = response.headers.pop("Location")
        response = Response(status=204, headers=response.headers)
        response.headers["X-Location"] = location
    return response


def asset(name: str) -> str:
    """Return the address of a file built by ``tools/assets.py``, by its name before hashing."""
    addresses: dict[str, str] = g.setdefault("assets", {})
    if name not in addresses:
        addresses[name] = url_for("static", filename=f"vendor/{built(name)}")
    return addresses[name]


def built(name: str) -> str:
    """Return the hashed name under which a file was built."""
    known: dict[str, str] = current_app.extensions.setdefault("assets", {})
    if name not in known or current_app.debug:
        path = Path(str(current_app.static_folder)) / "vendor" / "manifest.json"
        known.update(json.loads(path.read_bytes()))
    return known[name]


def is_fragment() -> bool:
    """Say whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"


def render(page: str, fragment: str, **context: object) -> str:
    """Render ``fragment`` for an htmx swap, otherwise the whole ``page`` around it."""
    partial = is_fragment()
    return render_template(fragment if partial else page, **context)
