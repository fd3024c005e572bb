"""Refusals and faults as RFC 9457 problem details for programs and as pages for people."""

from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, g, jsonify, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from app.kernel.db import sqlstate
from app.kernel.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Locked,
    NotFound,
    NotOffered,
    RuleBroken,
    Throttled,
    TooLarge,
    Unacceptable,
    Unauthenticated,
)
from app.web import aftermath
from app.web.guard import is_machine_path
from app.web.messages import text_of, text_of_status

STATUS: dict[type[DomainError], int] = {
    Unauthenticated: 401,
    NotFound: 404,
    Forbidden: 403,
    Throttled: 429,
    Conflict: 409,
    Locked: 423,
    RuleBroken: 422,
    TooLarge: 413,
    Unacceptable: 406,
    NotOffered: 501,
    DomainError: 400,
}
BUSY = frozenset({"55P03", "57014", "40001", "40P01", "53300", "57P03"})
"""Lock or statement time-out, still deadlocked after all repeats, no connection left."""


def init_app(app: Flask) -> None:
    """Let services raise ``DomainError`` without knowing that HTTP exists."""
    app.register_error_handler(DomainError, refuse_and_remember)
    app.register_error_handler(HTTPException, explain)
    app.register_error_handler(DBAPIError, report_database)
    app.register_error_handler(PoolTimeout, report_busy)


def status_of(error: DomainError) -> int:
    """Return the HTTP status of a refusal."""
    return next(status for kind, status in STATUS.items() if isinstance(error, kind))


def headers_of(error: DomainError) -> dict[str, str]:
    """Return what a refusal says in headers: how to sign in, or how long to wait."""
    if isinstance(error, Throttled):
        return {"Retry-After": str(error.data.get("retry_after", 60))}
    return {"WWW-Authenticate": "Bearer"} if isinstance(error, Unauthenticated) else {}


def refuse(error: DomainError) -> Response:
    """Render a refusal under its stable, public ``code``."""
    response = _respond(error.code, status_of(error), text_of(error), extra=error.data)
    response.headers.update(headers_of(error))
    return response


def refuse_and_remember(error: DomainError) -> Response:
    """Render a refusal of an edge that writes nothing else, and keep what it leaves behind."""
    aftermath.remember_alone(error)
    return refuse(error)


def explain(error: HTTPException) -> ResponseReturnValue:
    """Give programs a problem document for 401, 404, 422 and the rest, people a page."""
    status = error.code or 500
    if error.response is not None:
        return error.response
    if status == HTTPStatus.UNAUTHORIZED and not _wants_document():
        return _to_sign_in()
    code = error.name.lower().replace(" ", "-").replace("'", "")
    fields = getattr(error, "data", {}).get("messages", {})
    response = _respond(code, status, text_of_status(status), extra={"errors": fields})
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _to_sign_in() -> ResponseReturnValue:
    """Send people to the sign-in page and from there back to the page they were on."""
    fragment = request.headers.get("HX-Request") == "true"
    wanted = request.full_path.rstrip("?") if request.method == "GET" else "/"
    if fragment:
        here = urlsplit(request.headers.get("HX-Current-URL", ""))
        wanted = f"{here.path}?{here.query}".rstrip("?") or "/"
    target = f"/login?{urlencode({'next': wanted})}"
    return make_response("", 401, {"HX-Redirect": target}) if fragment else redirect(target)


def report_database(error: DBAPIError) -> Response:
    """Answer 503 where trying again helps, 422 where the input cannot be stored, else fail."""
    if isinstance(error, DataError):  # a number, date or character no column can hold
        return _respond("value-out-of-range", 422, text_of_status(422), extra={})
    state = sqlstate(error)
    lost = isinstance(error, OperationalError) and state is None
    if state in BUSY or lost or error.connection_invalidated:
        return report_busy(error)
    raise error


def report_busy(_error: Exception) -> Response:
    """Answer 503: nothing was changed, and asking again soon may succeed."""
    response = _respond("busy", 503, text_of_status(503), extra={})
    response.headers["Retry-After"] = "1"
    return response


def _wants_document() -> bool:
    return is_machine_path(request.path) or request.is_json


def _respond(code: str, status: int, detail: str, *, extra: dict[str, object]) -> Response:
    if _wants_document():
        return _problem(code, status, detail, extra)
    fragment = request.headers.get("HX-Request") == "true"
    template = "errors/_problem.html" if fragment else "errors/problem.html"
    context = {"code": code, "status": status, "detail": detail, "extra": extra}
    g.setdefault("profile", None)
    return make_response(render_template(template, **context), status)


def _problem(code: str, status: int, detail: str, extra: dict[str, object]) -> Response:
    response = jsonify(
        {**extra, "type": f"/problems/{code}", "code": code, "status": status, "detail": detail}
    )
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response
