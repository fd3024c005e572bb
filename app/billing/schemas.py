"""JSON shapes of charges and statements."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validate

from app.billing.queries import Side, StatementQuery
from app.booking.schemas import BookingSchema
from app.network.models import Facility
from app.web.paging import PAGE_SIZE, decode
from app.web.schema import ApiSchema, Moment, Money, QuerySchema

MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


class Month(fields.String):
    """A calendar month, ``2026-11``; its first day inside."""

    def __init__(self, **kwargs: Any) -> None:
        """Say in the API document what a month looks like."""
        super().__init__(validate=[], metadata={"pattern": f"^{MONTH.pattern}$"}, **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        found = MONTH.fullmatch(super()._deserialize(value, attr, data, **kwargs))
        if found is None:
            raise ValidationError("a month looks like 2026-11")
        return date(int(found[1]), int(found[2]), 1)


class StatementQuerySchema(QuerySchema):
    """Whose month: by default the caller's own facility, as the one that pays."""

    month = Month(load_default=None, allow_none=True)
    side = fields.Enum(Side, by_value=True, load_default=None, allow_none=True)
    facility_id = fields.Integer(
        load_default=None, allow_none=True, validate=validate.Range(1, 2**62)
    )
    cursor = fields.String(load_default=None, validate=validate.Length(max=300))


def statement_query(query: Mapping[str, Any], facility: Facility, today: date) -> StatementQuery:
    """Return what a loaded query string asks to show: one page, and a row that tells of more."""
    return StatementQuery(
        facility=facility,
        side=query["side"],
        first_day=query["month"] or today.replace(day=1),
        after=decode(query["cursor"], (int,)),
        limit=PAGE_SIZE + 1,
    )


class ChargeSchema(ApiSchema):
    """A charge or its reversal."""

    id = fields.Integer(required=True)
    service_day = fields.Date(required=True)
    reference = fields.String(required=True)
    exam_code = fields.String(required=True)
    exam_name = fields.String(required=True)
    device = fields.String(attribute="device_name", required=True)
    facility = fields.String(attribute="facility_name", required=True)
    centre = fields.String(attribute="centre_name", required=True)
    patient = fields.String(attribute="patient_name", required=True)
    amount = Money(attribute="amount_fen", required=True)
    reverses_id = fields.Integer(required=True, allow_none=True)
    reversed = fields.Boolean(required=True)
    reason = fields.String(required=True)
    charged_at = Moment(required=True)
    price_is_demo = fields.Boolean(attribute="is_demo", required=True)


class StatementSchema(ApiSchema):
    """A facility's month; sums are of the whole month, rows one page of it."""

    facility_id = fields.Integer(required=True)
    facility = fields.String(attribute="facility_name", required=True)
    side = fields.Enum(Side, by_value=True, required=True)
    first_day = fields.Date(required=True)
    exams = fields.Integer(required=True)
    total = Money(attribute="total_fen", required=True)
    rows = fields.List(fields.Nested(ChargeSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class CompletionSchema(ApiSchema):
    """A completed exam and what it costs."""

    booking = fields.Nested(BookingSchema, required=True)
    charge = fields.Nested(ChargeSchema, required=True)
