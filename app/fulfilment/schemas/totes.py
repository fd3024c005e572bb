"""Shapes of pick lists, totes, receipts and discrepancies."""

from typing import Any

from marshmallow import fields, post_load, validate

from app.accounts.schemas import SecondPersonSchema
from app.catalogue.models import StorageClass
from app.fulfilment.rules import MOST_LINES, Compartment, Resolution, ShortReason, ToteState
from app.fulfilment.schemas.requisitions import a_code
from app.fulfilment.service import Arrived, Count
from app.web.schema import ApiSchema, Int, Moment, QuerySchema, Text, a_quantity


class CursorSchema(QuerySchema):
    """Where the next page starts."""

    cursor = fields.String(load_default=None, validate=validate.Length(max=300))


class PickTaskRowSchema(ApiSchema):
    """A pick list among those waiting."""

    reference = fields.String(required=True)
    requisition = fields.String(required=True)
    facility = fields.String(attribute="facility_name", required=True)
    delivery_day = fields.Date(required=True, allow_none=True)
    lines = fields.Integer(required=True)
    open_lines = fields.Integer(required=True)
    controlled = fields.Boolean(required=True)


class PickTasksSchema(ApiSchema):
    """A page of pick lists."""

    rows = fields.List(fields.Nested(PickTaskRowSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class PickLineSchema(ApiSchema):
    """One lot to take from one bin, in base units."""

    position = fields.Integer(required=True)
    place = fields.String(attribute="place_code", required=True)
    item_code = fields.String(required=True)
    item_name = fields.String(required=True)
    strength = fields.String(required=True)
    base_unit = fields.String(required=True)
    units_per_pack = fields.Integer(required=True)
    coded = fields.Boolean(attribute="is_coded", required=True)
    storage_class = fields.Enum(StorageClass, by_value=True, required=True)
    compartment = fields.Enum(Compartment, by_value=True, required=True)
    lot_number = fields.String(required=True)
    expires_on = fields.Date(required=True)
    quantity = fields.Integer(required=True)
    picked = fields.Integer(required=True)
    short = fields.Integer(required=True)
    short_reason = fields.Enum(ShortReason, by_value=True, required=True, allow_none=True)
    needs_reallocation = fields.Boolean(attribute="is_gone", required=True)


class PickTaskSchema(ApiSchema):
    """A pick list in walking order."""

    reference = fields.String(attribute="task.reference", required=True)
    done_at = Moment(attribute="task.done_at", required=True, allow_none=True)
    lines = fields.List(fields.Nested(PickLineSchema), required=True)


class PickScanSchema(ApiSchema):
    """A code as scanned or typed."""

    code = Text(required=True, shortest=1, longest=260)


class CountPickSchema(ApiSchema):
    """Goods without codes: the lot and how many base units were taken."""

    lot_number = a_code(required=True)
    quantity = a_quantity(minimum=1, required=True)


class ShortPickSchema(ApiSchema):
    """Why the bin holds less than the list says."""

    reason = fields.Enum(ShortReason, by_value=True, required=True)


class SwappedLotSchema(ApiSchema):
    """How much of a line another lot gives now, and what stays with the old one."""

    lot_number = fields.String(required=True)
    taken = fields.Integer(required=True)
    left = fields.Integer(required=True)


class PickedSchema(ApiSchema):
    """What a pick did."""

    outcome = fields.String(required=True, validate=validate.OneOf(["accepted"]))
    message = fields.String(required=True)
    line = fields.Integer(required=True)
    quantity = fields.Integer(required=True)
    open = fields.Integer(required=True)
    tote = fields.String(required=True)


class SettledLineSchema(ApiSchema):
    """A line after a short pick."""

    position = fields.Integer(required=True)
    picked = fields.Integer(required=True)
    short = fields.Integer(required=True)


class ReallocatedSchema(ApiSchema):
    """How many lines other lots were found for."""

    added = fields.Integer(required=True)


class PackedToteRowSchema(ApiSchema):
    """A tote in a list."""

    code = fields.String(required=True)
    requisition = fields.String(required=True)
    facility = fields.String(attribute="facility_name", required=True)
    compartment = fields.Enum(Compartment, by_value=True, required=True)
    state = fields.Enum(ToteState, by_value=True, required=True)
    contents = fields.Integer(required=True)
    weight_grams = fields.Integer(required=True)
    volume_cm3 = fields.Integer(required=True)
    delivery_day = fields.Date(required=True, allow_none=True)
    promised_from = Moment(required=True, allow_none=True)
    promised_to = Moment(required=True, allow_none=True)
    released = fields.Boolean(required=True)
    held = fields.Boolean(required=True)


class PackedTotesSchema(ApiSchema):
    """A page of totes."""

    rows = fields.List(fields.Nested(PackedToteRowSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ToteQuerySchema(CursorSchema):
    """Which totes."""

    state = fields.Enum(ToteState, by_value=True, load_default=None, allow_none=True)


class ToteContentSchema(ApiSchema):
    """One content of a tote, in base units."""

    position = fields.Integer(required=True)
    item_code = fields.String(required=True)
    item_name = fields.String(required=True)
    strength = fields.String(required=True)
    lot_number = fields.String(required=True)
    expires_on = fields.Date(required=True)
    quantity = fields.Integer(required=True)
    unit_code = fields.String(required=True, allow_none=True)
    received = fields.Integer(required=True, allow_none=True)


class PackedToteSchema(ApiSchema):
    """A tote without its contents."""

    code = fields.String(required=True)
    compartment = fields.Enum(Compartment, by_value=True, required=True)
    state = fields.Enum(ToteState, by_value=True, required=True)
    weight_grams = fields.Integer(required=True)
    volume_cm3 = fields.Integer(required=True)
    sealed_at = Moment(required=True, allow_none=True)
    loaded_at = Moment(required=True, allow_none=True)
    handed_over_at = Moment(required=True, allow_none=True)
    received_at = Moment(required=True, allow_none=True)


class PackedToteDetailSchema(ApiSchema):
    """A tote with its contents."""

    tote = fields.Nested(PackedToteSchema, required=True)
    requisition = fields.String(attribute="names.requisition", required=True)
    destination = fields.String(attribute="names.destination", required=True)
    contents = fields.List(fields.Nested(ToteContentSchema), required=True)


class ToteCountSchema(ApiSchema):
    """What the second look found of one lot, in base units."""

    item_code = a_code(required=True)
    lot_number = a_code(required=True)
    counted = a_quantity(required=True)

    @post_load
    def to_count(self, data: dict[str, Any], **_: object) -> Count:
        return Count(**data)


class ToteCheckSchema(ApiSchema):
    """A second count of a whole tote."""

    counts = fields.List(
        fields.Nested(ToteCountSchema), required=True, validate=validate.Length(1, MOST_LINES)
    )


class ArrivedContentSchema(ApiSchema):
    """What arrived of one content: a count, or the codes that are missing."""

    position = Int(required=True, validate=validate.Range(min=1))
    received = a_quantity(load_default=None, allow_none=True)
    missing = fields.List(
        Text(longest=200), load_default=list, validate=validate.Length(max=MOST_LINES)
    )

    @post_load
    def to_arrived(self, data: dict[str, Any], **_: object) -> Arrived:
        return Arrived(**{**data, "missing": tuple(data["missing"])})


class ToteConfirmationSchema(ApiSchema):
    """A clinic's word about a tote; contents not named arrived in full."""

    tote_code = Text(required=True, shortest=1, longest=260)
    arrived = fields.List(
        fields.Nested(ArrivedContentSchema),
        load_default=list,
        validate=validate.Length(max=MOST_LINES),
    )
    notes = Text(load_default="")
    second = fields.Nested(SecondPersonSchema, load_default=None, allow_none=True)


class ClinicReceiptSchema(ApiSchema):
    """A clinic's receipt."""

    reference = fields.String(required=True)
    received_at = Moment(required=True)
    notes = fields.String(required=True)


class DiscrepancySchema(ApiSchema):
    """Goods sent but not confirmed, and what became of them."""

    reference = fields.String(required=True)
    facility = fields.String(attribute="facility_name", required=True)
    tote = fields.String(attribute="tote_code", required=True)
    item_code = fields.String(required=True)
    item_name = fields.String(required=True)
    lot_number = fields.String(required=True)
    quantity = fields.Integer(required=True)
    unit_codes = fields.List(fields.String(), required=True)
    note = fields.String(required=True)
    opened_at = Moment(required=True)
    resolution = fields.Enum(Resolution, by_value=True, required=True, allow_none=True)
    reason = fields.String(required=True)
    closed_at = Moment(required=True, allow_none=True)


class DiscrepanciesSchema(ApiSchema):
    """A page of discrepancies."""

    rows = fields.List(fields.Nested(DiscrepancySchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class DiscrepancyQuerySchema(CursorSchema):
    """Open ones only, or all."""

    all = fields.Boolean(load_default=False)


class DiscrepancyClosingSchema(ApiSchema):
    """What became of the goods, and why."""

    resolution = fields.Enum(Resolution, by_value=True, required=True)
    reason = Text(required=True, shortest=1)
    second = fields.Nested(SecondPersonSchema, load_default=None, allow_none=True)
