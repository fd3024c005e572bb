"""The API document: OpenAPI 3.1 with our problem details, and nothing it cannot keep."""

from typing import Any

from flask import Flask
from flask_smorest import Api
from marshmallow import fields

from app.web.schema import ApiSchema, Money


class ProblemSchema(ApiSchema):
    """RFC 9457 problem details."""

    type = fields.String(required=True)
    code = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)


class JsonApi(Api):
    """flask-smorest without its app-wide handler, which would turn every HTML 404 into JSON."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        return


PROBLEM = {
    "description": "Problem details (RFC 9457); `code` is stable.",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "required": ["type", "code", "status", "detail"],
                "properties": {
                    "type": {"type": "string"},
                    "code": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string"},
                },
            }
        }
    },
}
ALWAYS = ("400", "401", "403", "404", "413", "415", "422", "429", "503")


def init_app(app: Flask) -> JsonApi:
    """Return the API that blueprints register with."""
    app.config.update(
        API_TITLE="Tongcang",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={
            "components": {
                "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            },
            "security": [{"bearer": []}],
        },
    )
    api = JsonApi(app)
    api.register_field(Money, "string", "decimal")
    return api


def document_problems(spec: dict[str, Any]) -> dict[str, Any]:
    """Say on every operation how refusals look; ours, not the library's, media type."""
    for path in spec["paths"].values():
        for method, operation in path.items():
            if method in {"get", "post", "put", "patch", "delete"}:
                answers = operation["responses"]
                for status in list(answers):
                    if status == "default" or status >= "400":
                        kept = {"description": answers[status].get("description", "")}
                        answers[status] = {**PROBLEM, **{k: v for k, v in kept.items() if v}}
                for status in ALWAYS:
                    answers.setdefault(status, PROBLEM)
    return spec
