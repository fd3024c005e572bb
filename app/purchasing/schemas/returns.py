"""JSON and form shapes of returns to suppliers."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from app.accounts.schemas import SignedForm
from app.inventory.models import Condition
from app.purchasing.rules import SupplierReturnReason, SupplierReturnState
from app.purchasing.service import ReturnRequest
from app.web.schema import ApiSchema, Int, Moment, Money, QuerySchema, Text, an_id

MOST_LINES = 200
MOST_CODES = 1000


class ReturnQuerySchema(QuerySchema):
    """Which returns to list: those under way, all, or those of goods of a document."""

    all = fields.Boolean(load_default=False)
    origin = Text(longest=40, load_default="")
    cursor = Text(longest=200, load_default="")


class NewReturnQuerySchema(QuerySchema):
    """Which goods to show, and what is filled in already."""

    q = Text(longest=60, load_default="")
    supplier = Text(longest=60, load_default="")
    lot_id = an_id(load_default=None, allow_none=True)
    reason = fields.Enum(SupplierReturnReason, by_value=True, load_default=None, allow_none=True)
    origin = Text(longest=40, load_default="")


class ReturnRequestSchema(ApiSchema):
    """Goods to send back: three lists side by side; what has no quantity stays."""

    reason = fields.Enum(SupplierReturnReason, by_value=True, required=True)
    note = Text(longest=200, load_default="")
    origin = Text(longest=40, load_default="")
    line_id = fields.List(an_id(), required=True, validate=validate.Length(1, MOST_LINES))
    balance_id = fields.List(an_id(), required=True, validate=validate.Length(1, MOST_LINES))
    quantity = fields.List(Text(longest=12, pattern=r"^[0-9]{0,9}$"), required=True)

    @post_load
    def to_request(self, data: dict[str, Any], **_: object) -> ReturnRequest:
        columns = [data.pop(name) for name in ("line_id", "balance_id", "quantity")]
        if len({len(column) for column in columns}) != 1:
            raise ValidationError("one quantity for each lot", "quantity")
        goods = [
            ((line, balance), int(quantity))
            for line, balance, quantity in zip(*columns, strict=True)
            if quantity and int(quantity)
        ]
        if len(dict(goods)) < len(goods):
            raise ValidationError("each lot once", "line_id")
        return ReturnRequest(quantities=dict(goods), **data)


class ReturnAnswerSchema(ApiSchema):
    """What whoever approves says, if anything."""

    answer = Text(longest=200, load_default="")


class ReturnReasonSchema(ApiSchema):
    """Why; the others read it."""

    reason = Text(shortest=1, longest=200, required=True)


class SendingSchema(SignedForm):
    """Who takes the goods along, and the scanned codes, one on a line."""

    carrier = Text(shortest=1, longest=60, required=True)
    codes = Text(longest=50_000, load_default="")

    @post_load
    def to_codes(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        codes = data["codes"].split()
        if len(codes) > MOST_CODES:
            raise ValidationError("too many codes", "codes")
        return {**data, "codes": codes}


class UnsendingSchema(SignedForm):
    """Why goods that were sent come back."""

    reason = Text(shortest=1, longest=200, required=True)


class ReturnRowSchema(ApiSchema):
    """A return in a list; ``credit`` is what the supplier owes for it."""

    reference = fields.String(required=True)
    facility = fields.String(required=True)
    supplier = fields.String(required=True)
    supplier_code = fields.String(required=True)
    state = fields.Enum(SupplierReturnState, by_value=True, required=True)
    reason = fields.Enum(SupplierReturnReason, by_value=True, required=True)
    note = fields.String(required=True)
    origin = fields.String(required=True)
    carrier = fields.String(required=True)
    created_by = fields.String(required=True)
    created_at = Moment(required=True)
    decided_by = fields.String(required=True, allow_none=True)
    decided_at = Moment(required=True, allow_none=True)
    answer = fields.String(required=True)
    sent_by = fields.String(required=True, allow_none=True)
    sent_at = Moment(required=True, allow_none=True)
    credit = Money(attribute="credit_fen", required=True)
    settlement = fields.String(required=True, allow_none=True)
    lines = Int(required=True)
    first_item = fields.String(required=True, allow_none=True)


class ReturnsSchema(ApiSchema):
    """A page of returns."""

    rows = fields.List(fields.Nested(ReturnRowSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ReturnLineSchema(ApiSchema):
    """A line of a return, at the price of the receipt's order."""

    id = Int(required=True)
    receipt_reference = fields.String(required=True)
    item_name = fields.String(required=True)
    strength = fields.String(required=True)
    base_unit = fields.String(required=True)
    price = Money(attribute="price_fen", required=True)
    is_coded = fields.Boolean(required=True)
    is_controlled = fields.Boolean(required=True)
    lot_number = fields.String(required=True)
    expires_on = fields.Date(required=True)
    place_code = fields.String(required=True)
    condition = fields.Enum(Condition, by_value=True, required=True)
    quantity = Int(required=True)
    amount = Money(attribute="amount_fen", required=True)


class SupplierReturnSchema(ApiSchema):
    """A return with its lines."""

    supplier_return = fields.Nested(ReturnRowSchema, required=True)
    lines = fields.List(fields.Nested(ReturnLineSchema), required=True)


class ReturnableSchema(ApiSchema):
    """Goods of a receipt that may go back from where they lie; ``most`` is how much."""

    line_id = Int(required=True)
    balance_id = Int(required=True)
    supplier = fields.String(required=True)
    supplier_code = fields.String(required=True)
    receipt_reference = fields.String(required=True)
    item_name = fields.String(required=True)
    base_unit = fields.String(required=True)
    lot_number = fields.String(required=True)
    expires_on = fields.Date(required=True)
    place_code = fields.String(required=True)
    condition = fields.Enum(Condition, by_value=True, required=True)
    most = Int(required=True)


class ReturnableListSchema(ApiSchema):
    """Goods that may go back, the soonest to expire first."""

    rows = fields.List(fields.Nested(ReturnableSchema), required=True)
