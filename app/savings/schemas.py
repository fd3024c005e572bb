"""Shapes of the forms of the proof of savings."""

from typing import Any

from marshmallow import fields, post_load, validate

from app.savings.service import USUAL_DAYS, CardRequest
from app.web.schema import ApiSchema, Int, QuerySchema, Text, an_amount, an_id
from optimizer.routing.savings.inputs import Prices

MOST_DAYS = 60


class ShownStudySchema(QuerySchema):
    """Which study; without one the last that came to a result."""

    study_id = an_id(load_default=None, allow_none=True)


class StudyFormSchema(ApiSchema):
    """The planning days up to which one; without a day up to today."""

    until = fields.Date(load_default=None, allow_none=True)
    days = Int(load_default=USUAL_DAYS, validate=validate.Range(1, MOST_DAYS))


class CardFormSchema(ApiSchema):
    """A version of the cost card, in yuan."""

    valid_from = fields.Date(required=True)
    approved_by = Text(shortest=1, longest=100, required=True)
    basis = Text(shortest=1, longest=200, required=True)
    vehicle_day = an_amount(required=True)
    driver_hour = an_amount(required=True)
    km = an_amount(required=True)
    stop = an_amount(required=True)
    cold_day = an_amount(required=True)
    cold_km = an_amount(required=True)
    hub_line = an_amount(required=True)
    linehaul_day = an_amount(required=True)
    linehaul_km = an_amount(required=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> CardRequest:
        return CardRequest(
            valid_from=data["valid_from"],
            approved_by=data["approved_by"],
            basis=data["basis"],
            prices=Prices(
                fen_per_vehicle_day=data["vehicle_day"],
                fen_per_driver_hour=data["driver_hour"],
                fen_per_km=data["km"],
                fen_per_stop=data["stop"],
                cold_fen_per_day=data["cold_day"],
                cold_fen_per_km=data["cold_km"],
                hub_fen_per_line=data["hub_line"],
                linehaul_fen_per_day=data["linehaul_day"],
                linehaul_fen_per_km=data["linehaul_km"],
            ),
        )
