from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint as FlaskBlueprint
from flask import Flask
from marshmallow import Schema

ViewT = TypeVar("ViewT", bound=Callable[..., Any])

class Api:
    spec: Any
    ERROR_SCHEMA: type[Schema]
    def __init__(
        self, app: Flask | None = None, *, spec_kwargs: dict[str, Any] | None = None
    ) -> None: ...
    def init_app(self, app: Flask, *, spec_kwargs: dict[str, Any] | None = None) -> None: ...
    def register_blueprint(self, blp: FlaskBlueprint, **options: Any) -> None: ...
    def register_field(self, field: type[Any], *args: Any) -> None: ...
    def _register_error_handlers(self) -> None: ...

class Blueprint(FlaskBlueprint):
    def __init__(
        self, name: str, import_name: str, *, url_prefix: str | None = None, description: str = ""
    ) -> None: ...
    def get(self, rule: str, **options: Any) -> Callable[[ViewT], ViewT]: ...  # type: ignore[override]
    def post(self, rule: str, **options: Any) -> Callable[[ViewT], ViewT]: ...  # type: ignore[override]
    def put(self, rule: str, **options: Any) -> Callable[[ViewT], ViewT]: ...  # type: ignore[override]
    def patch(self, rule: str, **options: Any) -> Callable[[ViewT], ViewT]: ...  # type: ignore[override]
    def doc(self, **kwargs: Any) -> Callable[[ViewT], ViewT]: ...
    def arguments(
        self, schema: type[Schema] | Schema, *, location: str = ..., **kwargs: Any
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]: ...
    def response(
        self, status_code: int, schema: type[Schema] | Schema | None = ..., **kwargs: Any
    ) -> Callable[[ViewT], ViewT]: ...
    def alt_response(
        self,
        status_code: int,
        response: Any = ...,
        *,
        schema: Any = ...,
        description: str = ...,
        **kwargs: Any,
    ) -> Callable[[ViewT], ViewT]: ...
