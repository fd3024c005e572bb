"""What is asked of another facility: queries, requests, returns."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from app.inventory.models import Condition
from app.kernel.ids import (
    FacilityId,
    ItemId,
    LotId,
)
from app.transfers.rules import (
    BY_HOLDER,
    ReturnReason,
    TransferKind,
)
from app.transfers.service import Ask, Wish
from app.web.schema import (
    ApiSchema,
    QuerySchema,
    Text,
    a_quantity,
    an_id,
)

MOST_LINES = 200
ASKABLE = (TransferKind.TRANSFER, TransferKind.LOAN, TransferKind.RETURN)


class TransferQuerySchema(QuerySchema):
    """Which transfers to list: those under way, or all; of a kind."""

    all = fields.Boolean(load_default=False)
    kind = fields.Enum(TransferKind, by_value=True, load_default=None, allow_none=True)
    cursor = Text(longest=200, load_default="")


class NewTransferQuerySchema(QuerySchema):
    """What the form is filled in with: an item and who holds it, from the county's list."""

    kind = fields.Enum(TransferKind, by_value=True, load_default=TransferKind.TRANSFER)
    item_id = an_id(load_default=None, allow_none=True)
    holder_id = an_id(load_default=None, allow_none=True)
    q = Text(longest=60, load_default="")


class WishSchema(ApiSchema):
    """So many base units of an item; a return names the lot."""

    item_id = an_id(required=True)
    quantity = a_quantity(1, required=True)
    lot_id = an_id(load_default=None, allow_none=True)
    condition = fields.Enum(Condition, by_value=True, load_default=Condition.USABLE)

    @post_load
    def to_wish(self, data: dict[str, Any], **_: object) -> Wish:
        lot = data["lot_id"]
        return Wish(
            item_id=ItemId(data["item_id"]),
            quantity=data["quantity"],
            lot_id=LotId(lot) if lot else None,
            condition=data["condition"],
        )


class AskSchema(ApiSchema):
    """A request: who holds the goods, or for a return who gets them (``other_id``)."""

    kind = fields.Enum(TransferKind, by_value=True, load_default=TransferKind.TRANSFER)
    other_id = an_id(load_default=None, allow_none=True)
    facility_id = an_id(load_default=None, allow_none=True)
    wishes = fields.List(
        fields.Nested(WishSchema), required=True, validate=validate.Length(1, MOST_LINES)
    )
    notes = Text(longest=200, load_default="")
    due_on = fields.Date(load_default=None, allow_none=True)
    return_reason = fields.Enum(ReturnReason, by_value=True, load_default=None, allow_none=True)

    @validates_schema
    def askable(self, data: dict[str, Any], **_: object) -> None:
        kind = data["kind"]
        if kind not in ASKABLE:
            raise ValidationError("a loan is given back from the list of loans", "kind")
        if (kind is TransferKind.RETURN) != (data["return_reason"] is not None):
            raise ValidationError("a return, and only a return, has a reason", "return_reason")
        if kind is not TransferKind.RETURN and data["other_id"] is None:
            raise ValidationError("who holds the goods?", "other_id")


class AskFormSchema(ApiSchema):
    """The same from a page: one item, asked in base units."""

    kind = fields.Enum(TransferKind, by_value=True, load_default=TransferKind.TRANSFER)
    holder_id = an_id(required=True)
    item_id = an_id(required=True)
    facility_id = an_id(load_default=None, allow_none=True)
    packs = a_quantity(load_default=0)
    loose = a_quantity(load_default=0)
    notes = Text(longest=200, load_default="")
    due_on = fields.Date(load_default=None, allow_none=True)


class ReturnFormSchema(ApiSchema):
    """Lots to send back: two lists side by side; a lot without a quantity stays."""

    facility_id = an_id(load_default=None, allow_none=True)
    return_reason = fields.Enum(ReturnReason, by_value=True, required=True)
    notes = Text(longest=200, load_default="")
    item_id = fields.List(an_id(), required=True, validate=validate.Length(1, MOST_LINES))
    lot_id = fields.List(an_id(), required=True, validate=validate.Length(1, MOST_LINES))
    condition = fields.List(fields.Enum(Condition, by_value=True), required=True)
    quantity = fields.List(Text(longest=12, pattern=r"^[0-9]{0,9}$"), required=True)

    @post_load
    def to_wishes(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        columns = [data.pop(name) for name in ("item_id", "lot_id", "condition", "quantity")]
        if len({len(column) for column in columns}) != 1:
            raise ValidationError("one quantity for each lot", "quantity")
        wishes = [
            Wish(item_id=item, quantity=int(quantity), lot_id=lot, condition=condition)
            for item, lot, condition, quantity in zip(*columns, strict=True)
            if quantity and int(quantity)
        ]
        return {**data, "wishes": wishes}


def ask_of(typed: dict[str, Any], own: FacilityId, centre: FacilityId) -> Ask:
    """Return a loaded request as the service takes it; returns go to the centre by default."""
    kind = typed["kind"]
    mine = FacilityId(typed["facility_id"] or own)
    other = FacilityId(typed["other_id"] or centre)
    by_holder = kind in BY_HOLDER
    return Ask(
        kind=kind,
        sender_id=mine if by_holder else other,
        receiver_id=other if by_holder else mine,
        asked_by_id=mine,
        wishes=typed["wishes"],
        notes=typed["notes"],
        due_on=typed["due_on"],
        return_reason=typed["return_reason"],
    )
