"""Every edge of the application, and a request it would accept as far as its schema goes."""

import ast
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import singledispatch
from io import BytesIO
from textwrap import dedent
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from marshmallow import Schema, fields, validate
from werkzeug.test import TestResponse

from app.web.guard import UNSAFE, is_machine_path
from app.web.schema import Moment, Money

AUTOMATIC = {"HEAD", "OPTIONS"}
NOT_OURS = {"static"}
A_FILE = b"%PDF-1.4\n%%EOF\n"
TAKE_A_FILE = {
    "discrepancies_api.add_photo",
    "photos_api.add_to_claim",
    "photos_api.add_to_receipt",
}
"""Edges for programs that read a multipart body with a paper or photo in it."""
SIGNATURE = {"username", "password"}
"""A second person's credential is left out where it may be: a wrong one is refused first."""
PATTERNED = {
    "id_number": "",
    "month": "2026-10",
    "phone": "13800001234",
    "pointer": "0123456789abcdef",
    "username": "newcomer",
}
"""Texts of a form of their own."""
Names = Mapping[str, Any]


@dataclass(frozen=True, order=True)
class Edge:
    """One method of one address."""

    rule: str
    method: str
    endpoint: str

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"

    @property
    def is_machine(self) -> bool:
        return is_machine_path(self.rule)

    @property
    def writes(self) -> bool:
        return self.method in UNSAFE

    @property
    def arguments(self) -> tuple[tuple[str, str], ...]:
        """Each argument of the address with the word before it: ``("receipts", "reference")``."""
        return tuple(re.findall(r"([a-z0-9-]+)/<(?:\w+:)?(\w+)>", self.rule))

    def path(self, names: Names) -> str:
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(names[found[1]]), self.rule)


def edges(app: Flask) -> list[Edge]:
    return sorted(
        Edge(rule.rule, method, rule.endpoint)
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in NOT_OURS
        for method in (rule.methods or set()) - AUTOMATIC
    )


Shapes = Mapping[str, Schema]


def shapes_of(app: Flask) -> Shapes:
    """Return the schema through which each edge reads its body or query, by endpoint."""
    views = {name: view for name, view in app.view_functions.items() if name not in NOT_OURS}
    found = ((name, _schema(view)) for name, view in views.items())
    return {name: schema() for name, schema in found if schema}


def _schema(view: Callable[..., Any]) -> type[Schema] | None:
    documented = view.__dict__.get("_apidoc", {}).get("arguments", {}).get("parameters", ())
    found = {each["in"]: each["schema"] for each in documented}
    read = next((found[place] for place in ("form", "json", "query") if place in found), None)
    return read or _read_by(inspect.unwrap(view))


def _read_by(function: Callable[..., Any], depth: int = 2) -> type[Schema] | None:
    """Return the schema a page hands to ``read_form`` or ``read_query``, itself or by a helper."""
    names = inspect.unwrap(function).__globals__
    calls = [
        call
        for call in ast.walk(ast.parse(dedent(inspect.getsource(function))))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
    ]
    for reader in ("read_form", "read_query"):
        for call in calls:
            if ast.unparse(call.func) == reader:
                schema: type[Schema] = eval(ast.unparse(call.args[0]), names)  # noqa: S307 - our own source
                return schema
    helpers = [names.get(ast.unparse(call.func)) for call in calls] if depth else []
    own = [one for one in helpers if inspect.isfunction(one) and one.__globals__ is names]
    return next((found for one in own if (found := _read_by(one, depth - 1))), None)


def a_body(shape: Schema, names: Names) -> dict[str, Any]:
    """Return a value for every field; ``names`` gives those that name something."""
    return {
        name: _named(field, names[name]) if name in names else value_of(field, names)
        for name, field in shape.load_fields.items()
        if field.required or name not in SIGNATURE
    }


def _named(field: fields.Field[Any], name: Any) -> Any:
    return [name] if isinstance(field, fields.List) else name


@singledispatch
def value_of(field: fields.Field[Any], names: Names) -> Any:
    raise NotImplementedError(f"no example of a {type(field).__name__} yet")


@value_of.register(fields.List)
def _(field: fields.List[Any], names: Names) -> Any:
    return [value_of(field.inner, names)]


@value_of.register
def _(field: fields.Nested, names: Names) -> Any:
    body = a_body(field.schema, names)
    return [body] if field.many else body


@value_of.register
def _(field: fields.Dict, names: Names) -> Any:
    return {}


@value_of.register
def _(field: Money, names: Names) -> Any:
    return "1.00"


@value_of.register
def _(field: fields.Boolean, names: Names) -> Any:
    return True


@value_of.register
def _(field: fields.Integer, names: Names) -> Any:
    return max(_bound(field, validate.Range, "min"), 1)


@value_of.register
def _(field: fields.Float, names: Names) -> Any:
    return 1.5


@value_of.register(fields.Enum)
def _(field: fields.Enum[Any], names: Names) -> Any:
    members = list(field.enum.__members__.values())
    return members[0].value


@value_of.register
def _(field: fields.String, names: Names) -> Any:
    if field.name in PATTERNED:
        return PATTERNED[field.name]
    for check in field.validators:
        if isinstance(check, validate.OneOf):
            return next(iter(check.choices))
    return "1" * max(_bound(field, validate.Length, "min"), 1)


@value_of.register
def _(field: fields.Date, names: Names) -> Any:
    return "2026-11-25" if ends(field) else "2026-11-24"


@value_of.register
def _(field: fields.Time, names: Names) -> Any:
    return "10:00"


@value_of.register
def _(field: fields.NaiveDateTime, names: Names) -> Any:
    return f"{value_of(fields.Date(), names)}T{11 if ends(field) else 10}:00"


@value_of.register
def _(field: Moment, names: Names) -> Any:
    return f"{value_of(fields.Date(), names)}T{11 if ends(field) else 10}:00:00+08:00"


def ends(field: fields.Field[Any]) -> bool:
    """Say whether a moment or day is the later one of two."""
    return (field.name or "").startswith(("end", "expires"))


def _bound(field: fields.Field[Any], kind: type, name: str) -> int:
    bounds = [getattr(check, name) for check in field.validators if isinstance(check, kind)]
    return next((int(bound) for bound in bounds if bound is not None), 0)


def send(client: FlaskClient, edge: Edge, names: Names, shapes: Shapes) -> TestResponse:
    """Make the request whose path and body carry these names."""
    shape = shapes.get(edge.endpoint)
    path = edge.path(names)
    body = a_body(shape, names) if shape else {}
    if not edge.writes:
        query = {
            name: value
            for name, value in body.items()
            if name in names or (shape and shape.load_fields[name].required)
        }
        return client.open(path, method=edge.method, query_string=query, buffered=True)
    if edge.endpoint in TAKE_A_FILE:
        data = {**as_form(body), "file": (BytesIO(A_FILE), "paper.pdf")}
        return client.open(path, method=edge.method, data=data, buffered=True)
    if edge.is_machine:
        return client.open(path, method=edge.method, json=body, buffered=True)
    return client.open(path, method=edge.method, data=as_form(body), buffered=True)


def as_form(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a browser would send: texts, lists by repeating their name."""
    return {name: value for name, value in body.items() if not isinstance(value, dict)}
