"""JSON and form shapes of receiving."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from app.accounts.service import Credentials
from app.catalogue.models import SpecialClass, StorageClass
from app.inventory.models import Condition
from app.purchasing.models import OrderState, ReceiptState, ScanOutcome
from app.purchasing.rules import Label
from app.purchasing.service import Count, Judgement, Placement, ScanRequest, TypedLot
from app.traceability.models import LotHold, UnitLevel
from app.web.schema import (
    ApiSchema,
    Int,
    Moment,
    QuerySchema,
    Secret,
    Text,
    a_quantity,
    an_id,
)

MOST_LINES = 500
LONGEST_CODES = 10_000


class OrderQuerySchema(QuerySchema):
    """Which orders to list; without a state, those that are still to come."""

    state = fields.Enum(OrderState, by_value=True, load_default=None, allow_none=True)
    cursor = Text(longest=200, load_default="")


class ReceiptQuerySchema(QuerySchema):
    """Which receipts to list."""

    state = fields.Enum(ReceiptState, by_value=True, load_default=None, allow_none=True)
    cursor = Text(longest=200, load_default="")


class PurchaseOrderSchema(ApiSchema):
    """An order in a list."""

    reference = fields.String(required=True)
    supplier = fields.String(required=True)
    city = fields.String(required=True)
    state = fields.Enum(OrderState, by_value=True, required=True)
    expected_on = fields.Date(required=True)
    lines = Int(required=True)
    received_lines = Int(required=True)
    announced_lots = Int(required=True)
    open_receipt = fields.String(required=True, allow_none=True)


class PurchaseOrdersSchema(ApiSchema):
    """A page of orders."""

    rows = fields.List(fields.Nested(PurchaseOrderSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class GoodsReceiptRowSchema(ApiSchema):
    """A receipt in a list."""

    reference = fields.String(required=True)
    order_reference = fields.String(required=True)
    supplier = fields.String(required=True)
    state = fields.Enum(ReceiptState, by_value=True, required=True)
    opened_at = Moment(required=True)
    lines = Int(required=True)
    differences = Int(required=True)


class GoodsReceiptsSchema(ApiSchema):
    """A page of receipts."""

    rows = fields.List(fields.Nested(GoodsReceiptRowSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class PlacedPartSchema(ApiSchema):
    """What of a line lies in one bin."""

    place_code = fields.String(required=True)
    quantity = Int(required=True)


class GoodsLineSchema(ApiSchema):
    """A line of a receipt."""

    line_id = Int(required=True)
    item_code = fields.String(required=True)
    item_name = fields.String(required=True)
    strength = fields.String(required=True)
    base_unit = fields.String(required=True)
    is_coded = fields.Boolean(required=True)
    storage_class = fields.Enum(StorageClass, by_value=True, required=True)
    special_class = fields.Enum(SpecialClass, by_value=True, required=True)
    lot_number = fields.String(required=True)
    maker = fields.String(required=True)
    expires_on = fields.Date(required=True)
    hold = fields.Enum(LotHold, by_value=True, required=True)
    expected = Int(required=True)
    first_count = Int(required=True, allow_none=True)
    second_count = Int(required=True, allow_none=True)
    condition = fields.Enum(Condition, by_value=True, required=True)
    reason = fields.String(required=True)
    accepted = Int(required=True, allow_none=True)
    place_code = fields.String(required=True, allow_none=True)
    placements = fields.List(fields.Nested(PlacedPartSchema), required=True)


class GoodsReceiptSchema(ApiSchema):
    """A receipt with its lines."""

    reference = fields.String(required=True)
    order_reference = fields.String(required=True)
    supplier = fields.String(required=True)
    state = fields.Enum(ReceiptState, by_value=True, required=True)
    opened_at = Moment(required=True)
    opened_by = fields.String(required=True)
    accepted_at = Moment(required=True, allow_none=True)
    accepted_by = fields.String(required=True, allow_none=True)
    second_person = fields.String(required=True, allow_none=True)
    lines = fields.List(fields.Nested(GoodsLineSchema), required=True)


class GoodsScanSchema(ApiSchema):
    """A scanned or typed code; ``client_event_id`` names this one scan."""

    code = Text(shortest=1, longest=200, required=True)
    client_event_id = Text(shortest=1, longest=64, load_default=None)

    @post_load
    def to_request(self, data: dict[str, Any], **_: object) -> ScanRequest:
        return ScanRequest(code=data["code"], client_key=data["client_event_id"])


class GoodsScannedSchema(ApiSchema):
    """How a scan was answered; ``message`` is for people."""

    outcome = fields.Enum(ScanOutcome, by_value=True, required=True)
    message = fields.String(required=True)
    scan_id = Int(required=True)
    code = fields.String(required=True)
    level = fields.Enum(UnitLevel, by_value=True, required=True, allow_none=True)
    quantity = Int(required=True)
    line_id = Int(required=True)
    expected = Int(required=True)
    first_count = Int(required=True, allow_none=True)


class GoodsSignatureSchema(ApiSchema):
    """The second person's own credential; both or neither."""

    username = Text(longest=100, load_default="")
    password = Secret(load_default=None, allow_none=True)

    @validates_schema
    def both_or_neither(self, data: dict[str, Any], **_: object) -> None:
        if bool(data.get("username")) != bool(data.get("password")):
            raise ValidationError("user name and password belong together", "username")


def credentials(typed: dict[str, Any], address: str | None) -> Credentials | None:
    """Return the second person's credential out of a loaded shape, if one was given."""
    if not typed["username"]:
        return None
    return Credentials(
        username=typed["username"], password=typed["password"], address=address or ""
    )


class GoodsCountSchema(ApiSchema):
    """The first count of a line, in base units."""

    line_id = an_id(required=True)
    quantity = a_quantity(required=True)

    @post_load
    def to_request(self, data: dict[str, Any], **_: object) -> Count:
        return Count(**data)


class SecondCountSchema(GoodsSignatureSchema):
    """The second count of a line, signed by who counted unless they are signed in."""

    line_id = an_id(required=True)
    quantity = a_quantity(required=True)


class TypedLotSchema(ApiSchema):
    """A lot typed from its label; ``expected`` is what the delivery note says."""

    order_line_id = an_id(required=True)
    maker = Text(shortest=1, longest=100, required=True)
    lot_number = Text(shortest=1, longest=40, required=True)
    expires_on = fields.Date(required=True)
    made_on = fields.Date(load_default=None, allow_none=True)
    expected = a_quantity(1, required=True)
    quantity = a_quantity(required=True)

    @post_load
    def to_request(self, data: dict[str, Any], **_: object) -> TypedLot:
        names = ("maker", "lot_number", "expires_on", "made_on")
        label = Label(**{name: data.pop(name) for name in names})
        return TypedLot(label=label, **data)


class JudgementSchema(ApiSchema):
    """Goods set apart; without a quantity the whole line."""

    line_id = an_id(required=True)
    condition = fields.Enum(Condition, by_value=True, required=True)
    reason = Text(longest=200, load_default="")
    quantity = a_quantity(1, load_default=None, allow_none=True)

    @post_load
    def to_request(self, data: dict[str, Any], **_: object) -> Judgement:
        return Judgement(**data)


class PlacementSchema(ApiSchema):
    """A line and its bin; a quantity, or codes of coded goods, where it goes to several bins."""

    line_id = an_id(required=True)
    place_code = Text(shortest=1, longest=60, required=True)
    quantity = a_quantity(1, load_default=None, allow_none=True)
    codes = fields.List(
        Text(shortest=1, longest=200), load_default=list, validate=validate.Length(max=MOST_LINES)
    )

    @post_load
    def to_request(self, data: dict[str, Any], **_: object) -> Placement:
        return Placement(**data)


class PutAwaySchema(GoodsSignatureSchema):
    """Which lines go to which bins."""

    placements = fields.List(
        fields.Nested(PlacementSchema),
        required=True,
        validate=validate.Length(min=1, max=MOST_LINES),
    )


class PutAwayFormSchema(GoodsSignatureSchema):
    """The same as a form: lists side by side, codes one a line; a part without a bin waits."""

    line_id = fields.List(an_id(), required=True, validate=validate.Length(1, MOST_LINES))
    place_code = fields.List(Text(longest=60), required=True)
    quantity = fields.List(a_quantity(1, allow_none=True), load_default=list)
    codes = fields.List(Text(longest=LONGEST_CODES), load_default=list)

    @post_load
    def to_placements(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        columns = [data.pop(name) for name in ("line_id", "place_code", "quantity", "codes")]
        rows = [[one or "" for one in column] or [""] * len(columns[0]) for column in columns]
        if len({len(row) for row in rows}) > 1:
            raise ValidationError("one bin for each line", "place_code")
        placements = []
        for line_id, place_code, quantity, codes in zip(*rows, strict=True):
            if place_code:
                placements.append(
                    Placement(
                        line_id=line_id,
                        place_code=place_code,
                        quantity=quantity or None,
                        codes=codes.split(),
                    )
                )
            elif quantity or codes:
                raise ValidationError("a part without a bin", "place_code")
        return {**data, "placements": placements}
