"""JSON shapes of drivers' events, their answers, and the end of a run."""

from typing import Any

from marshmallow import fields, post_load, validate

from app.delivery.rules.states import ScanKind, ScanOutcome
from app.delivery.service.facts import ScanEvent
from app.web.events import EventField
from app.web.schema import ApiSchema, Int, Moment, Text

MOST_EVENTS = 100
MOST_SEQUENCE = 2**53 - 1
MOST_STOPS = 10_000


class ScanEventSchema(ApiSchema):
    """One event of a driver's device; ``device_seq`` counts the device's events from 1."""

    client_event_id = Text(required=True, shortest=8, longest=64)
    device = Text(required=True, shortest=1, longest=64)
    device_seq = Int(required=True, validate=validate.Range(min=1, max=MOST_SEQUENCE))
    kind = fields.Enum(ScanKind, by_value=True, required=True)
    run = Text(required=True, shortest=1, longest=40)
    event_time = Moment(required=True)
    stop = Int(load_default=None, allow_none=True, validate=validate.Range(min=1, max=MOST_STOPS))
    code = Text(load_default="", longest=200)
    reason = Text(load_default="", longest=200)
    receiver = Text(load_default="", longest=60)
    undoes = Text(load_default="", longest=64)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> ScanEvent:
        return ScanEvent(**data)


class ScanBatchSchema(ApiSchema):
    """Up to 100 events. Each is answered: an unreadable one is rejected alone."""

    events = fields.List(
        EventField(ScanEventSchema),
        required=True,
        validate=validate.Length(min=1, max=MOST_EVENTS),
    )


class ScanAnswerSchema(ApiSchema):
    """The answer to one event; ``code`` and ``detail`` say why it was rejected."""

    client_event_id = fields.String(required=True)
    outcome = fields.Enum(ScanOutcome, by_value=True, required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)


class ScanAnswersSchema(ApiSchema):
    """The answers, in the order of the events."""

    events = fields.List(fields.Nested(ScanAnswerSchema), required=True)


class KeptToteSchema(ApiSchema):
    """A tote that stays in the vehicle, and why."""

    code = Text(required=True, shortest=1, longest=200)
    reason = Text(required=True, shortest=1, longest=200)


class CloseRunSchema(ApiSchema):
    """What stays in the vehicle when its run is closed."""

    kept = fields.List(
        fields.Nested(KeptToteSchema), load_default=list, validate=validate.Length(max=200)
    )

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> dict[str, str]:
        return {tote["code"]: tote["reason"] for tote in data["kept"]}


class CloseFormSchema(ApiSchema):
    """The same from a page: codes and reasons as two lists; without a reason none is kept."""

    code = fields.List(Text(longest=200), load_default=list, validate=validate.Length(max=200))
    reason = fields.List(Text(longest=200), load_default=list, validate=validate.Length(max=200))

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> dict[str, str]:
        pairs = zip(data["code"], data["reason"], strict=False)
        return {code: reason for code, reason in pairs if reason}
