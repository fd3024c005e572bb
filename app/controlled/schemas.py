"""JSON and form shapes of the register of controlled medicines."""

from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, post_load

from app.accounts.schemas import SecondPersonSchema, SignedForm
from app.catalogue.models import SpecialClass
from app.inventory.models import PostingKind
from app.web.schema import ApiSchema, Int, Moment, QuerySchema, Text, a_quantity, an_id


class RegistersQuerySchema(QuerySchema):
    """Whose registers; without a facility the one the actor looks at first."""

    facility_id = an_id(load_default=None, allow_none=True)


class RegisterQuerySchema(RegistersQuerySchema):
    """Whose register, and of which month; without one, the present month."""

    month = Text(longest=7, load_default="")

    @post_load
    def to_month(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        """Turn ``2026-11`` into its first day."""
        try:
            month = date.fromisoformat(f"{data['month']}-01") if data["month"] else None
        except ValueError as error:
            raise ValidationError("a month is written 2026-11", "month") from error
        return {**data, "month": month}


class ControlledItemSchema(ApiSchema):
    """A controlled item under lock, in base units."""

    item_id = Int(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    strength = fields.String(required=True)
    base_unit = fields.String(required=True)
    special_class = fields.Enum(SpecialClass, by_value=True, required=True)
    on_hand = Int(required=True)
    nearest_expiry = fields.Date(required=True, allow_none=True)


class ControlledItemsSchema(ApiSchema):
    """The controlled items of a facility."""

    rows = fields.List(fields.Nested(ControlledItemSchema), required=True)


class RegisterRowSchema(ApiSchema):
    """One line of a register; ``party`` is supplier, patient or facility."""

    occurred_at = Moment(required=True)
    kind = fields.Enum(PostingKind, by_value=True, required=True)
    document = fields.String(required=True)
    prescription = fields.String(required=True)
    party = fields.String(required=True)
    prescriber = fields.String(required=True)
    lot_number = fields.String(required=True)
    expires_on = fields.Date(required=True)
    quantity = Int(required=True)
    by = fields.String(required=True)
    second = fields.String(required=True)
    remaining = Int(required=True)


class ControlledRegisterSchema(ApiSchema):
    """A month of a register: opening plus received minus issued is closing."""

    item_id = Int(attribute="item.id", required=True)
    item_name = fields.String(attribute="item.name", required=True)
    facility_id = Int(attribute="facility.id", required=True)
    opening = Int(attribute="register.opening", required=True)
    received = Int(attribute="register.received", required=True)
    issued = Int(attribute="register.issued", required=True)
    awaiting_destruction = Int(required=True)
    closing = Int(attribute="register.closing", required=True)
    on_hand = Int(attribute="register.on_hand", required=True)
    given_to_patients = Int(attribute="given", required=True)
    ampoules_back = Int(required=True)
    rows = fields.List(fields.Nested(RegisterRowSchema), attribute="register.rows", required=True)


class AmpoulesSchema(ApiSchema):
    """Empty ampoules brought back; a second person counts them too."""

    facility_id = an_id(required=True)
    quantity = a_quantity(1, required=True)
    lot_number = Text(longest=40, load_default="")
    note = Text(longest=200, load_default="")
    second = fields.Nested(SecondPersonSchema, load_default=None, allow_none=True)


class AmpoulesForm(SignedForm):
    """The same as a form."""

    facility_id = an_id(required=True)
    quantity = a_quantity(1, required=True)
    lot_number = Text(longest=40, load_default="")
    note = Text(longest=200, load_default="")


class AmpouleReturnSchema(ApiSchema):
    """What was written down."""

    reference = fields.String(required=True)
    quantity = Int(required=True)
    returned_at = Moment(required=True)
