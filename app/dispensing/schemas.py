"""JSON and form shapes of dispensing."""

from typing import Any

from flask_babel import gettext
from marshmallow import ValidationError, fields, post_load, validate

from app.accounts.schemas import SecondPersonSchema, SignedForm, second_person
from app.dispensing.models import DispensingKind
from app.dispensing.service import Advice, Given, Papers, Prescription, Use
from app.inventory.models import UseTag
from app.web.messages.tracing import ADVICE, ALREADY_GIVEN, GIVEN
from app.web.schema import ApiSchema, Int, Moment, QuerySchema, Text, a_quantity, an_id

MOST_LINES = 100


class DocumentQuerySchema(QuerySchema):
    """Which page of documents."""

    cursor = Text(longest=200, load_default="")


class UsableQuerySchema(QuerySchema):
    """Which items to offer for recording use."""

    q = Text(longest=60, load_default="")
    facility_id = an_id(load_default=None, allow_none=True)


class PrescriptionSchema(ApiSchema):
    """The prescription controlled medicines are given on."""

    number = Text(shortest=1, longest=60, required=True)
    patient = Text(shortest=1, longest=60, required=True)
    prescriber = Text(shortest=1, longest=60, required=True)

    @post_load
    def to_prescription(self, data: dict[str, Any], **_: object) -> Prescription:
        return Prescription(**data)


class PapersSchema(ApiSchema):
    """What controlled medicines ask for: a prescription, and a second person who signs."""

    prescription = fields.Nested(PrescriptionSchema, load_default=None, allow_none=True)
    second = fields.Nested(SecondPersonSchema, load_default=None, allow_none=True)


class PapersForm(SignedForm):
    """The same as form fields; all are empty where no controlled medicine is given."""

    number = Text(longest=60, load_default="")
    patient = Text(longest=60, load_default="")
    prescriber = Text(longest=60, load_default="")

    @post_load
    def to_prescription(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        told = {name: data.pop(name) for name in ("number", "patient", "prescriber")}
        if any(told.values()) and not all(told.values()):
            missing = next(name for name, value in told.items() if not value)
            raise ValidationError("number, patient and prescriber belong together", missing)
        return {**data, "prescription": Prescription(**told) if all(told.values()) else None}


def with_papers(typed: dict[str, Any], address: str | None) -> dict[str, Any]:
    """Return a loaded body or form whose signatures are papers as the service takes them."""
    second, prescription = second_person(typed, address), typed.pop("prescription")
    return {**typed, "papers": Papers(prescription=prescription, second=second)}


class DispenseSchema(PapersSchema):
    """A scanned pack; without a quantity all that is left in it.

    A device that names itself, and the prescription or bill it scans for, gets the first answer
    to a code it reads twice within ten seconds. ``item_id`` is what is asked for.
    """

    code = Text(shortest=1, longest=200, required=True)
    quantity = a_quantity(1, load_default=None, allow_none=True)
    note = Text(longest=200, load_default="")
    device = Text(longest=60, load_default="")
    document = Text(longest=60, load_default="")
    item_id = an_id(load_default=None, allow_none=True)
    client_event_id = Text(longest=100, load_default="")


class DispenseForm(PapersForm):
    """The same as a form."""

    code = Text(shortest=1, longest=200, required=True)
    quantity = a_quantity(1, load_default=None, allow_none=True)
    note = Text(longest=200, load_default="")


class AdviceSchema(ApiSchema):
    """A warning that refuses nothing; ``detail`` is for people."""

    code = fields.String(required=True)
    detail = fields.String(required=True)
    data = fields.Dict(keys=fields.String(), required=True)


class GivenSchema(ApiSchema):
    """What was given, and what is left in the pack; ``message`` is for people.

    Of a scan that was read twice ``answer`` is ``already-done`` and ``replay`` true: nothing new
    was done. ``ambiguous`` marks a code that might be a GS1 asset number too.
    """

    outcome = fields.String(required=True, validate=validate.OneOf(["accepted", "duplicate"]))
    answer = fields.String(required=True, validate=validate.OneOf(["given", "already-done"]))
    replay = fields.Boolean(required=True)
    ambiguous = fields.Boolean(required=True)
    warnings = fields.List(fields.Nested(AdviceSchema), required=True)
    message = fields.String(required=True)
    reference = fields.String(required=True)
    code = fields.String(required=True)
    item_name = fields.String(required=True)
    quantity = Int(required=True)
    remaining = Int(required=True)


def given_text(given: Given) -> str:
    """Return what people read of a pack that was given."""
    told = {
        "item": given.item.name,
        "quantity": given.quantity,
        "unit": given.item.base_unit,
        "left": given.unit.remaining,
    }
    return gettext(ALREADY_GIVEN if given.repeats else GIVEN) % told


def advice_text(advice: Advice) -> str:
    """Return what people read of a warning."""
    return gettext(ADVICE[advice.code]) % advice.data


def _tag() -> fields.Enum[Any]:
    return fields.Enum(UseTag, by_value=True, load_default=UseTag.ROUTINE)


class UseSchema(ApiSchema):
    """Base units used of an item; without a lot the first expiring ones."""

    item_id = an_id(required=True)
    quantity = a_quantity(1, required=True)
    lot_id = an_id(load_default=None, allow_none=True)

    @post_load
    def to_use(self, data: dict[str, Any], **_: object) -> Use:
        return Use(**data)


class ConsumeSchema(PapersSchema):
    """What a facility used; without a facility one's own, without a time now."""

    facility_id = an_id(load_default=None, allow_none=True)
    uses = fields.List(
        fields.Nested(UseSchema), required=True, validate=validate.Length(min=1, max=MOST_LINES)
    )
    note = Text(longest=200, load_default="")
    happened_at = Moment(load_default=None, allow_none=True)
    tag = _tag()


class ConsumeFormSchema(PapersForm):
    """The same as a form: items and quantities side by side; an empty quantity is skipped."""

    facility_id = an_id(load_default=None, allow_none=True)
    item_id = fields.List(an_id(), required=True, validate=validate.Length(1, MOST_LINES))
    quantity = fields.List(a_quantity(allow_none=True), required=True)
    note = Text(longest=200, load_default="")
    tag = _tag()

    @post_load
    def to_uses(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        items, quantities = data.pop("item_id"), data.pop("quantity")
        if len(items) != len(quantities):
            raise ValidationError("one quantity for each item", "quantity")
        pairs = zip(items, quantities, strict=True)
        uses = [Use(item_id=item, quantity=quantity) for item, quantity in pairs if quantity]
        if not uses:
            raise ValidationError("fill in at least one quantity", "quantity")
        return {**data, "uses": uses}


class UndoDispensingSchema(ApiSchema):
    """Why a dispensing is undone, and who signs beside one for controlled medicines."""

    reason = Text(shortest=1, longest=200, required=True)
    second = fields.Nested(SecondPersonSchema, load_default=None, allow_none=True)


class UndoDispensingForm(SignedForm):
    """The same as a form."""

    reason = Text(shortest=1, longest=200, required=True)


class ControlledPapersSchema(ApiSchema):
    """The prescription of a document with controlled medicines, and who signed second."""

    prescription = fields.String(required=True)
    patient = fields.String(required=True)
    prescriber = fields.String(required=True)
    second = fields.String(required=True)


class DispensedLineSchema(ApiSchema):
    """A line of a document."""

    item_name = fields.String(required=True)
    strength = fields.String(required=True)
    base_unit = fields.String(required=True)
    lot_number = fields.String(required=True)
    expires_on = fields.Date(required=True)
    code = fields.String(required=True, allow_none=True)
    quantity = Int(required=True)


class DispensingSchema(ApiSchema):
    """A dispensing document."""

    reference = fields.String(required=True)
    kind = fields.Enum(DispensingKind, by_value=True, required=True)
    facility_id = Int(required=True)
    facility = fields.String(required=True)
    happened_at = Moment(required=True)
    by = fields.String(required=True)
    note = fields.String(required=True)
    tag = fields.Enum(UseTag, by_value=True, required=True)
    undone_by = fields.String(required=True, allow_none=True)
    undoes = fields.String(required=True, allow_none=True)
    papers = fields.Nested(ControlledPapersSchema, allow_none=True)
    lines = fields.List(fields.Nested(DispensedLineSchema), required=True)


class DispensingsSchema(ApiSchema):
    """A page of documents."""

    rows = fields.List(fields.Nested(DispensingSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class UsableSchema(ApiSchema):
    """An item without codes that may be recorded as used."""

    item_id = Int(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    strength = fields.String(required=True)
    base_unit = fields.String(required=True)
    is_controlled = fields.Boolean(required=True)
    available = Int(required=True)
    nearest_expiry = fields.Date(required=True)


class UsablesSchema(ApiSchema):
    """Items that may be recorded as used."""

    rows = fields.List(fields.Nested(UsableSchema), required=True)
