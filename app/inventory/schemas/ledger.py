"""JSON and form shapes of the ledger: bin cards, entries, months, stock as at a moment."""

from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from app.accounts.schemas import SecondPersonSchema, SignedForm
from app.inventory.models import Condition, PlaceKind, PostingKind
from app.web.schema import ApiSchema, Int, Moment, QuerySchema, Text, an_id


def _first_day(text: str) -> date | None:
    """Turn ``2026-11`` into its first day."""
    try:
        return date.fromisoformat(f"{text}-01") if text else None
    except ValueError as error:
        raise ValidationError("a month is written 2026-11", "month") from error


class CardQuerySchema(QuerySchema):
    """Whose card, of which days, lot or place; without a period, the present month."""

    facility_id = an_id(load_default=None, allow_none=True)
    month = Text(longest=7, load_default="")
    since = fields.Date(load_default=None, allow_none=True)
    until = fields.Date(load_default=None, allow_none=True)
    lot_id = an_id(load_default=None, allow_none=True)
    place_id = an_id(load_default=None, allow_none=True)

    @post_load
    def to_month(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        """Turn ``2026-11`` into its first day, and see that the period is one."""
        since, until = data["since"], data["until"]
        if since and until and until < since:
            raise ValidationError("the last day lies before the first", "until")
        return {**data, "month": _first_day(data["month"])}


class MonthQuerySchema(QuerySchema):
    """Whose month."""

    facility_id = an_id(load_default=None, allow_none=True)
    cursor = Text(longest=200, load_default="")


class PastQuerySchema(QuerySchema):
    """Whose stock, and as at when by the wall clock; without a time, now."""

    facility_id = an_id(load_default=None, allow_none=True)
    at = fields.NaiveDateTime(load_default=None, allow_none=True, timezone=None)
    q = Text(longest=60, load_default="")
    cursor = Text(longest=200, load_default="")


class CloseMonthSchema(ApiSchema):
    """Which month of which facility to close."""

    facility_id = an_id(required=True)
    month = Text(longest=7, shortest=7, required=True)

    @post_load
    def to_month(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        """Turn ``2026-11`` into its first day."""
        return {**data, "month": _first_day(data["month"])}


class ReverseSchema(ApiSchema):
    """Why an entry is undone; a second person where two open the door."""

    reason = Text(shortest=1, longest=200, required=True)
    second = fields.Nested(SecondPersonSchema, load_default=None, allow_none=True)


class ReverseForm(SignedForm):
    """The same as a form."""

    reason = Text(shortest=1, longest=200, required=True)


class ConditionSchema(ReverseSchema):
    """So many base units of a balance are in another condition."""

    quantity = Int(required=True, validate=validate.Range(min=1, max=2**53))
    condition = fields.Enum(Condition, by_value=True, required=True)


class ConditionForm(ReverseForm):
    """The same as a form, which also says where the goods lie."""

    balance_id = an_id(required=True)
    quantity = Int(required=True, validate=validate.Range(min=1, max=2**53))
    condition = fields.Enum(Condition, by_value=True, required=True)


class EndSchema(ApiSchema):
    """One end of a movement."""

    facility = fields.String(required=True)
    place_kind = fields.Enum(PlaceKind, by_value=True, required=True)
    place_code = fields.String(required=True)
    condition = fields.Enum(Condition, by_value=True, required=True)
    balance_after = Int(required=True)


class MovedSchema(ApiSchema):
    """One movement of an entry, in base units."""

    item_id = Int(required=True)
    item_name = fields.String(required=True)
    lot_id = Int(required=True)
    lot_number = fields.String(required=True)
    quantity = Int(required=True)
    source = fields.Nested(EndSchema, required=True)
    target = fields.Nested(EndSchema, required=True)


class PostingSchema(ApiSchema):
    """An entry of the ledger with its movements."""

    id = Int(required=True)
    kind = fields.Enum(PostingKind, by_value=True, required=True)
    document = fields.String(required=True)
    reason = fields.String(required=True)
    facility_id = Int(required=True)
    facility = fields.String(required=True)
    by = fields.String(required=True)
    second = fields.String(required=True, allow_none=True)
    occurred_at = Moment(required=True)
    recorded_at = Moment(required=True)
    reverses = Int(required=True, allow_none=True)
    reversed_by = Int(required=True, allow_none=True)
    moved = fields.List(fields.Nested(MovedSchema), required=True)


class MonthStateSchema(ApiSchema):
    """A facility's month."""

    month = fields.Date(required=True)
    closed_at = Moment(required=True, allow_none=True)
    closed_by = fields.String(required=True)
    kept = fields.Boolean(required=True)


class MonthsSchema(ApiSchema):
    """A facility's last months, newest first."""

    rows = fields.List(fields.Nested(MonthStateSchema), required=True)


class KindQuantitySchema(ApiSchema):
    """How much moved for one reason."""

    kind = fields.Enum(PostingKind, by_value=True, required=True)
    quantity = Int(required=True)


class ItemFlowSchema(ApiSchema):
    """An item's month: opening + received − issued = closing, which is what is held."""

    item_id = Int(attribute="item.item_id", required=True)
    item_code = fields.String(attribute="item.code", required=True)
    item_name = fields.String(attribute="item.name", required=True)
    base_unit = fields.String(attribute="item.base_unit", required=True)
    opening = Int(required=True)
    came = fields.Function(lambda flow: _kinds(flow.came), required=True)
    went = fields.Function(lambda flow: _kinds(flow.went), required=True)
    closing = Int(required=True)
    held = Int(required=True)


def _kinds(quantities: dict[PostingKind, int]) -> list[dict[str, Any]]:
    return [{"kind": kind.value, "quantity": quantity} for kind, quantity in quantities.items()]


class ItemFlowsSchema(ApiSchema):
    """A page of a facility's month by item."""

    rows = fields.List(fields.Nested(ItemFlowSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class PastRowSchema(ApiSchema):
    """One balance as it stood at the moment asked for."""

    item_id = Int(required=True)
    item_code = fields.String(required=True)
    item_name = fields.String(required=True)
    base_unit = fields.String(required=True)
    lot_id = Int(required=True)
    lot_number = fields.String(required=True)
    expires_on = fields.Date(required=True)
    place_code = fields.String(required=True)
    place_kind = fields.Enum(PlaceKind, by_value=True, required=True)
    condition = fields.Enum(Condition, by_value=True, required=True)
    on_hand = Int(required=True)


class PastStockSchema(ApiSchema):
    """A page of stock as at a moment."""

    rows = fields.List(fields.Nested(PastRowSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class CardLineSchema(ApiSchema):
    """A line of a bin card."""

    occurred_at = Moment(required=True)
    kind = fields.Enum(PostingKind, by_value=True, required=True)
    document = fields.String(required=True)
    lot_id = Int(required=True)
    lot_number = fields.String(required=True)
    quantity = Int(required=True)
    by = fields.String(required=True)
    balance = Int(required=True)


class CardSchema(ApiSchema):
    """A bin card: opening + received − issued = closing."""

    opening = Int(required=True)
    received = Int(required=True)
    issued = Int(required=True)
    closing = Int(required=True)
    on_hand = Int(required=True)
    lines = fields.List(fields.Nested(CardLineSchema), required=True)
