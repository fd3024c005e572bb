"""JSON and form shapes of counting."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import ValidationError, fields, post_load, pre_load, validate, validates_schema

from app.accounts.service import Credentials
from app.catalogue.models import SpecialClass
from app.counting.models import EntryKind
from app.counting.rules import AbcClass, Policy, SheetKind, SheetState
from app.counting.service import Approval, CountEvent, Entered, FoundLot, NewCount, Outcome
from app.inventory.models import Condition
from app.kernel.ids import FacilityId, ItemId
from app.kernel.quantities import FEN_PER_YUAN
from app.web.events import EventField, EventUnreadable, Unreadable, sentence_of
from app.web.schema import (
    ApiSchema,
    Int,
    Moment,
    Money,
    QuerySchema,
    Secret,
    Text,
    a_quantity,
    an_id,
)

MOST_EVENTS = 100
MOST_SEQUENCE = 2**53 - 1
MOST_COUNTED = 10**9
WHOLE = re.compile(r"[0-9]{1,9}")
NUMBERS = ("line", "packs", "loose")


class CountQuerySchema(QuerySchema):
    """Which counts to list: those not posted yet, or all."""

    all = fields.Boolean(load_default=False)
    cursor = Text(longest=200, load_default="")


class CountPageSchema(QuerySchema):
    """Which bin the phone shows."""

    bin = Text(longest=60, load_default="")


class NewCountSchema(ApiSchema):
    """Which shelves to count: bins from one to another, items by key, or everything."""

    facility_id = an_id(load_default=None, allow_none=True)
    from_bin = Text(longest=60, load_default="")
    to_bin = Text(longest=60, load_default="")
    item_ids = fields.List(an_id(), load_default=list, validate=validate.Length(max=500))


def new_count(typed: dict[str, Any], own: FacilityId) -> NewCount:
    """Return a loaded shape as the service takes it; without a facility, the actor's own."""
    return NewCount(
        facility_id=FacilityId(typed["facility_id"] or own),
        from_bin=typed["from_bin"].upper(),
        to_bin=typed["to_bin"].upper(),
        item_ids=[ItemId(item_id) for item_id in typed["item_ids"]],
    )


class CountEventSchema(ApiSchema):
    """One act of counting; ``packs`` and ``loose`` base units together are the number."""

    client_event_id = Text(required=True, shortest=8, longest=64)
    device = Text(required=True, shortest=1, longest=64)
    device_seq = Int(required=True, validate=validate.Range(min=1, max=MOST_SEQUENCE))
    kind = fields.Enum(EntryKind, by_value=True, required=True)
    sheet = Text(required=True, shortest=1, longest=40)
    event_time = Moment(required=True)
    line = an_id(load_default=None, allow_none=True)
    packs = Int(load_default=0, validate=validate.Range(min=0, max=MOST_COUNTED))
    loose = Int(load_default=0, validate=validate.Range(min=0, max=MOST_COUNTED))
    bin = Text(load_default="", longest=60)
    code = Text(load_default="", longest=200)

    @pre_load
    def read_numbers(self, data: Any, **_: object) -> Any:
        """Read numbers a phone's form sent as texts."""
        if not isinstance(data, Mapping):
            return data
        read = {
            name: int(data[name])
            for name in NUMBERS
            if isinstance(data.get(name), str) and WHOLE.fullmatch(data[name])
        }
        return {**data, **read}

    @post_load
    def to_request(self, data: dict[str, Any], **_: object) -> CountEvent:
        return CountEvent(**data)


class CountBatchSchema(ApiSchema):
    """Up to 100 acts of counting; each is answered."""

    events = fields.List(
        EventField(CountEventSchema),
        required=True,
        validate=validate.Length(min=1, max=MOST_EVENTS),
    )


class CountAnswerSchema(ApiSchema):
    """The answer to one act; ``go`` is the bin whose code was scanned."""

    client_event_id = fields.String(required=True)
    outcome = fields.Enum(Outcome, by_value=True, required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)
    go = fields.String(required=True)


class CountAnswersSchema(ApiSchema):
    """The answers, in the order of the acts."""

    events = fields.List(fields.Nested(CountAnswerSchema), required=True)


def answers_to(
    events: Sequence[CountEvent | Unreadable], entered: Sequence[Entered]
) -> list[dict[str, object]]:
    """Return one answer per act, in order; ``entered`` answers the readable ones."""
    waiting = iter(entered)
    return [_answer(event if isinstance(event, Unreadable) else next(waiting)) for event in events]


def _answer(one: Unreadable | Entered) -> dict[str, object]:
    if isinstance(one, Unreadable):
        code, detail, go, outcome = EventUnreadable.code, one.problem, "", Outcome.REJECTED
    else:
        code, go, outcome = one.refusal, one.go, one.outcome
        detail = sentence_of(code, one.data) or go
    return {
        "client_event_id": one.client_event_id,
        "outcome": outcome,
        "code": code,
        "detail": detail,
        "go": go,
    }


class FoundLotSchema(ApiSchema):
    """A lot typed from its label that the book does not have in this bin."""

    bin = Text(shortest=1, longest=60, required=True)
    item_code = Text(shortest=1, longest=40, required=True)
    maker = Text(shortest=1, longest=100, required=True)
    lot_number = Text(shortest=1, longest=40, required=True)
    expires_on = fields.Date(required=True)
    packs = a_quantity(load_default=0)
    loose = a_quantity(load_default=0)
    condition = fields.Enum(Condition, by_value=True, load_default=Condition.USABLE)

    @post_load
    def to_request(self, data: dict[str, Any], **_: object) -> FoundLot:
        return FoundLot(**data)


class CountReasonSchema(ApiSchema):
    """Why; people read it."""

    reason = Text(shortest=1, longest=200, required=True)


class RecountSchema(ApiSchema):
    """Which lines to count again."""

    line_id = fields.List(an_id(), required=True, validate=validate.Length(1, 500))


class CountApprovalSchema(ApiSchema):
    """The differences somebody saw, why they arose, and a second person where needed."""

    seen = Text(shortest=1, longest=64, required=True)
    reason = Text(longest=200, load_default="")
    username = Text(longest=100, load_default="")
    password = Secret(load_default=None, allow_none=True)

    @validates_schema
    def both_or_neither(self, data: dict[str, Any], **_: object) -> None:
        if bool(data.get("username")) != bool(data.get("password")):
            raise ValidationError("user name and password belong together", "username")


def approval(typed: dict[str, Any], reference: str) -> Approval:
    """Return a loaded approval as the service takes it."""
    return Approval(reference=reference, seen=typed["seen"], reason=typed["reason"])


def credentials(typed: dict[str, Any], address: str | None) -> Credentials | None:
    """Return the second person's credential out of a loaded shape, if one was given."""
    if not typed["username"]:
        return None
    return Credentials(
        username=typed["username"], password=typed["password"], address=address or ""
    )


class PolicySchema(ApiSchema):
    """How a facility counts."""

    a_days = Int(required=True, validate=validate.Range(1, 3650))
    b_days = Int(required=True, validate=validate.Range(1, 3650))
    c_days = Int(required=True, validate=validate.Range(1, 3650))
    a_percent = Int(required=True, validate=validate.Range(1, 99))
    b_percent = Int(required=True, validate=validate.Range(2, 100))
    tolerance_percent = Int(required=True, validate=validate.Range(0, 100))
    tolerance_yuan = Int(required=True, validate=validate.Range(0, 10**7))
    items_a_day = Int(required=True, validate=validate.Range(1, 500))

    @validates_schema
    def in_order(self, data: dict[str, Any], **_: object) -> None:
        if not data["a_days"] <= data["b_days"] <= data["c_days"]:
            raise ValidationError("A is counted at least as often as B, B as C", "b_days")
        if data["a_percent"] >= data["b_percent"]:
            raise ValidationError("B reaches further than A", "b_percent")

    @post_load
    def to_policy(self, data: dict[str, Any], **_: object) -> Policy:
        fen = data.pop("tolerance_yuan") * FEN_PER_YUAN
        return Policy(**data, tolerance_fen=fen)


class CountRowSchema(ApiSchema):
    """A count in a list."""

    reference = fields.String(required=True)
    facility_id = Int(required=True)
    facility = fields.String(required=True)
    kind = fields.Enum(SheetKind, by_value=True, required=True)
    state = fields.Enum(SheetState, by_value=True, required=True)
    planned_on = fields.Date(required=True)
    created_at = Moment(required=True)
    started_by = fields.String(required=True, allow_none=True)
    finished_by = fields.String(required=True, allow_none=True)
    approved_by = fields.String(required=True, allow_none=True)
    approved_at = Moment(required=True, allow_none=True)
    second_person = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True)
    lines = Int(required=True)
    counted = Int(required=True)


class CountsSchema(ApiSchema):
    """A page of counts."""

    rows = fields.List(fields.Nested(CountRowSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class CountLineSchema(ApiSchema):
    """A line as the counter sees it: without the book."""

    id = Int(required=True)
    place_code = fields.String(required=True)
    item_code = fields.String(required=True)
    item_name = fields.String(required=True)
    strength = fields.String(required=True)
    base_unit = fields.String(required=True)
    pack_unit = fields.String(required=True)
    units_per_pack = Int(required=True)
    is_coded = fields.Boolean(required=True)
    special_class = fields.Enum(SpecialClass, by_value=True, required=True)
    lot_number = fields.String(required=True)
    expires_on = fields.Date(required=True)
    condition = fields.Enum(Condition, by_value=True, required=True)
    abc_class = fields.Enum(AbcClass, by_value=True, required=True, allow_none=True)
    found = fields.Boolean(required=True)
    round = Int(required=True)
    counted = Int(required=True, allow_none=True)
    counted_at = Moment(required=True, allow_none=True)
    counted_by = fields.String(required=True, allow_none=True)


class VarianceSchema(ApiSchema):
    """A line's difference against the moment it was counted; value at the lot's cost."""

    line = fields.Nested(CountLineSchema, required=True)
    book = Int(required=True)
    difference = Int(required=True)
    value = Money(attribute="value_fen", required=True)
    needs_recount = fields.Boolean(required=True)
    missing_codes = fields.List(fields.String(), required=True)
    stray_codes = fields.List(fields.String(), required=True)


class CountSheetSchema(ApiSchema):
    """A count: its lines while it is blind, its differences afterwards."""

    sheet = fields.Nested(CountRowSchema, required=True)
    lines = fields.List(fields.Nested(CountLineSchema), required=True)
    variances = fields.List(fields.Nested(VarianceSchema), required=True)
    seen = fields.String(required=True)
