"""JSON and form shapes of uploads."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from app.uploads.rules import UploadFault, UploadKind, UploadState, UploadStep
from app.uploads.rules.bills import BillOutcome, BillState, BillType
from app.uploads.service import Cause, HandMade
from app.web.schema import ApiSchema, Moment, QuerySchema, Text, an_id

MOST_NUMBERS, LONGEST = 50, 30
MOST_CODES = 10_000


class UploadQuerySchema(QuerySchema):
    """Which messages to list."""

    state = fields.Enum(UploadState, by_value=True, load_default=None, allow_none=True)
    kind = fields.Enum(UploadKind, by_value=True, load_default=None, allow_none=True)
    facility_id = an_id(load_default=None, allow_none=True)
    fault = fields.Enum(UploadFault, by_value=True, load_default=None, allow_none=True)
    field = Text(longest=60, load_default="")
    document = Text(longest=40, load_default="")
    cursor = Text(longest=200, load_default="")


class UploadReasonSchema(ApiSchema):
    """Why a message is told again."""

    reason = Text(shortest=1, longest=200, required=True)


class CauseSchema(UploadReasonSchema):
    """Which messages are told again: all that failed for one cause."""

    fault = fields.Enum(UploadFault, by_value=True, required=True)
    field = Text(longest=60, load_default="")
    text = Text(longest=500, load_default="")

    @post_load
    def to_cause(self, data: dict[str, Any], **_: object) -> tuple[Cause, str]:
        cause = Cause(fault=data["fault"], field=data["field"], text=data["text"])
        return cause, data["reason"]


class InsuranceCodeSchema(ApiSchema):
    """A number of the insurance for a facility or an item."""

    number = Text(shortest=4, longest=30, required=True)


class MadeOnSchema(ApiSchema):
    """The day a lot was made."""

    made_on = fields.Date(required=True)


class NoteSchema(ApiSchema):
    """Something that happened to a message on its way."""

    step = fields.Enum(UploadStep, by_value=True, required=True)
    happened_at = Moment(required=True)
    msgid = fields.String(required=True)
    told = fields.String(required=True)
    by = fields.String(required=True, allow_none=True)


class UploadSchema(ApiSchema):
    """A message to a platform and where it stands."""

    id = fields.Integer(required=True)
    kind = fields.Enum(UploadKind, by_value=True, required=True)
    state = fields.Enum(UploadState, by_value=True, required=True)
    facility_id = fields.Integer(required=True)
    facility = fields.String(required=True)
    item_id = fields.Integer(required=True)
    item_name = fields.String(required=True)
    lot_number = fields.String(required=True)
    document = fields.String(required=True)
    quantity = fields.Integer(required=True)
    split = fields.Boolean(required=True)
    code_count = fields.Integer(required=True)
    happened_at = Moment(required=True)
    attempts = fields.Integer(required=True)
    next_try_at = Moment(required=True)
    msgid = fields.String(required=True)
    sent_at = Moment(required=True, allow_none=True)
    settled_at = Moment(required=True, allow_none=True)
    receipt = fields.String(required=True)
    fault = fields.Enum(UploadFault, by_value=True, required=True)
    fault_field = fields.String(required=True)
    fault_text = fields.String(required=True)


class UploadsSchema(ApiSchema):
    """A page of messages."""

    rows = fields.List(fields.Nested(UploadSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ToldUploadSchema(ApiSchema):
    """A message, what it says, and what happened to it."""

    upload = fields.Nested(UploadSchema, required=True)
    body = fields.Dict(required=True, allow_none=True)
    notes = fields.List(fields.Nested(NoteSchema), required=True)


class SettlementQuerySchema(QuerySchema):
    """The settling system's own numbers of the fees, one for each line, separated by commas."""

    feedetl_sn = Text(shortest=1, longest=1500, required=True)

    @post_load
    def to_numbers(self, data: dict[str, Any], **_: object) -> list[str]:
        numbers = [each.strip() for each in data["feedetl_sn"].split(",")]
        if len(numbers) > MOST_NUMBERS or not all(0 < len(each) <= LONGEST for each in numbers):
            raise ValidationError("between 1 and 50 numbers of at most 30 characters", "feedetl_sn")
        return numbers


class SettlementPartSchema(ApiSchema):
    """The part drug_trac_info of the settlement message 2207."""

    drug_trac_info = fields.List(fields.Dict(), required=True, validate=validate.Length(max=2000))


class RetriedSchema(ApiSchema):
    """How many messages are told again."""

    retried = fields.Integer(required=True)


class BillQuerySchema(QuerySchema):
    """Which bills to list."""

    state = fields.Enum(BillState, by_value=True, load_default=None, allow_none=True)
    cursor = Text(longest=200, load_default="")


class HandMadeSchema(ApiSchema):
    """A bill of scanned codes, one on a line."""

    type = fields.Enum(BillType, by_value=True, required=True)
    codes = Text(longest=250_000, required=True)
    partner = Text(longest=100, load_default="")
    note = Text(longest=200, load_default="")

    @post_load
    def to_bill(self, data: dict[str, Any], **_: object) -> HandMade:
        codes = data.pop("codes").split()
        if not 0 < len(codes) <= MOST_CODES:
            raise ValidationError("between 1 and 10,000 codes", "codes")
        return HandMade(codes=codes, **data)


class OutcomeSchema(ApiSchema):
    """What the platform said of a bill."""

    state = fields.Enum(BillOutcome, by_value=True, required=True)
    answer = Text(longest=500, load_default="")

    @post_load
    def to_outcome(self, data: dict[str, Any], **_: object) -> tuple[BillState, str]:
        return BillState(data["state"].value), data["answer"]


class BillSchema(ApiSchema):
    """A bill for the trace platform."""

    reference = fields.String(required=True)
    facility = fields.String(required=True)
    type = fields.Enum(BillType, by_value=True, required=True)
    state = fields.Enum(BillState, by_value=True, required=True)
    document = fields.String(required=True)
    day = fields.Date(required=True)
    partner = fields.String(required=True)
    part = fields.Integer(required=True)
    note = fields.String(required=True)
    answer = fields.String(required=True)
    created_at = Moment(required=True)
    codes = fields.Integer(required=True)
    dropped = fields.Integer(required=True)


class BillsSchema(ApiSchema):
    """A page of bills."""

    rows = fields.List(fields.Nested(BillSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
