"""Base schema and shared fields of the JSON API."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from app.kernel.quantities import FEN_PER_YUAN, MAX_QUANTITY, yuan

MOST_ID = 2**62
LONGEST_TEXT = 500
AMOUNT = re.compile(r"[0-9]{1,10}(\.[0-9]{1,2})?")
ALLOWED_CONTROLS = frozenset("\t\n\x1d")
"""Tab, line feed, and the separator GS inside scanned codes."""


class ApiSchema(Schema):
    """Unknown fields are an error: a typo must not be silently ignored."""

    class Meta:
        unknown = RAISE


class QuerySchema(Schema):
    """A query string; unknown names are refused like everywhere else."""

    class Meta:
        unknown = RAISE


class Int(fields.Integer):
    """A whole number as JSON Schema means it: 3 and 3.0, but neither true nor "3".

    A query string holds only texts, so there "3" is a number.
    """

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> int:
        if isinstance(self.root, QuerySchema) and isinstance(value, str):
            return super()._deserialize(value, attr, data, **kwargs)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.make_error("invalid")
        if isinstance(value, float) and not value.is_integer():
            raise self.make_error("invalid")
        return int(value)


def an_id(**kwargs: Any) -> Int:
    """Return a field for a row's key."""
    return Int(validate=validate.Range(min=1, max=MOST_ID), **kwargs)


def a_quantity(minimum: int = 0, **kwargs: Any) -> Int:
    """Return a field for base units."""
    return Int(validate=validate.Range(min=minimum, max=MAX_QUANTITY), **kwargs)


def an_amount(**kwargs: Any) -> "Money":
    """Return a field for yuan that somebody types."""
    return Money(metadata={"pattern": f"^{AMOUNT.pattern}$"}, **kwargs)


class Text(fields.String):
    """A line a person typed: trimmed, without control characters, at most 500 characters."""

    def __init__(
        self, *, shortest: int = 0, longest: int = LONGEST_TEXT, pattern: str = "", **kwargs: Any
    ) -> None:
        """Bound the length; ``shortest`` counts after trimming. ``pattern`` is an ECMA regex."""
        checks: list[validate.Validator] = [validate.Length(min=shortest, max=longest)]
        if pattern:
            checks.append(validate.Regexp(pattern))
        super().__init__(validate=checks, **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        text = text.replace("\r\n", "\n")  # how browsers send the lines of a text area
        if any(letter < " " and letter not in ALLOWED_CONTROLS for letter in text):
            raise ValidationError("control characters are not allowed")
        return _whole(text).strip(" \t\r\n\u3000")


class Secret(fields.String):
    """A password: every character counts, so nothing is trimmed."""

    def __init__(self, **kwargs: Any) -> None:
        """Bound the length: hashing a novel costs as much as it is long."""
        super().__init__(validate=validate.Length(1, 256), load_only=True, **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if "\x00" in text:
            raise ValidationError("control characters are not allowed")
        return _whole(text)


def _whole(text: str) -> str:
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValidationError("half a character is not allowed")
    return text


class Moment(fields.AwareDateTime):
    """A moment with an offset, ``2026-03-02T09:00:00+08:00``; UTC from here inwards."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> datetime:
        try:
            moment: datetime = super()._deserialize(value, attr, data, **kwargs)
            return moment.astimezone(UTC)
        except OverflowError as error:
            raise self.make_error("invalid", input=value, obj_type="datetime") from error


class Money(fields.Field[str]):
    """Fen inside, yuan outside, as a string with two decimals: ``"330.00"``."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(yuan(value))

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        if not isinstance(value, str) or not AMOUNT.fullmatch(value):
            raise ValidationError("not an amount of yuan")
        return int(Decimal(value) * FEN_PER_YUAN)
