"""JSON and form shapes of recalls."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from app.accounts.schemas import SecondPersonSchema, SignedForm
from app.inventory.models import Condition, PlaceKind
from app.kernel.ids import LotId
from app.recall.rules import CallState, RecallClass, RecallKind, RecallState
from app.recall.service import Call, Closing, Order
from app.traceability.models import LotHold
from app.web.schema import ApiSchema, Int, Moment, QuerySchema, Text, a_quantity, an_id

MOST_LOTS = 50
MOST_CODES = 1000
MOST_HOURS = 24 * 90


class RecallQuerySchema(QuerySchema):
    """Which page of recalls."""

    cursor = Text(longest=200, load_default="")


class NewRecallQuerySchema(QuerySchema):
    """Which lots to choose from."""

    q = Text(longest=60, load_default="")
    lot_id = an_id(load_default=None, allow_none=True)


class TaskQuerySchema(QuerySchema):
    """Which tasks: those one still works on, or all."""

    all = fields.Boolean(load_default=False)


class OrderSchema(ApiSchema):
    """What is held, why, and what holders do with it; a drill holds nothing."""

    lots = fields.List(an_id(), required=True, validate=validate.Length(1, MOST_LOTS))
    kind = fields.Enum(RecallKind, by_value=True, required=True)
    recall_class = fields.Enum(RecallClass, by_value=True, load_default=RecallClass.NONE)
    reason = Text(shortest=1, longest=300, required=True)
    instruction = Text(shortest=1, longest=300, required=True)
    notice = Text(longest=100, load_default="")
    is_drill = fields.Boolean(load_default=False)

    @post_load
    def to_order(self, data: dict[str, Any], **_: object) -> Order:
        lots = [LotId(one) for one in data.pop("lots")]
        if data["kind"] is RecallKind.QUALITY:
            data["recall_class"] = RecallClass.NONE
        return Order(lot_ids=lots, notice_reference=data.pop("notice"), **data)


class LiftFormSchema(SignedForm):
    """Why the lots may be used again, and the second person's own credential."""

    reason = Text(shortest=1, longest=300, required=True)


class LiftSchema(ApiSchema):
    """The same for programs."""

    reason = Text(shortest=1, longest=300, required=True)
    second = fields.Nested(SecondPersonSchema, load_default=None, allow_none=True)


class ClosingSchema(ApiSchema):
    """Why some goods were not found; whether holders who never reported are closed with it."""

    missing_reason = Text(longest=300, load_default="")
    with_open_tasks = fields.Boolean(load_default=False)

    @post_load
    def to_closing(self, data: dict[str, Any], **_: object) -> Closing:
        return Closing(**data)


class CountedFormSchema(SignedForm):
    """Goods without codes set apart from one bin."""

    balance_id = an_id(required=True)
    quantity = a_quantity(minimum=1, required=True)


class ScannedFormSchema(SignedForm):
    """Codes of packs or cartons set apart, one on a line."""

    codes = Text(shortest=1, longest=50_000, required=True)

    @post_load
    def to_codes(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        return {**data, "codes": _split(data["codes"])}


class CollectingSchema(ApiSchema):
    """Goods set apart: so much of one balance, or codes; a second person where two must sign."""

    balance_id = an_id(load_default=None, allow_none=True)
    quantity = a_quantity(load_default=0)
    codes = fields.List(
        Text(shortest=1, longest=200), load_default=list, validate=validate.Length(max=MOST_CODES)
    )
    code = Text(longest=200, load_default="", metadata={"description": "One more, as scanned."})
    second = fields.Nested(SecondPersonSchema, load_default=None, allow_none=True)

    @post_load
    def to_codes(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        code = data.pop("code")
        return {**data, "codes": [*data["codes"], code] if code else data["codes"]}


class ReportSchema(ApiSchema):
    """What a holder says of goods that were not found."""

    reason = Text(longest=300, load_default="")


class CallSchema(ApiSchema):
    """What came of a call to whoever the pointer stands for."""

    pointer = Text(required=True, pattern="^[0-9a-f]{16}$")
    state = fields.Enum(CallState, by_value=True, required=True)
    note = Text(longest=200, load_default="")

    @post_load
    def to_call(self, data: dict[str, Any], **_: object) -> Call:
        return Call(**data)


class ResolveSchema(ApiSchema):
    """Whose pointer to resolve, and why; it is logged."""

    pointer = Text(required=True, pattern="^[0-9a-f]{16}$")
    reason = Text(shortest=1, longest=200, required=True)


class LimitsSchema(ApiSchema):
    """Hours by class, lists side by side."""

    recall_class = fields.List(fields.Enum(RecallClass, by_value=True), required=True)
    notify_hours = fields.List(Int(validate=validate.Range(min=1, max=MOST_HOURS)), required=True)
    plan_hours = fields.List(Int(validate=validate.Range(min=1, max=MOST_HOURS)), required=True)

    @post_load
    def to_hours(self, data: dict[str, Any], **_: object) -> dict[RecallClass, tuple[int, int]]:
        classes, tell, plan = data["recall_class"], data["notify_hours"], data["plan_hours"]
        if not len(classes) == len(tell) == len(plan):
            raise ValidationError("one time of each kind for a class", "recall_class")
        return dict(zip(classes, zip(tell, plan, strict=True), strict=True))


def _split(text: str) -> list[str]:
    codes = text.split("\n")
    found = [code.strip() for code in codes if code.strip()]
    if len(found) > MOST_CODES:
        raise ValidationError("too many codes", "codes")
    return found


class RecallSchema(ApiSchema):
    """A recall."""

    reference = fields.String(required=True)
    kind = fields.Enum(RecallKind, by_value=True, required=True)
    is_drill = fields.Boolean(required=True)
    recall_class = fields.Enum(RecallClass, by_value=True, required=True)
    state = fields.Enum(RecallState, by_value=True, required=True)
    reason = fields.String(required=True)
    instruction = fields.String(required=True)
    notice = fields.String(required=True, attribute="notice_reference")
    started_by = fields.String(required=True)
    started_at = Moment(required=True)
    held_ms = fields.Integer(required=True)
    located_ms = fields.Integer(required=True)
    closed_at = Moment(required=True, allow_none=True)
    lifted_at = Moment(required=True, allow_none=True)


class RecallsSchema(ApiSchema):
    """A page of recalls."""

    rows = fields.List(fields.Nested(RecallSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class TaskSchema(ApiSchema):
    """A holder's task."""

    id = fields.Integer(required=True)
    facility_id = fields.Integer(required=True)
    facility = fields.String(required=True)
    expected = fields.Integer(required=True)
    patients = fields.Integer(required=True)
    collected = fields.Integer(required=True)
    missing = fields.Integer(required=True)
    missing_reason = fields.String(required=True)
    seen_at = Moment(required=True, allow_none=True)
    done_at = Moment(required=True, allow_none=True)


class RoomSchema(ApiSchema):
    """A recall with its holders' tasks as far as one may see them, and its clock in seconds."""

    recall = fields.Nested(RecallSchema, required=True)
    tasks = fields.List(fields.Nested(TaskSchema), required=True)
    milestones = fields.Dict(
        keys=fields.String(), values=fields.Float(allow_none=True), required=True
    )


class HeldSchema(ApiSchema):
    """Goods of a lot at one place."""

    balance_id = fields.Integer(required=True)
    facility_id = fields.Integer(required=True)
    facility = fields.String(required=True)
    place_kind = fields.Enum(PlaceKind, by_value=True, required=True)
    place = fields.String(required=True, attribute="place_code")
    item_name = fields.String(required=True)
    lot_id = fields.Integer(required=True)
    lot_number = fields.String(required=True)
    condition = fields.Enum(Condition, by_value=True, required=True)
    on_hand = fields.Integer(required=True)


class PackSchema(ApiSchema):
    """A coded pack, its place and its container."""

    code = fields.String(required=True)
    lot_id = fields.Integer(required=True)
    remaining = fields.Integer(required=True)
    place_id = fields.Integer(required=True)
    container = fields.String(required=True, allow_none=True)


class HeldToteSchema(ApiSchema):
    """A tote with goods of a lot inside."""

    code = fields.String(required=True)
    state = fields.String(required=True)
    destination = fields.String(required=True)
    lot_id = fields.Integer(required=True)
    quantity = fields.Integer(required=True)


class OnRoadSchema(ApiSchema):
    """A vehicle on the road with goods of a lot."""

    place_id = fields.Integer(required=True)
    run = fields.String(required=True)
    plate = fields.String(required=True)
    driver = fields.String(required=True)
    phone = fields.String(required=True)


class PointerSchema(ApiSchema):
    """Goods given to somebody, by a keyed pointer; nobody is named."""

    pointer = fields.String(required=True)
    facility_id = fields.Integer(required=True)
    lot_id = fields.Integer(required=True)
    quantity = fields.Integer(required=True)
    happened_at = Moment(required=True)


class HoldersSchema(ApiSchema):
    """Who holds what, to the single pack and patient's pointer."""

    held = fields.List(fields.Nested(HeldSchema), required=True)
    packs = fields.List(fields.Nested(PackSchema), required=True)
    totes = fields.List(fields.Nested(HeldToteSchema), required=True)
    on_road = fields.List(fields.Nested(OnRoadSchema), required=True)
    patients = fields.List(fields.Nested(PointerSchema), required=True)


class AccountSchema(ApiSchema):
    """What became of a lot, in base units; ``difference`` is what does not foot."""

    lot_id = fields.Integer(required=True)
    item_name = fields.String(required=True)
    lot_number = fields.String(required=True)
    hold = fields.Enum(LotHold, by_value=True, required=True)
    received = fields.Integer(required=True, attribute="account.received")
    shipped = fields.Integer(required=True, attribute="account.shipped")
    on_hand = fields.Integer(required=True, attribute="account.on_hand")
    collected = fields.Integer(required=True, attribute="account.collected")
    dispensed = fields.Integer(required=True, attribute="account.dispensed")
    awaiting = fields.Integer(required=True, attribute="account.awaiting")
    destroyed = fields.Integer(required=True, attribute="account.destroyed")
    sent_back = fields.Integer(required=True, attribute="account.sent_back")
    lost = fields.Integer(required=True, attribute="account.lost")
    difference = fields.Integer(required=True, attribute="account.difference")


class ReportedSchema(ApiSchema):
    """The report of a recall: the account of each lot, and why goods are missing."""

    recall = fields.Nested(RecallSchema, required=True)
    lots = fields.List(fields.Nested(AccountSchema), required=True)
    missing_reason = fields.String(required=True)


class CallRowSchema(ApiSchema):
    """A patient to call back, as the site sees it: a prescription and a pointer."""

    pointer = fields.String(required=True)
    reference = fields.String(required=True)
    prescription = fields.String(required=True)
    item_name = fields.String(required=True)
    lot_number = fields.String(required=True)
    code = fields.String(required=True, allow_none=True)
    quantity = fields.Integer(required=True)
    happened_at = Moment(required=True)
    state = fields.Enum(CallState, by_value=True, required=True)
    note = fields.String(required=True)


class OwnTaskSchema(ApiSchema):
    """A holder's task with what still lies there and whom to call."""

    recall = fields.Nested(RecallSchema, required=True)
    task = fields.Nested(TaskSchema, required=True)
    held = fields.List(fields.Nested(HeldSchema), required=True)
    calls = fields.List(fields.Nested(CallRowSchema), required=True)


class RecipientSchema(ApiSchema):
    """What the site's paper says of whoever got the goods."""

    reference = fields.String(required=True)
    prescription = fields.String(required=True)
    patient = fields.String(required=True)
    note = fields.String(required=True)
