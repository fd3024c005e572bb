"""JSON and form shapes of stock."""

from datetime import date, timedelta
from typing import Any

from marshmallow import fields, validate

from app.inventory.models import Condition, PlaceKind
from app.inventory.queries import StockFilter
from app.inventory.rules import DAYS_IN_MONTH
from app.kernel.ids import FacilityId
from app.traceability.models import LotHold
from app.web.schema import ApiSchema, Int, Moment, QuerySchema, Text, an_id

NEAR_MONTHS = (1, 3, 6, 9)
"""Near expiry is watched at these distances (近效期预警)."""


class StockQuerySchema(QuerySchema):
    """Which balances to list. ``facility_id`` 0 is the whole county."""

    q = Text(longest=60, load_default="")
    facility_id = Int(load_default=None, allow_none=True, validate=validate.Range(min=0, max=2**62))
    near_months = Int(load_default=None, allow_none=True, validate=validate.OneOf(NEAR_MONTHS))
    held = fields.Boolean(load_default=False)
    expired = fields.Boolean(load_default=False)
    place_id = an_id(load_default=None, allow_none=True)
    cursor = Text(longest=200, load_default="")


def stock_filter(
    query: dict[str, Any], facility_ids: frozenset[FacilityId] | None, *, today: date
) -> StockFilter:
    """Return a loaded query as the read side takes it."""
    months = query["near_months"]
    return StockFilter(
        facility_ids=facility_ids,
        text=query["q"],
        expires_before=today + timedelta(days=DAYS_IN_MONTH * months) if months else None,
        only_held=query["held"],
        only_expired=query["expired"],
        place_id=query["place_id"],
    )


class StandingQuerySchema(QuerySchema):
    """Which items of a facility to list; ``below`` asks for less than so many months."""

    q = Text(longest=60, load_default="")
    facility_id = an_id(load_default=None, allow_none=True)
    below = Int(load_default=None, allow_none=True, validate=validate.Range(min=1, max=12))
    cursor = Text(longest=200, load_default="")


class HoldReasonSchema(ApiSchema):
    """Why; people read it."""

    reason = Text(shortest=1, longest=200, required=True)


class StockRowSchema(ApiSchema):
    """One lot at one place in one condition, in base units."""

    facility_id = Int(required=True)
    facility = fields.String(required=True)
    item_id = Int(required=True)
    item_code = fields.String(required=True)
    item_name = fields.String(required=True)
    strength = fields.String(required=True)
    base_unit = fields.String(required=True)
    lot_id = Int(required=True)
    lot_number = fields.String(required=True)
    expires_on = fields.Date(required=True)
    hold = fields.Enum(LotHold, by_value=True, required=True)
    place_code = fields.String(required=True)
    place_kind = fields.Enum(PlaceKind, by_value=True, required=True)
    condition = fields.Enum(Condition, by_value=True, required=True)
    on_hand = Int(required=True)
    reserved = Int(required=True)
    available = Int(required=True)


class StockSchema(ApiSchema):
    """A page of stock."""

    rows = fields.List(fields.Nested(StockRowSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class MonthUseSchema(ApiSchema):
    """One period of the average; ``adjusted`` is null where there was never usable stock."""

    since = fields.Date(required=True)
    days = Int(required=True)
    consumed = Int(required=True)
    one_off = Int(required=True)
    stock_out_days = Int(required=True)
    adjusted = Int(required=True, allow_none=True)


class AverageSchema(ApiSchema):
    """The arithmetic behind an average monthly consumption."""

    consumed = Int(required=True)
    one_off = Int(required=True)
    days = Int(required=True)
    stock_out_days = Int(required=True)
    left_out = Int(required=True)
    periods = fields.List(fields.Nested(MonthUseSchema), required=True)


class StandingSchema(ApiSchema):
    """How a facility stands with an item; ``months`` is null where nothing is used."""

    item_id = Int(attribute="item.item_id", required=True)
    item_code = fields.String(attribute="item.code", required=True)
    item_name = fields.String(attribute="item.name", required=True)
    base_unit = fields.String(attribute="item.base_unit", required=True)
    on_hand = Int(attribute="level.on_hand", required=True)
    usable = Int(attribute="level.usable", required=True)
    available = Int(attribute="level.available", required=True)
    arriving = Int(attribute="level.arriving", required=True)
    nearest_expiry = fields.Date(attribute="level.nearest_expiry", required=True, allow_none=True)
    average_monthly_consumption = Int(attribute="amc.amc", required=True)
    months = fields.Float(required=True, allow_none=True)
    arithmetic = fields.Nested(AverageSchema, attribute="amc", required=True)


class StandingsSchema(ApiSchema):
    """A page of items at a facility."""

    rows = fields.List(fields.Nested(StandingSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class LotSchema(ApiSchema):
    """A lot: what it is, whether it is on hold, and where it lies as far as one may see."""

    id = Int(required=True)
    item_id = Int(required=True)
    item_name = fields.String(required=True)
    maker = fields.String(required=True)
    lot_number = fields.String(required=True)
    made_on = fields.Date(required=True, allow_none=True)
    expires_on = fields.Date(required=True)
    hold = fields.Enum(LotHold, by_value=True, required=True)
    hold_reason = fields.String(required=True)
    hold_since = Moment(required=True, allow_none=True)
    stock = fields.List(fields.Nested(StockRowSchema), required=True)
