"""JSON shapes of bookings, slots and screening; forms of pages load through them too."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, post_load, pre_load, validate

from app.booking.queries.listing import BookingFilter, Review
from app.booking.rules.screening import QuestionKind, ScreeningKind
from app.booking.rules.states import BookingState
from app.booking.service.reserving import BookingRequest, MoveRequest
from app.catalogue.models import Modality
from app.patients.rules import Sex
from app.web.paging import decode
from app.web.schema import ApiSchema, Moment, Money, QuerySchema, Text, an_id

MOST_DAYS = 31
MOST_SLOTS = 100
MOST_ANSWERS = 40
LONGEST_ANSWER = 40
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)
YES_NO = {"yes": True, "no": False}
NUMBER = re.compile(r"[0-9]{1,6}([.][0-9]{1,3})?")


def a_day() -> fields.Date:
    """Return a field for a local day of this century, or none."""
    return fields.Date(load_default=None, allow_none=True, validate=_check_day)


def _check_day(day: date) -> None:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValidationError("a day between 2000 and 2100")


def check_answer(value: object) -> None:
    """Refuse what cannot answer a screening question."""
    short = isinstance(value, str) and len(value) <= LONGEST_ANSWER and value.isprintable()
    if not (short or isinstance(value, bool | int | float)):
        raise ValidationError("yes or no, a number, or a short text")


class BookingRequestSchema(ApiSchema):
    """A clinic's request; ``answers`` holds each screening form's answers by question."""

    exam_item_id = an_id(required=True)
    device_id = an_id(required=True)
    patient_id = an_id(required=True)
    start = Moment(required=True)
    operator_id = an_id(load_default=None, allow_none=True)
    indication = Text(load_default="", longest=300)
    answers = fields.Dict(
        keys=fields.String(validate=validate.OneOf([kind.value for kind in ScreeningKind])),
        values=fields.Dict(
            keys=fields.String(validate=validate.Length(1, 64)),
            values=fields.Raw(validate=check_answer),
            validate=validate.Length(max=MOST_ANSWERS),
        ),
        load_default=dict,
    )

    @post_load
    def to_request(self, data: dict[str, Any], **_: object) -> BookingRequest:
        return BookingRequest(**data)


class BookingFormSchema(BookingRequestSchema):
    """The same from a page, whose screening answers are fields named ``mr.pacemaker``."""

    @pre_load
    def gather_answers(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        answers: dict[str, dict[str, Any]] = {}
        dotted = {name: str(data.pop(name)) for name in list(data) if "." in name}
        for name, text in dotted.items():
            kind, code = name.split(".", 1)
            answers.setdefault(kind, {})[code] = _typed(text)
        return {**data, "answers": answers}


def _typed(text: str) -> bool | float | str:
    """Return what a form's text answers: yes or no, a number, or itself."""
    if text in YES_NO:
        return YES_NO[text]
    return float(text) if NUMBER.fullmatch(text) else text


class MoveSchema(ApiSchema):
    """Where a booking goes instead."""

    device_id = an_id(required=True)
    start = Moment(required=True)
    operator_id = an_id(load_default=None, allow_none=True)

    @post_load
    def to_request(self, data: dict[str, Any], **_: object) -> MoveRequest:
        return MoveRequest(**data)


class ReasonSchema(ApiSchema):
    """Why something is taken back."""

    reason = Text(required=True, shortest=1, longest=300)


class BookingSchema(ApiSchema):
    """A booking as those see it who take part in it."""

    reference = fields.String(required=True)
    state = fields.Enum(BookingState, by_value=True, required=True)
    start = Moment(required=True)
    end = Moment(required=True)
    exam_item_id = fields.Integer(required=True)
    exam_code = fields.String(required=True)
    exam_name = fields.String(required=True)
    preparation_zh = fields.String(required=True)
    preparation_en = fields.String(required=True)
    indication = fields.String(required=True)
    device_id = fields.Integer(required=True)
    device = fields.String(attribute="device_name", required=True)
    centre = fields.String(attribute="centre_name", required=True)
    facility = fields.String(attribute="facility_name", required=True)
    operator = fields.String(attribute="operator_name", required=True)
    patient = fields.String(attribute="patient_name", required=True)
    patient_sex = fields.Enum(Sex, by_value=True, required=True)
    patient_age = fields.Integer(required=True)
    patient_phone = fields.String(required=True)
    review = fields.Enum(Review, by_value=True, required=True)
    needs_moving = fields.Boolean(attribute="down", required=True)


class BookingsSchema(ApiSchema):
    """A page of bookings."""

    rows = fields.List(fields.Nested(BookingSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class BookingQuerySchema(QuerySchema):
    """Which bookings: from a local day on, in a state, of a patient or under a reference."""

    day = a_day()
    state = fields.Enum(BookingState, by_value=True, load_default=None, allow_none=True)
    q = Text(load_default="", longest=64)
    cursor = fields.String(load_default=None, validate=validate.Length(max=300))


def filter_of(query: Mapping[str, Any]) -> BookingFilter:
    """Return what a loaded query string asks to list."""
    return BookingFilter(
        first_day=query["day"],
        states=frozenset({query["state"]}) if query["state"] else None,
        search=query["q"],
        after=decode(query["cursor"], (int, int)),
    )


class DayQuerySchema(QuerySchema):
    """A local day, and the exam to look for."""

    day = a_day()
    exam_item_id = an_id(load_default=None, allow_none=True)


class ChooseQuerySchema(DayQuerySchema):
    """Which exam to book, found by part of its name, initials or code."""

    q = Text(load_default="", longest=50)
    modality = fields.Enum(Modality, by_value=True, load_default=None, allow_none=True)


class ConfirmQuerySchema(QuerySchema):
    """A chosen slot, and the patient if chosen, or whom to look for."""

    exam_item_id = an_id(required=True)
    device_id = an_id(required=True)
    start = Moment(required=True)
    patient_id = an_id(load_default=None, allow_none=True)
    q = Text(load_default="", longest=64)


class SlotQuerySchema(QuerySchema):
    """Which exam, from which local day on, for how many days, for which patient."""

    exam_item_id = fields.Integer(required=True, validate=validate.Range(1, 2**62))
    first_day = a_day()
    days = fields.Integer(load_default=14, validate=validate.Range(1, MOST_DAYS))
    patient_id = fields.Integer(
        load_default=None, allow_none=True, validate=validate.Range(1, 2**62)
    )
    limit = fields.Integer(load_default=20, validate=validate.Range(1, MOST_SLOTS))


class OfferSchema(ApiSchema):
    """A free slot with its price and the road to it."""

    device_id = fields.Integer(required=True)
    device = fields.String(attribute="device_name", required=True)
    centre = fields.String(attribute="centre_name", required=True)
    start = Moment(required=True)
    end = Moment(required=True)
    price = Money(attribute="price_fen", required=True)
    price_is_demo = fields.Boolean(required=True)
    metres = fields.Integer(required=True, allow_none=True)
    seconds = fields.Integer(required=True, allow_none=True)


class OffersSchema(ApiSchema):
    """Free slots of one exam, and how to prepare for it."""

    preparation_zh = fields.String(required=True)
    preparation_en = fields.String(required=True)
    minutes = fields.Integer(required=True)
    slots = fields.List(fields.Nested(OfferSchema), required=True)


class FormQuerySchema(QuerySchema):
    """Which exam is to be screened for."""

    exam_item_id = fields.Integer(required=True, validate=validate.Range(1, 2**62))


class QuestionSchema(ApiSchema):
    """One screening question in both languages."""

    code = fields.String(required=True)
    kind = fields.Enum(QuestionKind, by_value=True, required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class FormSchema(ApiSchema):
    """A screening form as it is asked now."""

    kind = fields.String(required=True)
    version = fields.Integer(required=True)
    questions = fields.List(fields.Nested(QuestionSchema), required=True)


class FormsSchema(ApiSchema):
    """The forms an exam asks; none for a plain CT."""

    rows = fields.List(fields.Nested(FormSchema), required=True)
