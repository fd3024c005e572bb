"""Typed shape of the one field we use."""

from typing import Any

from marshmallow import fields

class Upload(fields.Field[Any]): ...
