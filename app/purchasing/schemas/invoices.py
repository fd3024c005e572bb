"""JSON and form shapes of invoices, settlements and supplier performance."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from app.purchasing.models import DifferenceOutcome, InvoiceState
from app.purchasing.rules import DifferenceKind
from app.purchasing.schemas.orders import MOST_LINES, packs, supplier_code
from app.purchasing.service import BilledItem, InvoiceRequest, Settling
from app.web.schema import ApiSchema, Int, Moment, Money, QuerySchema, Text, an_amount, an_id

MOST_DAYS = 730


class InvoiceQuerySchema(QuerySchema):
    """Which invoices to list."""

    state = fields.Enum(InvoiceState, by_value=True, load_default=None, allow_none=True)
    cursor = Text(longest=200, load_default="")


class SettlementQuerySchema(QuerySchema):
    """Where to go on in the list of settlements."""

    cursor = Text(longest=200, load_default="")


class BilledOrderQuerySchema(QuerySchema):
    """Whose goods are billed."""

    order = Text(longest=60, load_default="")


class PerformanceQuerySchema(QuerySchema):
    """Over how many days back to look."""

    days = Int(validate=validate.Range(1, MOST_DAYS), load_default=180)


class InvoiceRowSchema(ApiSchema):
    """An invoice in a list; ``differences`` are still open."""

    reference = fields.String(required=True)
    number = fields.String(required=True)
    supplier = fields.String(required=True)
    supplier_code = fields.String(required=True)
    order_reference = fields.String(required=True)
    state = fields.Enum(InvoiceState, by_value=True, required=True)
    invoiced_on = fields.Date(required=True)
    total = Money(attribute="total_fen", required=True)
    differences = Int(required=True)


class InvoicesSchema(ApiSchema):
    """A page of invoices."""

    rows = fields.List(fields.Nested(InvoiceRowSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class InvoiceLineSchema(ApiSchema):
    """Order, receipt and invoice side by side; quantities are base units."""

    item_name = fields.String(required=True)
    item_strength = fields.String(required=True)
    units_per_pack = Int(required=True)
    ordered = Int(required=True)
    received = Int(required=True)
    billed = Int(required=True)
    packs = Int(required=True)
    order_price = Money(attribute="order_price_fen", required=True)
    price = Money(attribute="price_fen", required=True)
    amount = Money(attribute="amount_fen", required=True)


class InvoiceDifferenceSchema(ApiSchema):
    """A difference; quantities in base units, prices and totals in fen."""

    difference_id = Int(required=True)
    kind = fields.Enum(DifferenceKind, by_value=True, required=True)
    item_name = fields.String(required=True, allow_none=True)
    expected = Int(required=True)
    found = Int(required=True)
    resolution = fields.Enum(DifferenceOutcome, by_value=True, required=True, allow_none=True)
    reason = fields.String(required=True)
    resolved_by = fields.String(required=True, allow_none=True)


class InvoiceDetailSchema(ApiSchema):
    """An invoice with its lines and differences."""

    reference = fields.String(required=True)
    number = fields.String(required=True)
    supplier = fields.String(required=True)
    order_reference = fields.String(required=True)
    state = fields.Enum(InvoiceState, by_value=True, required=True)
    invoiced_on = fields.Date(required=True)
    total = Money(attribute="total_fen", required=True)
    entered_at = Moment(required=True)
    entered_by = fields.String(required=True)
    reason = fields.String(required=True)
    lines = fields.List(fields.Nested(InvoiceLineSchema), required=True)
    differences = fields.List(fields.Nested(InvoiceDifferenceSchema), required=True)


class BilledItemSchema(ApiSchema):
    """What an invoice asks for an order line."""

    order_line_id = an_id(required=True)
    packs = packs(1, required=True)
    price = an_amount(required=True)

    @post_load
    def to_request(self, data: dict[str, Any], **_: object) -> BilledItem:
        return BilledItem(
            order_line_id=data["order_line_id"], packs=data["packs"], price_fen=data["price"]
        )


class InvoiceHeadSchema(ApiSchema):
    """What stands at the top of an invoice."""

    order_reference = Text(shortest=1, longest=60, required=True)
    number = Text(shortest=1, longest=40, required=True)
    invoiced_on = fields.Date(required=True)
    total = an_amount(required=True, validate=validate.Range(min=1))


class NewInvoiceSchema(InvoiceHeadSchema):
    """An invoice as its paper says it."""

    lines = fields.List(
        fields.Nested(BilledItemSchema),
        required=True,
        validate=validate.Length(min=1, max=MOST_LINES),
    )

    @post_load
    def to_request(self, data: dict[str, Any], **_: object) -> InvoiceRequest:
        return InvoiceRequest(total_fen=data.pop("total"), **data)


def _column(field: fields.Field[Any]) -> fields.List[Any]:
    return fields.List(field, required=True, validate=validate.Length(1, MOST_LINES))


class InvoiceForm(InvoiceHeadSchema):
    """The same as a form; lines without packs are not on the paper."""

    order_line_id = _column(an_id())
    packs = _column(packs())
    price = _column(an_amount())

    @post_load
    def to_request(self, data: dict[str, Any], **_: object) -> InvoiceRequest:
        columns = [data.pop(name) for name in ("order_line_id", "packs", "price")]
        if len({len(column) for column in columns}) > 1:
            raise ValidationError("columns differ in length", "packs")
        lines = [
            BilledItem(order_line_id=line, packs=number, price_fen=price)
            for line, number, price in zip(*columns, strict=True)
            if number
        ]
        return InvoiceRequest(total_fen=data.pop("total"), lines=lines, **data)


class NewSettlementSchema(ApiSchema):
    """Which matched invoices of a supplier to settle together, less which credits."""

    supplier_code = supplier_code(required=True)
    invoices = fields.List(
        Text(shortest=1, longest=60), required=True, validate=validate.Length(1, MOST_LINES)
    )
    credits = fields.List(
        Text(shortest=1, longest=60), load_default=list, validate=validate.Length(max=MOST_LINES)
    )

    @post_load
    def to_settling(self, data: dict[str, Any], **_: object) -> Settling:
        return Settling(**data)


class SettlementRowSchema(ApiSchema):
    """A settlement in a list; a reversal has a negative total."""

    reference = fields.String(required=True)
    supplier = fields.String(required=True)
    supplier_code = fields.String(required=True)
    total = Money(attribute="total_fen", required=True)
    settled_at = Moment(required=True)
    user = fields.String(required=True)
    reason = fields.String(required=True)
    reverses = fields.String(required=True, allow_none=True)
    reversed_by = fields.String(required=True, allow_none=True)


class SettlementsSchema(ApiSchema):
    """A page of settlements."""

    rows = fields.List(fields.Nested(SettlementRowSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class SettledSchema(ApiSchema):
    """An invoice of a settlement."""

    reference = fields.String(required=True)
    number = fields.String(required=True)
    order_reference = fields.String(required=True)
    invoiced_on = fields.Date(required=True)
    amount = Money(attribute="amount_fen", required=True)


class DeductedSchema(ApiSchema):
    """A credit for returned goods that a settlement deducts."""

    reference = fields.String(required=True)
    amount = Money(attribute="amount_fen", required=True)


class SettlementDetailSchema(SettlementRowSchema):
    """A settlement with its invoices and the credits it deducts."""

    invoices = fields.List(fields.Nested(SettledSchema), required=True)
    credits = fields.List(fields.Nested(DeductedSchema), required=True)


class PerformanceRowSchema(ApiSchema):
    """A supplier's figures; percentages are None where nothing is to be measured."""

    supplier_code = fields.String(required=True)
    supplier = fields.String(required=True)
    orders = Int(required=True)
    lead_days = fields.Float(required=True, allow_none=True)
    lines_due = Int(required=True)
    lines_on_time = Int(required=True)
    on_time_percent = Int(required=True, allow_none=True)
    fill_percent = Int(required=True, allow_none=True)
    lots = Int(required=True)
    lots_faulty = Int(required=True)
    sound_percent = Int(required=True, allow_none=True)
    invoices = Int(required=True)
    invoices_differing = Int(required=True)
    matching_percent = Int(required=True, allow_none=True)


class PerformanceSchema(ApiSchema):
    """All suppliers' figures."""

    rows = fields.List(fields.Nested(PerformanceRowSchema), required=True)
