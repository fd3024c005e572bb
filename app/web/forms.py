"""Forms and query strings of pages, read through the same schemas as JSON."""

import re
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError, fields
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import UnprocessableEntity

from app.web.schema import Int

GLUE = frozenset({"csrf_token", "client_key"})
WHOLE_NUMBER = re.compile(r"-?[0-9]{1,19}")


def read_form(schema: type[Schema]) -> Any:
    """Return the posted form as ``schema`` loads it, or answer 422 naming the fields."""
    return _load(schema, request.form)


def read_query(schema: type[Schema]) -> Any:
    """Return the query string as ``schema`` loads it, or answer 422 naming the names."""
    return _load(schema, request.args)


def _load(schema: type[Schema], given: MultiDict[str, str]) -> Any:
    loader = schema()
    values = {
        name: _value(loader.load_fields.get(name), given.getlist(name))
        for name in given
        if name not in GLUE
    }
    try:
        return loader.load(values)
    except ValidationError as error:
        refusal = UnprocessableEntity()
        refusal.__dict__["data"] = {"messages": error.messages}
        raise refusal from error


def _value(field: fields.Field[Any] | None, texts: list[str]) -> Any:
    """Return what JSON would carry: forms know only texts, and repeat a name for a list."""
    if isinstance(field, fields.List):
        return [_single(field.inner, text) for text in texts]
    return _single(field, texts[-1])


def _single(field: fields.Field[Any] | None, text: str) -> Any:
    if text == "" and field is not None and field.allow_none:
        return None
    if isinstance(field, Int) and WHOLE_NUMBER.fullmatch(text):
        return int(text)
    return text
