"""Headers every answer carries, and the form token of pages."""

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from app.web.guard import is_machine_path

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "worker-src 'self'; connect-src 'self'; form-action 'self'; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
LARGEST_REQUEST = 2 * 1024 * 1024


def init_app(app: Flask) -> None:
    """Set limits, headers and the form token; programs send bearer tokens instead of it."""
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_NAME="tongcang_form",
    )
    protection = CSRFProtect(app)

    @app.before_request
    def check_form_token() -> None:
        if not is_machine_path(request.path):
            protection.protect()

    app.after_request(add_headers)


def trust_proxies(app: Flask, count: int) -> None:
    """Believe exactly ``count`` proxies about address, scheme and host of a request."""
    if count:
        inner = app.wsgi_app
        vars(app)["wsgi_app"] = ProxyFix(inner, x_for=count, x_proto=count, x_host=count)


def add_headers(response: Response) -> Response:
    """Add what browsers enforce for us."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
    return response
