"""JSON shapes of what devices captured, of the answers, and of patients to call back."""

from typing import Any

from marshmallow import fields, post_load, validate

from app.capture.rules import Act, Outcome
from app.capture.service import Batch, Told
from app.web.events import EventField
from app.web.schema import ApiSchema, Int, Moment, QuerySchema, Text, a_quantity, an_id

MOST_ACTS = 1_000
MOST_CODES = 500
MOST_SEQUENCE = 2**53 - 1


class CapturedActSchema(ApiSchema):
    """One act of a device; ``device_seq`` counts the device's acts from 1.

    ``place`` is where a move goes to, or the bin of a count; ``document`` a receipt, a tote or
    a count; ``container`` what is packed into; ``quantity`` base units out of a single pack.
    """

    device_seq = Int(required=True, validate=validate.Range(min=1, max=MOST_SEQUENCE))
    client_event_id = Text(required=True, shortest=8, longest=64)
    act = fields.Enum(Act, by_value=True, required=True)
    event_time = Moment(required=True)
    codes = fields.List(
        Text(shortest=1, longest=200),
        load_default=list,
        validate=validate.Length(max=MOST_CODES),
    )
    quantity = a_quantity(1, load_default=None, allow_none=True)
    place = Text(load_default="", longest=60)
    document = Text(load_default="", longest=60)
    container = Text(load_default="", longest=200)
    note = Text(load_default="", longest=200)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Told:
        return Told(**{**data, "codes": tuple(data["codes"])})


class CaptureBatchSchema(ApiSchema):
    """Up to 1,000 acts of one device. Each is answered: an unreadable one is refused alone.

    ``unsent_from`` is the lowest number the device still holds, this batch included: numbers
    below it that never came are not waited for.
    """

    device = Text(required=True, shortest=1, longest=64)
    facility_id = an_id(load_default=None, allow_none=True)
    unsent_from = Int(
        load_default=None, allow_none=True, validate=validate.Range(min=1, max=MOST_SEQUENCE)
    )
    events = fields.List(
        EventField(CapturedActSchema),
        required=True,
        validate=validate.Length(min=1, max=MOST_ACTS),
    )


class CaptureAnswerSchema(ApiSchema):
    """The answer to one act.

    ``status`` is what a request of its own would have been answered with. ``replay`` says that
    the act had come before and this is its first answer.
    """

    client_event_id = fields.String(required=True)
    device_seq = Int(required=True, allow_none=True)
    status = Int(required=True)
    outcome = fields.Enum(Outcome, by_value=True, required=True)
    replay = fields.Boolean(required=True)
    late = fields.Boolean(required=True)
    event_time = Moment(required=True, allow_none=True)
    recorded_at = Moment(required=True, allow_none=True)
    documents = fields.List(fields.String(), required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)


class CaptureAnswersSchema(ApiSchema):
    """The answers, in the order of the acts, and how many of them were taken in."""

    accepted = Int(required=True)
    refused = Int(required=True)
    events = fields.List(fields.Nested(CaptureAnswerSchema), required=True)


class CallBackQuerySchema(QuerySchema):
    """Which patients: those to call back, or all."""

    all = fields.Boolean(load_default=False)
    cursor = fields.String(load_default=None, validate=validate.Length(max=300))


class CallBackResultSchema(ApiSchema):
    """What the call came to."""

    result = Text(required=True, shortest=1, longest=200)


class CallBackSchema(ApiSchema):
    """A patient to call back: the pack they were given, by which note, and why."""

    id = Int(required=True)
    facility = fields.String(required=True)
    pack = fields.String(attribute="code", required=True)
    item_name = fields.String(required=True)
    lot_number = fields.String(required=True)
    why = fields.String(required=True)
    given_at = Moment(required=True)
    recorded_at = Moment(required=True)
    given_by = fields.String(required=True)
    note = fields.String(required=True)
    device = fields.String(required=True)
    done_at = Moment(required=True, allow_none=True)
    result = fields.String(required=True)


class CallBacksSchema(ApiSchema):
    """A page of patients to call back, newest first."""

    rows = fields.List(fields.Nested(CallBackSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


def batch_of(typed: dict[str, Any], readable: list[Told]) -> Batch:
    """Return what a device sent, without what could not be read."""
    return Batch(
        device=typed["device"],
        acts=readable,
        unsent_from=typed["unsent_from"],
        facility_id=typed["facility_id"],
    )
