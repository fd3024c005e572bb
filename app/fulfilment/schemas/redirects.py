"""Shapes of redirects."""

from marshmallow import fields

from app.fulfilment.rules import Compartment, ToteState
from app.fulfilment.schemas.totes import CursorSchema
from app.web.schema import ApiSchema, Moment, Text


class RedirectQuerySchema(CursorSchema):
    """Open ones only, or all; ``tote`` fills the form of whoever asks."""

    all = fields.Boolean(load_default=False)
    tote = Text(load_default="", longest=260)


class AskRedirectSchema(ApiSchema):
    """A tote that turned up at the wrong door, and why it should stay."""

    tote_code = Text(required=True, shortest=1, longest=260)
    reason = Text(required=True, shortest=1, longest=200)


class RulingSchema(ApiSchema):
    """What the centre says, and why."""

    approve = fields.Boolean(required=True)
    reason = Text(required=True, shortest=1, longest=200)


class RedirectSchema(ApiSchema):
    """A tote that turned up at another facility, and what the centre said."""

    reference = fields.String(required=True)
    tote = fields.String(required=True)
    compartment = fields.Enum(Compartment, by_value=True, required=True)
    tote_state = fields.Enum(ToteState, by_value=True, required=True)
    requisition = fields.String(required=True)
    sent_to = fields.String(required=True)
    turned_up_at = fields.String(required=True)
    reason = fields.String(required=True)
    asked_by = fields.String(required=True)
    asked_at = Moment(required=True)
    approved = fields.Boolean(required=True, allow_none=True)
    answer = fields.String(required=True)
    decided_by = fields.String(required=True, allow_none=True)
    decided_at = Moment(required=True, allow_none=True)


class RedirectsSchema(ApiSchema):
    """A page of redirects."""

    rows = fields.List(fields.Nested(RedirectSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
