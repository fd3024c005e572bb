"""The API document: OpenAPI 3.1 with our problem details, and nothing it cannot keep."""

from typing import Any

from flask import Flask, Response, current_app, jsonify, render_template
from flask_smorest import Api, Blueprint
from marshmallow import fields

from app.web.guard import public
from app.web.schema import ApiSchema, Money

METHODS = frozenset({"get", "post", "put", "patch", "delete"})
REFUSALS = {
    "400": "The request could not be read.",
    "401": "No live token or session.",
    "403": "Signed in, but not permitted.",
    "404": "Does not exist, or belongs to somebody else.",
    "409": "Somebody else was first.",
    "413": "The request is too large.",
    "415": "The content type is not JSON.",
    "422": "Fields are wrong, or a rule refuses; `code` says which.",
    "423": "Recalled or on hold; the refusal says since when and what to do with the goods.",
    "429": "Too many attempts; `Retry-After` says how long to wait.",
    "503": "Busy; nothing was changed, repeat under the same key.",
}
EPCIS_REFUSALS = {"406": "Another version or format was asked for."}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 200},
    "description": "A repeat under the same key gets the first answer; another body gets 422.",
}

blueprint = Blueprint("api_document", __name__, url_prefix="/api/v1")


class ProblemSchema(ApiSchema):
    """RFC 9457 problem details; `code` is stable, further members name the things concerned."""

    type = fields.String(required=True)
    code = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)


class JsonApi(Api):
    """flask-smorest without its app-wide handler, which would turn every HTML 404 into JSON."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        return


def init_app(app: Flask) -> JsonApi:
    """Return the API that blueprints register with."""
    app.config.update(
        API_TITLE="Tongcang",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        API_SPEC_OPTIONS={
            "info": {"description": "Shared pharmacy, deliveries and imaging of one county."},
            "components": {
                "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            },
            "security": [{"bearer": []}],
        },
    )
    api = JsonApi(app)
    api.register_field(Money, "string", "decimal")
    app.extensions["api"] = api
    app.register_blueprint(blueprint)
    return api


def document() -> dict[str, Any]:
    """Return the API document of this application."""
    api: JsonApi = current_app.extensions["api"]
    spec: dict[str, Any] = api.spec.to_dict()
    for path, item in spec["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                _describe(path, method, operation)
    spec["components"].setdefault("schemas", {})["Problem"] = {
        "type": "object",
        "required": ["type", "code", "status", "detail"],
        "properties": {
            "type": {"type": "string"},
            "code": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
        },
    }
    return spec


def _describe(path: str, method: str, operation: dict[str, Any]) -> None:
    """Say how refusals look, under our media type and not the library's."""
    answers = operation["responses"]
    answers.pop("default", None)
    refusals = REFUSALS | (EPCIS_REFUSALS if path.startswith("/epcis/") else {})
    if path.endswith("/subscriptions"):
        refusals["501"] = "Not offered here: queries are asked again by name."
    for status, meaning in refusals.items():
        answers[status] = {
            "description": meaning,
            "content": {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            },
        }
    if method != "get":
        operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
    if path == "/api/v1/tokens":
        operation["security"] = []


@blueprint.get("/openapi.json")
@public
def show_document() -> Response:
    """Serve the document."""
    return jsonify(document())


@blueprint.get("/docs")
@public
def show_reference() -> str:
    """Serve the document as a page a person can read."""
    return render_template("api/reference.html", spec=document(), methods=sorted(METHODS))
