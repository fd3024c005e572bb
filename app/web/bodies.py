"""What may be sent as a body, whether the edge that is called reads it or not."""

from flask import Flask, current_app, request
from werkzeug.exceptions import BadRequest, UnprocessableEntity, UnsupportedMediaType

from app.web.guard import UNSAFE, is_machine_path

FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
UNKNOWN = "Unknown field."


def init_app(app: Flask) -> None:
    """Look at every body before an edge does."""
    app.before_request(refuse_unreadable)


def refuse_unreadable() -> None:
    """Answer 400, 413, 415 or 422 to a body that is of another kind, too large or not readable.

    Edges read their bodies themselves. This holds where nobody would look: an edge without
    fields must not act on a garbled request, nor a form take one for a form with no boxes ticked.
    """
    if request.method not in UNSAFE:
        return
    view = current_app.view_functions.get(request.endpoint or "")
    largest: int | None = getattr(view, "largest_request", None)
    if largest is not None:
        request.max_content_length = largest
    wanted = {"form"} if not is_machine_path(request.path) else _read_from()
    if "form" in wanted:
        _refuse_unreadable_form()
    elif request.get_data(cache=True):
        _refuse_unreadable_json(wanted)


def _read_from() -> set[str]:
    """Return where the edge asked for looks: json, form, files; there may be no such edge."""
    view = current_app.view_functions.get(request.endpoint or "")
    documented = getattr(view, "_apidoc", {}).get("arguments", {}).get("parameters", ())
    return {each["in"] for each in documented} if view else {"json"}


def _refuse_unreadable_form() -> None:
    sent = request.content_length or request.headers.get("Transfer-Encoding")
    if sent and request.mimetype not in FORMS:
        raise UnsupportedMediaType
    if sent and not request.form and not request.files:
        raise BadRequest


def _refuse_unreadable_json(wanted: set[str]) -> None:
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        body = request.get_json()
    except RecursionError as error:
        raise BadRequest from error
    if body != {} and "json" not in wanted:
        refusal = UnprocessableEntity()
        unknown = {name: [UNKNOWN] for name in body} if isinstance(body, dict) else [UNKNOWN]
        refusal.__dict__["data"] = {"messages": {"json": unknown}}
        raise refusal
