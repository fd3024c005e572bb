"""What happens to a transfer: granted, handed over, inspected, settled, given back."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from app.accounts.service import Credentials
from app.kernel.ids import (
    FacilityId,
    ItemId,
    LotId,
    TransferContentId,
    TransferLineId,
)
from app.transfers.rules import (
    Inspected,
    Whereabouts,
)
from app.transfers.service import Chosen, Settlement
from app.web.schema import (
    ApiSchema,
    Secret,
    Text,
    a_quantity,
    an_id,
)

MOST_LINES = 200
MOST_CODES = 1000


class GrantSchema(ApiSchema):
    """What of each line is granted; a line that is not named is granted as asked."""

    line_id = fields.List(an_id(), load_default=list, validate=validate.Length(max=MOST_LINES))
    quantity = fields.List(a_quantity(), load_default=list)
    answer = Text(longest=200, load_default="")

    @post_load
    def to_quantities(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        if len(data["line_id"]) != len(data["quantity"]):
            raise ValidationError("one quantity for each line", "quantity")
        granted = {
            TransferLineId(line): quantity
            for line, quantity in zip(data["line_id"], data["quantity"], strict=True)
        }
        return {"quantities": granted, "answer": data["answer"]}


class TransferReasonSchema(ApiSchema):
    """Why; the other facility reads it."""

    reason = Text(shortest=1, longest=200, required=True)


class SignedSchema(ApiSchema):
    """A second person's own credential where controlled medicines move; both or neither."""

    username = Text(longest=100, load_default="")
    password = Secret(load_default=None, allow_none=True)

    @validates_schema
    def both_or_neither(self, data: dict[str, Any], **_: object) -> None:
        if bool(data.get("username")) != bool(data.get("password")):
            raise ValidationError("user name and password belong together", "username")


def take_credentials(typed: dict[str, Any], address: str | None) -> Credentials | None:
    """Take the second person's credential out of a loaded shape, if one was given."""
    username, password = typed.pop("username"), typed.pop("password")
    if not username:
        return None
    return Credentials(username=username, password=password, address=address or "")


class HandOverSchema(SignedSchema):
    """Who carries the goods, the scanned codes, and how much of a line where it is less."""

    carrier = Text(shortest=1, longest=60, required=True)
    codes = Text(longest=50_000, load_default="")
    line_id = fields.List(an_id(), load_default=list, validate=validate.Length(max=MOST_LINES))
    quantity = fields.List(a_quantity(), load_default=list)
    short_reason = Text(longest=200, load_default="")

    @post_load
    def to_quantities(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        codes = data["codes"].split()
        if len(data["line_id"]) != len(data["quantity"]) or len(codes) > MOST_CODES:
            raise ValidationError("one quantity for each line", "quantity")
        pairs = zip(data.pop("line_id"), data.pop("quantity"), strict=True)
        quantities = {TransferLineId(line): quantity for line, quantity in pairs}
        return {**data, "codes": codes, "quantities": quantities}


class InspectionSchema(SignedSchema):
    """How each content arrived: three numbers side by side; the rest is missing."""

    content_id = fields.List(an_id(), load_default=list, validate=validate.Length(max=MOST_CODES))
    usable = fields.List(a_quantity(), load_default=list)
    quarantine = fields.List(a_quantity(), load_default=list)
    damaged = fields.List(a_quantity(), load_default=list)
    note = Text(longest=200, load_default="")

    @post_load
    def to_inspected(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        columns = [data.pop(name) for name in ("content_id", "usable", "quarantine", "damaged")]
        if len({len(column) for column in columns}) != 1:
            raise ValidationError("three numbers for each content", "usable")
        inspected = {
            TransferContentId(content): Inspected(usable=good, quarantine=apart, damaged=bad)
            for content, good, apart, bad in zip(*columns, strict=True)
        }
        return {**data, "inspected": inspected}


class SettlementSchema(SignedSchema):
    """What became of the missing part of a content."""

    content_id = an_id(required=True)
    whereabouts = fields.Enum(Whereabouts, by_value=True, required=True)
    reason = Text(shortest=1, longest=200, required=True)


def settlement(typed: dict[str, Any], reference: str) -> Settlement:
    """Return a loaded settlement as the service takes it."""
    return Settlement(
        reference=reference,
        content_id=TransferContentId(typed["content_id"]),
        whereabouts=typed["whereabouts"],
        reason=typed["reason"],
    )


class GiveBackSchema(ApiSchema):
    """How much of each line of a loan is given back."""

    line_id = fields.List(an_id(), required=True, validate=validate.Length(1, MOST_LINES))
    quantity = fields.List(a_quantity(), required=True)

    @post_load
    def to_parts(self, data: dict[str, Any], **_: object) -> list[tuple[TransferLineId, int]]:
        if len(data["line_id"]) != len(data["quantity"]):
            raise ValidationError("one quantity for each line", "quantity")
        pairs = zip(data["line_id"], data["quantity"], strict=True)
        return [(TransferLineId(line), quantity) for line, quantity in pairs if quantity]


class ChosenSchema(ApiSchema):
    """A proposal that was chosen."""

    lot_id = an_id(required=True)
    item_id = an_id(required=True)
    sender_id = an_id(required=True)
    receiver_id = an_id(required=True)
    quantity = a_quantity(1, required=True)

    @post_load
    def to_chosen(self, data: dict[str, Any], **_: object) -> Chosen:
        return Chosen(**data)


class PullBackSchema(ApiSchema):
    """Which proposals to turn into requests."""

    chosen = fields.List(
        fields.Nested(ChosenSchema), required=True, validate=validate.Length(1, MOST_LINES)
    )
    notes = Text(longest=200, load_default="")


class PullBackFormSchema(ApiSchema):
    """The same from a page: each tick is ``lot-item-sender-receiver-quantity``."""

    chosen = fields.List(
        Text(pattern=r"^[0-9]{1,18}(-[0-9]{1,18}){4}$"),
        required=True,
        validate=validate.Length(1, MOST_LINES),
    )
    notes = Text(longest=200, load_default="")

    @post_load
    def to_chosen(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        ticked = [[int(part) for part in one.split("-")] for one in data["chosen"]]
        chosen = [
            Chosen(
                lot_id=LotId(lot),
                item_id=ItemId(item),
                sender_id=FacilityId(sender),
                receiver_id=FacilityId(receiver),
                quantity=quantity,
            )
            for lot, item, sender, receiver, quantity in ticked
        ]
        return {**data, "chosen": chosen}
