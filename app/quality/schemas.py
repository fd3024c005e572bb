"""Shapes of quality's decisions."""

from marshmallow import fields

from app.accounts.schemas import SecondPersonSchema, SignedForm
from app.web.schema import ApiSchema, Text


class DecisionSchema(ApiSchema):
    """Why goods may be used again, and the second person's own credential where two decide."""

    reason = Text(shortest=1, longest=200, required=True)
    second = fields.Nested(SecondPersonSchema, load_default=None, allow_none=True)


class DecisionForm(SignedForm):
    """The same as a form."""

    reason = Text(shortest=1, longest=200, required=True)


class SetApartSchema(ApiSchema):
    """Why a pack is set apart."""

    reason = Text(shortest=1, longest=200, required=True)
