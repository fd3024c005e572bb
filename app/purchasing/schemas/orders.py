"""JSON and form shapes of orders."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from app.kernel.ids import ItemId
from app.purchasing.models import OrderState
from app.purchasing.service import OrderedItem
from app.web.schema import ApiSchema, Int, Moment, Money, QuerySchema, Text, an_amount, an_id

MOST_LINES = 500
MOST_PACKS = 1_000_000


def packs(minimum: int = 0, **kwargs: Any) -> Int:
    """Return a field for sales packs."""
    return Int(validate=validate.Range(min=minimum, max=MOST_PACKS), **kwargs)


def supplier_code(**kwargs: Any) -> Text:
    """Return a field for a supplier's code."""
    return Text(shortest=1, longest=40, **kwargs)


class BoughtQuerySchema(QuerySchema):
    """Which orders to list; without a state, all."""

    state = fields.Enum(OrderState, by_value=True, load_default=None, allow_none=True)
    cursor = Text(longest=200, load_default="")


class ItemSearchSchema(QuerySchema):
    """Part of a name, pinyin initials or a code."""

    q = Text(longest=60, load_default="")


class BoughtOrderSchema(ApiSchema):
    """An order in the buyer's list."""

    reference = fields.String(required=True)
    supplier = fields.String(required=True)
    state = fields.Enum(OrderState, by_value=True, required=True)
    ordered_at = Moment(required=True)
    expected_on = fields.Date(required=True)
    writer = fields.String(required=True)
    lines = Int(required=True)
    received_lines = Int(required=True)
    total = Money(attribute="total_fen", required=True)


class BoughtOrdersSchema(ApiSchema):
    """A page of orders."""

    rows = fields.List(fields.Nested(BoughtOrderSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class OrderLineSchema(ApiSchema):
    """A line of an order; quantities are base units, ``price`` is of a sales pack."""

    line_id = Int(required=True)
    item_id = Int(required=True)
    item_code = fields.String(required=True)
    item_name = fields.String(required=True)
    item_strength = fields.String(required=True)
    pack_unit = fields.String(required=True)
    units_per_pack = Int(required=True)
    packs = Int(required=True)
    quantity = Int(required=True)
    received = Int(required=True)
    price = Money(attribute="price_fen", required=True)
    amount = Money(attribute="amount_fen", required=True)
    contract = fields.String(required=True, allow_none=True)


class PurchaseOrderDetailSchema(ApiSchema):
    """An order with its lines."""

    reference = fields.String(required=True)
    state = fields.Enum(OrderState, by_value=True, required=True)
    supplier = fields.String(required=True)
    supplier_code = fields.String(required=True)
    facility = fields.String(required=True)
    expected_on = fields.Date(required=True)
    ordered_at = Moment(required=True)
    writer = fields.String(required=True)
    submitted_at = Moment(required=True, allow_none=True)
    approved_at = Moment(required=True, allow_none=True)
    approver = fields.String(required=True, allow_none=True)
    sent_at = Moment(required=True, allow_none=True)
    reason = fields.String(required=True)
    total = Money(attribute="total_fen", required=True)
    lines = fields.List(fields.Nested(OrderLineSchema), required=True)


class OrderedItemSchema(ApiSchema):
    """An item to order; without a price the agreed or listed one, no packs take it away."""

    item_id = an_id(required=True)
    packs = packs(required=True)
    price = an_amount(load_default=None, allow_none=True)

    @post_load
    def to_request(self, data: dict[str, Any], **_: object) -> OrderedItem:
        return OrderedItem(item_id=data["item_id"], packs=data["packs"], price_fen=data["price"])


def _lines(**kwargs: Any) -> fields.List[Any]:
    return fields.List(
        fields.Nested(OrderedItemSchema), validate=validate.Length(max=MOST_LINES), **kwargs
    )


class NewOrderSchema(ApiSchema):
    """An order to begin: from whom, expected when, and its first lines."""

    supplier_code = supplier_code(required=True)
    expected_on = fields.Date(required=True)
    lines = _lines(load_default=list)


class OrderLinesSchema(ApiSchema):
    """Lines to write into a draft."""

    lines = _lines(required=True)


class SpokenReasonSchema(ApiSchema):
    """A reason people read."""

    reason = Text(shortest=1, longest=200, required=True)


class NewOrderForm(ApiSchema):
    """From whom, and expected when."""

    supplier_code = supplier_code(required=True)
    expected_on = fields.Date(required=True)


class OrderDraftForm(ApiSchema):
    """Packs and prices beside each item; ``add`` is an item to append."""

    item_id = fields.List(an_id(), load_default=list, validate=validate.Length(max=MOST_LINES))
    packs = fields.List(packs(), load_default=list)
    price = fields.List(an_amount(allow_none=True), load_default=list)
    add = an_id(load_default=None, allow_none=True)
    then = fields.String(load_default="save", validate=validate.OneOf(["save", "submit"]))

    @post_load
    def to_lines(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        columns = (data.pop("item_id"), data.pop("packs"), data.pop("price"))
        if len({len(column) for column in columns}) > 1:
            raise ValidationError("columns differ in length", "packs")
        lines = [
            OrderedItem(item_id=ItemId(item), packs=number, price_fen=price)
            for item, number, price in zip(*columns, strict=True)
        ]
        added, listed = data.pop("add"), {line.item_id for line in lines}
        if added is not None and added not in listed:
            lines.append(OrderedItem(item_id=ItemId(added), packs=1))
        return {"lines": lines, "then": data["then"]}
