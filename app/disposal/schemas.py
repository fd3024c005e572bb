"""JSON and form shapes of write-offs and destructions."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from app.accounts.schemas import SignedForm
from app.accounts.service import Credentials
from app.disposal.queries import Which
from app.disposal.rules import DestructionMethod, LossReason, WriteOffState
from app.disposal.service import Destroying, Proposal
from app.inventory.models import Condition
from app.kernel.ids import WriteOffLineId
from app.web.schema import ApiSchema, Int, Moment, Money, QuerySchema, Text, a_quantity, an_id

MOST_LINES = 200
MOST_CODES = 1000


class WriteOffQuerySchema(QuerySchema):
    """Which write-offs to list: those not decided, all, or those of goods of a document."""

    all = fields.Boolean(load_default=False)
    origin = Text(longest=40, load_default="")
    cursor = Text(longest=200, load_default="")


class NewWriteOffQuerySchema(QuerySchema):
    """Which goods to show, and what is filled in already."""

    which = fields.Enum(Which, by_value=True, load_default=Which.EXPIRED)
    q = Text(longest=60, load_default="")
    lot_id = an_id(load_default=None, allow_none=True)
    reason = fields.Enum(LossReason, by_value=True, load_default=None, allow_none=True)
    origin = Text(longest=40, load_default="")


class DestructionQuerySchema(QuerySchema):
    """Which page of destructions."""

    cursor = Text(longest=200, load_default="")


class ProposalSchema(ApiSchema):
    """Goods to write off: two lists side by side; what has no quantity stays."""

    reason = fields.Enum(LossReason, by_value=True, required=True)
    note = Text(longest=200, load_default="")
    origin = Text(longest=40, load_default="")
    balance_id = fields.List(an_id(), required=True, validate=validate.Length(1, MOST_LINES))
    quantity = fields.List(Text(longest=12, pattern=r"^[0-9]{0,9}$"), required=True)

    @post_load
    def to_proposal(self, data: dict[str, Any], **_: object) -> Proposal:
        balances, quantities = data.pop("balance_id"), data.pop("quantity")
        if len(balances) != len(quantities) or len(set(balances)) < len(balances):
            raise ValidationError("one quantity for each lot", "quantity")
        pairs = zip(balances, quantities, strict=True)
        chosen = {one: int(quantity) for one, quantity in pairs if quantity and int(quantity)}
        return Proposal(quantities=chosen, **data)


class QuantitiesSchema(ApiSchema):
    """What a draft's lines shall be; nothing takes a line off."""

    line_id = fields.List(an_id(), required=True, validate=validate.Length(1, MOST_LINES))
    quantity = fields.List(a_quantity(), required=True)

    @post_load
    def to_quantities(self, data: dict[str, Any], **_: object) -> dict[WriteOffLineId, int]:
        return _side_by_side(data)


class ScannedSchema(ApiSchema):
    """The codes of packs or cartons, one on a line, where goods have codes of their own."""

    codes = Text(longest=50_000, load_default="")

    @post_load
    def to_codes(self, data: dict[str, Any], **_: object) -> list[str]:
        codes: list[str] = data["codes"].split()
        if len(codes) > MOST_CODES:
            raise ValidationError("too many codes", "codes")
        return codes


class ConfirmationSchema(SignedForm):
    """Who signs beside the one who confirms: always where one person pressed both buttons."""


class WriteOffReasonSchema(ApiSchema):
    """Why; the other person reads it."""

    reason = Text(shortest=1, longest=200, required=True)


class WithdrawalSchema(ApiSchema):
    """Why a write-off is withdrawn, if there is anything to say."""

    reason = Text(longest=200, load_default="")


class WriteOffUndoSchema(SignedForm):
    """Why a write-off is undone, and who signs beside."""

    reason = Text(shortest=1, longest=200, required=True)


class DestroyingSchema(SignedForm):
    """A destruction: what, two lists side by side, and when, where, how, before whom."""

    line_id = fields.List(an_id(), required=True, validate=validate.Length(1, MOST_LINES))
    quantity = fields.List(Text(longest=12, pattern=r"^[0-9]{0,9}$"), required=True)
    destroyed_on = fields.Date(required=True)
    place = Text(shortest=1, longest=100, required=True)
    method = fields.Enum(DestructionMethod, by_value=True, required=True)
    note = Text(longest=200, load_default="")
    authority_name = Text(longest=60, load_default="")
    authority_position = Text(longest=100, load_default="")

    @post_load
    def to_quantities(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        data["quantity"] = [int(text or 0) for text in data["quantity"]]
        if bool(data["authority_name"]) != bool(data["authority_position"]):
            raise ValidationError("name and position belong together", "authority_position")
        chosen = _side_by_side(data)
        quantities = {line: quantity for line, quantity in chosen.items() if quantity}
        return {**data, "quantities": quantities}


def destroying(typed: dict[str, Any], second: Credentials | None) -> Destroying:
    """Return a loaded destruction as the service takes it."""
    return Destroying(second=second, **typed)


def _side_by_side(data: dict[str, Any]) -> dict[WriteOffLineId, int]:
    lines, quantities = data.pop("line_id"), data.pop("quantity")
    if len(lines) != len(quantities) or len(set(lines)) < len(lines):
        raise ValidationError("one quantity for each line", "quantity")
    return dict(zip(lines, quantities, strict=True))


class WriteOffRowSchema(ApiSchema):
    """A write-off in a list."""

    reference = fields.String(required=True)
    facility_id = Int(required=True)
    facility = fields.String(required=True)
    state = fields.Enum(WriteOffState, by_value=True, required=True)
    reason = fields.Enum(LossReason, by_value=True, required=True)
    note = fields.String(required=True)
    origin = fields.String(required=True)
    created_at = Moment(required=True)
    created_by = fields.String(required=True)
    submitted_by = fields.String(required=True, allow_none=True)
    submitted_at = Moment(required=True, allow_none=True)
    decided_by = fields.String(required=True, allow_none=True)
    decided_at = Moment(required=True, allow_none=True)
    witness = fields.String(required=True, allow_none=True)
    answer = fields.String(required=True)
    lines = Int(required=True)
    first_item = fields.String(required=True, allow_none=True)


class WriteOffsSchema(ApiSchema):
    """A page of write-offs."""

    rows = fields.List(fields.Nested(WriteOffRowSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class WriteOffLineSchema(ApiSchema):
    """A line of a write-off; ``value`` is what the goods had cost."""

    id = Int(required=True)
    item_id = Int(required=True)
    item_name = fields.String(required=True)
    strength = fields.String(required=True)
    base_unit = fields.String(required=True)
    is_coded = fields.Boolean(required=True)
    is_controlled = fields.Boolean(required=True)
    lot_number = fields.String(required=True)
    expires_on = fields.Date(required=True)
    place_code = fields.String(required=True)
    condition = fields.Enum(Condition, by_value=True, required=True)
    quantity = Int(required=True)
    destroyed = Int(required=True)
    value = Money(attribute="value_fen", required=True)


class WriteOffSchema(ApiSchema):
    """A write-off with its lines."""

    write_off = fields.Nested(WriteOffRowSchema, required=True)
    lines = fields.List(fields.Nested(WriteOffLineSchema), required=True)


class WaitingSchema(ApiSchema):
    """Written-off goods that wait to be destroyed."""

    line_id = Int(required=True)
    facility = fields.String(required=True)
    write_off = fields.String(required=True)
    reason = fields.Enum(LossReason, by_value=True, required=True)
    item_name = fields.String(required=True)
    base_unit = fields.String(required=True)
    is_controlled = fields.Boolean(required=True)
    lot_number = fields.String(required=True)
    quantity = Int(required=True)
    destroyed = Int(required=True)
    left = Int(required=True)


class WaitingListSchema(ApiSchema):
    """Everything that waits."""

    rows = fields.List(fields.Nested(WaitingSchema), required=True)


class DestructionRowSchema(ApiSchema):
    """A destruction in a list."""

    reference = fields.String(required=True)
    facility = fields.String(required=True)
    destroyed_on = fields.Date(required=True)
    place = fields.String(required=True)
    method = fields.Enum(DestructionMethod, by_value=True, required=True)
    note = fields.String(required=True)
    authority_name = fields.String(required=True)
    authority_position = fields.String(required=True)
    by = fields.String(required=True)
    second = fields.String(required=True)
    recorded_at = Moment(required=True)
    lines = Int(required=True)


class DestructionsSchema(ApiSchema):
    """A page of destructions."""

    rows = fields.List(fields.Nested(DestructionRowSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class DestroyedSchema(ApiSchema):
    """What a destruction took of a written-off line."""

    write_off = fields.String(required=True)
    reason = fields.Enum(LossReason, by_value=True, required=True)
    item_name = fields.String(required=True)
    base_unit = fields.String(required=True)
    lot_number = fields.String(required=True)
    quantity = Int(required=True)


class DestructionSchema(ApiSchema):
    """A destruction with what it took."""

    destruction = fields.Nested(DestructionRowSchema, required=True)
    lines = fields.List(fields.Nested(DestroyedSchema), required=True)
