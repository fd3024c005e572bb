"""JSON and form shapes of refused goods, transport records and quarantine."""

from typing import Any

from marshmallow import fields, post_load, validate

from app.purchasing.models import ClaimOutcome, RefusalReason
from app.purchasing.rules import Temperatures, read_readings, tenths
from app.purchasing.service import Making, Refusal
from app.web.schema import ApiSchema, Int, Moment, QuerySchema, Text, a_quantity, an_id

LONGEST_RECORD = 400_000
DEGREES = r"^-?[0-9]{1,2}(\.[0-9])?$"


class RefusalSchema(ApiSchema):
    """Goods not taken in; without a quantity the whole line."""

    line_id = an_id(required=True)
    reason = fields.Enum(RefusalReason, by_value=True, required=True)
    note = Text(longest=200, load_default="")
    quantity = a_quantity(1, load_default=None, allow_none=True)

    @post_load
    def to_request(self, data: dict[str, Any], **_: object) -> Refusal:
        return Refusal(**data)


class TemperaturesSchema(ApiSchema):
    """The extremes of a journey in degrees Celsius, or the readings they follow from."""

    lowest = Text(pattern=DEGREES, load_default=None, allow_none=True)
    highest = Text(pattern=DEGREES, load_default=None, allow_none=True)
    readings = Text(longest=LONGEST_RECORD, load_default="")


def temperatures(typed: dict[str, Any]) -> Temperatures:
    """Return the extremes out of a loaded shape: of the readings where there are some.

    Raises:
        ReadingsUnreadable: something is no temperature, or lowest and highest are swapped.
    """
    if typed["readings"]:
        return read_readings(typed["readings"])
    low, high = (tenths(typed[name] or "") for name in ("lowest", "highest"))
    return Temperatures(lowest=min(low, high), highest=max(low, high), readings=0)


class ClaimQuerySchema(QuerySchema):
    """Which claims to list."""

    which = fields.String(load_default="open", validate=validate.OneOf(["open", "all"]))
    cursor = Text(longest=200, load_default="")


class ClaimSchema(ApiSchema):
    """Goods refused, in base units."""

    reference = fields.String(required=True)
    receipt_reference = fields.String(required=True)
    supplier = fields.String(required=True)
    item_name = fields.String(required=True)
    strength = fields.String(required=True)
    lot_number = fields.String(required=True)
    quantity = Int(required=True)
    reason = fields.Enum(RefusalReason, by_value=True, required=True)
    note = fields.String(required=True)
    opened_at = Moment(required=True)
    opened_by = fields.String(required=True)
    outcome = fields.Enum(ClaimOutcome, by_value=True, required=True, allow_none=True)
    closing_note = fields.String(required=True)


class ClaimsSchema(ApiSchema):
    """A page of claims."""

    rows = fields.List(fields.Nested(ClaimSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ClaimClosedSchema(ApiSchema):
    """How a claim was closed."""

    reference = fields.String(required=True)
    outcome = fields.Enum(ClaimOutcome, by_value=True, required=True)


class MakingSchema(ApiSchema):
    """How the supplier made refused goods good."""

    outcome = fields.Enum(ClaimOutcome, by_value=True, required=True)
    note = Text(longest=200, load_default="")

    @post_load
    def to_request(self, data: dict[str, Any], **_: object) -> Making:
        return Making(**data)


class QuarantineSchema(ApiSchema):
    """Whether a supplier's goods wait for quality."""

    needed = fields.Boolean(required=True)
