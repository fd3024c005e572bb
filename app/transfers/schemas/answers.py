"""Transfers as programs read them."""

from marshmallow import fields

from app.inventory.models import Condition
from app.transfers.rules import (
    ReturnReason,
    TransferKind,
    TransferState,
    Whereabouts,
)
from app.web.schema import (
    ApiSchema,
    Int,
    Moment,
    Money,
)


class TransferRowSchema(ApiSchema):
    """A transfer in a list."""

    reference = fields.String(required=True)
    kind = fields.Enum(TransferKind, by_value=True, required=True)
    state = fields.Enum(TransferState, by_value=True, required=True)
    sender_id = Int(required=True)
    sender = fields.String(required=True)
    receiver_id = Int(required=True)
    receiver = fields.String(required=True)
    return_reason = fields.Enum(ReturnReason, by_value=True, required=True, allow_none=True)
    due_on = fields.Date(required=True, allow_none=True)
    loan_reference = fields.String(required=True, allow_none=True)
    notes = fields.String(required=True)
    answer = fields.String(required=True)
    carrier = fields.String(required=True)
    created_at = Moment(required=True)
    created_by = fields.String(required=True)
    decided_at = Moment(required=True, allow_none=True)
    lapsed_at = Moment(required=True, allow_none=True)
    handed_at = Moment(required=True, allow_none=True)
    received_at = Moment(required=True, allow_none=True)
    lines = Int(required=True)
    first_item = fields.String(required=True, allow_none=True)


class TransfersSchema(ApiSchema):
    """A page of transfers."""

    rows = fields.List(fields.Nested(TransferRowSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class TransferLineSchema(ApiSchema):
    """A line of a transfer; ``price`` is of a sales pack."""

    id = Int(required=True)
    item_id = Int(required=True)
    item_name = fields.String(required=True)
    strength = fields.String(required=True)
    base_unit = fields.String(required=True)
    price = Money(attribute="price_fen", required=True)
    is_coded = fields.Boolean(required=True)
    lot_number = fields.String(required=True, allow_none=True)
    condition = fields.Enum(Condition, by_value=True, required=True)
    asked = Int(required=True)
    approved = Int(required=True, allow_none=True)
    shortage = Int(required=True)
    owed = Int(required=True)
    settled = Int(required=True)


class TransferContentSchema(ApiSchema):
    """What was handed over of a lot, or one coded pack, and how it arrived."""

    id = Int(required=True)
    line_id = Int(required=True)
    lot_number = fields.String(required=True)
    expires_on = fields.Date(required=True)
    code = fields.String(required=True, allow_none=True)
    condition = fields.Enum(Condition, by_value=True, required=True)
    quantity = Int(required=True)
    usable = Int(required=True)
    quarantine = Int(required=True)
    damaged = Int(required=True)
    missing = Int(required=True)
    whereabouts = fields.Enum(Whereabouts, by_value=True, required=True, allow_none=True)


class TransferSchema(ApiSchema):
    """A transfer with its lines and what it carries."""

    transfer = fields.Nested(TransferRowSchema, required=True)
    lines = fields.List(fields.Nested(TransferLineSchema), required=True)
    contents = fields.List(fields.Nested(TransferContentSchema), required=True)


class LoanSchema(ApiSchema):
    """An item one facility owes another."""

    reference = fields.String(required=True)
    sender = fields.String(required=True)
    receiver = fields.String(required=True)
    due_on = fields.Date(required=True)
    line_id = Int(required=True)
    item_name = fields.String(required=True)
    owed = Int(required=True)
    settled = Int(required=True)
    open = Int(required=True)


class LoansSchema(ApiSchema):
    """What is still owed."""

    rows = fields.List(fields.Nested(LoanSchema), required=True)
