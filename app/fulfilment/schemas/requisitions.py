"""Shapes of requisitions and their approval."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from app.accounts.schemas import SecondPersonSchema
from app.catalogue.models import StorageClass
from app.fulfilment.rules import (
    MOST_LINES,
    Decision,
    IssuePaper,
    LotReason,
    ReasonCode,
    RequisitionState,
    Source,
)
from app.fulfilment.service import LineDecision, LotChoice
from app.traceability.rules import Unusable
from app.web.schema import ApiSchema, Int, Moment, Money, QuerySchema, Text, a_quantity, an_id

MOST_REVISIONS = 2**31 - 1


def a_code(**kwargs: Any) -> Text:
    """Return a field for an item's, facility's or lot's printed code."""
    return Text(longest=60, **kwargs)


def a_revision() -> Int:
    """Return a field for the revision of a draft that somebody saw."""
    return Int(required=True, validate=validate.Range(min=0, max=MOST_REVISIONS))


class AskedLineSchema(ApiSchema):
    """An item and how many base units are asked for, whole packs."""

    item_code = a_code(required=True)
    asked = a_quantity(required=True)


class LinesMixin:
    """Turns a list of lines into item code → base units, each item once."""

    @validates_schema
    def name_items_once(self, data: dict[str, Any], **_: object) -> None:
        codes = [line["item_code"] for line in data.get("lines", [])]
        if len(codes) != len(set(codes)):
            raise ValidationError("an item is named twice", "lines")

    @post_load
    def to_asked(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        data["asked"] = {line["item_code"]: line["asked"] for line in data.pop("lines")}
        return data


def _lines() -> fields.List[Any]:
    return fields.List(
        fields.Nested(AskedLineSchema),
        load_default=list,
        validate=validate.Length(max=MOST_LINES),
    )


class NewRequisitionSchema(LinesMixin, ApiSchema):
    """A new draft; without a facility code it is for the caller's own facility."""

    facility_code = a_code(load_default=None, allow_none=True)
    source = fields.Enum(Source, by_value=True, load_default=Source.EMPTY)
    notes = Text(load_default="")
    lines = _lines()


class RequisitionDraftSchema(LinesMixin, ApiSchema):
    """What the clinic typed, and the revision it saw."""

    revision = a_revision()
    notes = Text(load_default=None, allow_none=True)
    lines = _lines()


class DraftRevisionSchema(ApiSchema):
    """The revision the caller saw."""

    revision = a_revision()


class RequisitionReasonSchema(ApiSchema):
    """A reason people read."""

    reason = Text(required=True, shortest=1)


class AddedItemSchema(ApiSchema):
    """One item to add."""

    item_code = a_code(required=True)


class LotChoiceSchema(ApiSchema):
    """A lot to take before the one that expires first, and why: a code, and words."""

    lot_id = an_id(required=True)
    reason_code = fields.Enum(LotReason, by_value=True, load_default=None, allow_none=True)
    reason_text = Text(load_default="")

    @post_load
    def to_choice(self, data: dict[str, Any], **_: object) -> LotChoice:
        return LotChoice(**data)


class LineDecisionSchema(ApiSchema):
    """What is decided about one item; for a substitute the quantity is the substitute's."""

    item_code = a_code(required=True)
    decision = fields.Enum(Decision, by_value=True, required=True)
    quantity = a_quantity(required=True)
    reason_code = fields.Enum(ReasonCode, by_value=True, load_default=None, allow_none=True)
    reason_text = Text(load_default="")
    substitute_code = a_code(load_default=None, allow_none=True)
    lot = fields.Nested(LotChoiceSchema, load_default=None, allow_none=True)

    @post_load
    def to_decision(self, data: dict[str, Any], **_: object) -> LineDecision:
        return LineDecision(**data)


class ApprovalSchema(ApiSchema):
    """Decisions about all lines of a requisition."""

    decisions = fields.List(
        fields.Nested(LineDecisionSchema), required=True, validate=validate.Length(1, MOST_LINES)
    )
    answer = Text(load_default="")
    second = fields.Nested(SecondPersonSchema, load_default=None, allow_none=True)


class RequisitionLineSchema(ApiSchema):
    """One line: what was asked and shown, what was decided."""

    position = fields.Integer(attribute="line.position", required=True)
    item_code = fields.String(attribute="line.item_code", required=True)
    item_name = fields.String(attribute="line.item_name", required=True)
    item_strength = fields.String(attribute="line.item_strength", required=True)
    base_unit = fields.String(attribute="line.base_unit", required=True)
    pack_unit = fields.String(attribute="line.pack_unit", required=True)
    units_per_pack = fields.Integer(attribute="line.units_per_pack", required=True)
    price = Money(attribute="line.price_fen", required=True)
    storage_class = fields.Enum(
        StorageClass, by_value=True, attribute="line.storage_class", required=True
    )
    controlled = fields.Boolean(attribute="line.controlled", required=True)
    asked = fields.Integer(attribute="line.asked", required=True)
    suggested = fields.Integer(required=True)
    own_usable = fields.Integer(required=True)
    coming = fields.Integer(required=True)
    average_monthly_consumption = fields.Integer(attribute="amc", required=True, allow_none=True)
    months_of_stock = fields.Float(attribute="months", required=True, allow_none=True)
    centre_available = fields.Integer(required=True)
    arithmetic = fields.Dict(keys=fields.String(), required=True)
    decision = fields.Enum(
        Decision, by_value=True, attribute="line.decision", required=True, allow_none=True
    )
    approved_quantity = fields.Integer(
        attribute="line.approved_quantity", required=True, allow_none=True
    )
    shortage = fields.Integer(attribute="line.shortage", required=True)
    reason_code = fields.Enum(
        ReasonCode, by_value=True, attribute="line.reason_code", required=True, allow_none=True
    )
    reason_text = fields.String(attribute="line.reason_text", required=True)


class RequisitionSchema(ApiSchema):
    """A requisition without its lines."""

    reference = fields.String(required=True)
    state = fields.Enum(RequisitionState, by_value=True, required=True)
    revision = fields.Integer(required=True)
    delivery_day = fields.Date(required=True, allow_none=True)
    promised_from = Moment(required=True, allow_none=True)
    promised_to = Moment(required=True, allow_none=True)
    notes = fields.String(required=True)
    answer = fields.String(required=True)
    created_at = Moment(required=True)
    submitted_at = Moment(required=True, allow_none=True)
    approved_at = Moment(required=True, allow_none=True)
    received_at = Moment(required=True, allow_none=True)


class LotOverrideSchema(ApiSchema):
    """A lot that was taken although another one expires first, and why."""

    lot_number = fields.String(required=True)
    expires_on = fields.Date(required=True)
    quantity = fields.Integer(required=True)
    instead_of = fields.List(fields.String(), required=True)
    reason_code = fields.Enum(LotReason, by_value=True, required=True)
    reason_text = fields.String(required=True)
    chosen_by = fields.String(required=True)
    chosen_at = Moment(required=True)


class RequisitionDetailSchema(ApiSchema):
    """A requisition with its lines."""

    requisition = fields.Nested(RequisitionSchema, required=True)
    facility = fields.String(attribute="names.facility", required=True)
    requested_by = fields.String(attribute="names.requested_by", required=True)
    pick_task = fields.String(attribute="names.task", required=True, allow_none=True)
    lines = fields.List(fields.Nested(RequisitionLineSchema), required=True)
    lots_by_hand = fields.List(fields.Nested(LotOverrideSchema), required=True)


class RequisitionRowSchema(ApiSchema):
    """A requisition in a list."""

    reference = fields.String(required=True)
    facility = fields.String(attribute="facility_name", required=True)
    requested_by = fields.String(attribute="requested_by_name", required=True)
    state = fields.Enum(RequisitionState, by_value=True, required=True)
    lines = fields.Integer(required=True)
    short_lines = fields.Integer(required=True)
    controlled = fields.Boolean(required=True)
    delivery_day = fields.Date(required=True, allow_none=True)
    promised_from = Moment(required=True, allow_none=True)
    promised_to = Moment(required=True, allow_none=True)
    created_at = Moment(required=True)
    submitted_at = Moment(required=True, allow_none=True)


class RequisitionsSchema(ApiSchema):
    """A page of requisitions."""

    rows = fields.List(fields.Nested(RequisitionRowSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class RequisitionQuerySchema(QuerySchema):
    """Which requisitions: a state, part of a reference or of a facility's name."""

    state = fields.Enum(RequisitionState, by_value=True, load_default=None, allow_none=True)
    q = Text(load_default="", longest=50)
    cursor = fields.String(load_default=None, validate=validate.Length(max=300))


class SearchQuerySchema(QuerySchema):
    """Part of an item's name, pinyin initials or code."""

    q = Text(load_default="", longest=50)


class OfferedLotSchema(ApiSchema):
    """A lot first-expiring-first-out would take now, or that may be chosen by hand."""

    lot_id = Int(required=True)
    lot_number = fields.String(required=True)
    expires_on = fields.Date(required=True)
    quantity = fields.Integer(required=True)


class PassedOverSchema(ApiSchema):
    """A lot that is not offered, and why."""

    lot_number = fields.String(required=True)
    expires_on = fields.Date(required=True)
    quantity = fields.Integer(required=True)
    why = fields.Enum(Unusable, by_value=True, required=True)
    reason = fields.String(required=True)


class SupplyOfferSchema(ApiSchema):
    """What the centre could give of one line."""

    item_code = fields.String(required=True)
    lots = fields.List(fields.Nested(OfferedLotSchema), required=True)
    passed_over = fields.List(fields.Nested(PassedOverSchema), required=True)
    choosable = fields.List(fields.Nested(OfferedLotSchema), required=True)
    shortage = fields.Integer(required=True)


class SupplyOffersSchema(ApiSchema):
    """What the centre could give of every line; nothing is promised by asking."""

    rows = fields.List(fields.Nested(SupplyOfferSchema), required=True)


class OrderableItemSchema(ApiSchema):
    """An item that can be asked for."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    strength = fields.String(required=True)
    dose_form = fields.String(required=True)
    pack_unit = fields.String(required=True)
    base_unit = fields.String(required=True)
    units_per_pack = fields.Integer(required=True)
    available = fields.Integer(required=True)


class OrderableItemsSchema(ApiSchema):
    """Items found, at most twenty."""

    rows = fields.List(fields.Nested(OrderableItemSchema), required=True)


class RequisitionTemplateSchema(ApiSchema):
    """How many items the facility's usual list has now."""

    items = fields.Integer(required=True)


class IssueNoteSchema(QuerySchema):
    """What the issue note is printed on."""

    paper = fields.Enum(IssuePaper, by_value=True, load_default=IssuePaper.A4)
