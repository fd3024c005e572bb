"""Cookies that scripts cannot read and other sites do not get sent."""

from flask import current_app
from werkzeug import Response


def keep(response: Response, name: str, value: str, seconds: int) -> None:
    """Let the browser keep a value; HttpOnly, SameSite=Lax, Secure unless the demo says not."""
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        httponly=True,
        samesite="Lax",
    )
