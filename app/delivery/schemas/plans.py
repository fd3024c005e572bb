"""JSON shapes of plans, runs and figures."""

from typing import Any

from marshmallow import fields, post_load, validate

from app.delivery.rules.states import PlanState, RunState, StopState, StopToteState
from app.delivery.service.planning import USUAL_SECONDS, PlanRequest
from app.web.schema import ApiSchema, Int, Money, QuerySchema

LONGEST_SOLVE_SECONDS = 60


class PlanRequestSchema(ApiSchema):
    """The day to plan; ``leave_from`` is a local clock time, ``solve_seconds`` a bound."""

    day = fields.Date(required=True)
    leave_from = fields.Time(load_default=None, allow_none=True)
    solve_seconds = Int(
        load_default=USUAL_SECONDS, validate=validate.Range(min=1, max=LONGEST_SOLVE_SECONDS)
    )

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> PlanRequest:
        leave_from = data["leave_from"]
        return PlanRequest(
            day=data["day"],
            leave_from=leave_from.replace(tzinfo=None) if leave_from else None,
            solve_seconds=data["solve_seconds"],
        )


class PlanFormSchema(PlanRequestSchema):
    """The same from a page: an empty time means none."""

    leave_from = fields.Time(format="%H:%M", load_default=None, allow_none=True)


class DayQuerySchema(QuerySchema):
    """Which day, as the depot's calendar shows it."""

    day = fields.Date(load_default=None)


class SpanQuerySchema(QuerySchema):
    """Local days, both included."""

    since = fields.Date(required=True)
    until = fields.Date(required=True)


class PlanSchema(ApiSchema):
    """A plan: how far it is, and its figures once stored. Money is yuan."""

    id = fields.Integer(required=True, attribute="plan.id")
    day = fields.Date(required=True, attribute="plan.day")
    state = fields.Enum(PlanState, by_value=True, required=True, attribute="plan.state")
    refusal = fields.String(required=True, attribute="plan.refusal")
    roads_source = fields.String(required=True, attribute="plan.roads_source")
    percent = fields.Integer(required=True)
    requested_at = fields.AwareDateTime(required=True, attribute="plan.requested_at")
    finished_at = fields.AwareDateTime(required=True, allow_none=True, attribute="plan.finished_at")
    took_ms = fields.Integer(required=True, attribute="plan.took_ms")
    runs = fields.Integer(required=True, attribute="plan.runs")
    stops = fields.Integer(required=True, attribute="plan.stops")
    totes = fields.Integer(required=True, attribute="plan.totes")
    metres = fields.Integer(required=True, attribute="plan.metres")
    cost = Money(attribute="plan.cost_fen", required=True)
    baseline_metres = fields.Integer(required=True, attribute="plan.baseline_metres")
    baseline_cost = Money(attribute="plan.baseline_fen", required=True)


class ToteSchema(ApiSchema):
    """A tote of a stop."""

    code = fields.String(required=True)
    requisition_reference = fields.String(required=True)
    compartment = fields.String(required=True)
    weight_grams = fields.Integer(required=True)
    volume_cm3 = fields.Integer(required=True)
    state = fields.Enum(StopToteState, by_value=True, required=True)
    reason = fields.String(required=True)


class StopSchema(ApiSchema):
    """A stop of a run, in order; positions are WGS-84."""

    sequence = fields.Integer(required=True)
    facility_name = fields.String(required=True)
    phone = fields.String(required=True)
    latitude = fields.Float(required=True)
    longitude = fields.Float(required=True)
    state = fields.Enum(StopState, by_value=True, required=True)
    planned_arrival = fields.AwareDateTime(required=True)
    planned_departure = fields.AwareDateTime(required=True)
    window_from = fields.AwareDateTime(required=True, allow_none=True)
    window_to = fields.AwareDateTime(required=True, allow_none=True)
    arrived_at = fields.AwareDateTime(required=True, allow_none=True)
    done_at = fields.AwareDateTime(required=True, allow_none=True)
    leg_metres = fields.Integer(required=True)
    reason = fields.String(required=True)
    receiver_name = fields.String(required=True)
    totes = fields.List(fields.Nested(ToteSchema), required=True)


class RunSchema(ApiSchema):
    """A run with its stops."""

    reference = fields.String(required=True)
    day = fields.Date(required=True)
    state = fields.Enum(RunState, by_value=True, required=True)
    vehicle_code = fields.String(required=True)
    plate = fields.String(required=True)
    refrigerated = fields.Boolean(required=True)
    driver_name = fields.String(required=True)
    planned_leave = fields.AwareDateTime(required=True)
    planned_back = fields.AwareDateTime(required=True)
    left_at = fields.AwareDateTime(required=True, allow_none=True)
    returned_at = fields.AwareDateTime(required=True, allow_none=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)
    load_grams = fields.Integer(required=True)
    metres = fields.Integer(required=True)
    cost = Money(attribute="cost_fen", required=True)
    baseline_metres = fields.Integer(required=True)
    baseline_cost = Money(attribute="baseline_fen", required=True)
    stops = fields.List(fields.Nested(StopSchema), required=True)


class LeftBehindSchema(ApiSchema):
    """A tote the plan could not serve."""

    tote_code = fields.String(required=True)
    requisition_reference = fields.String(required=True)
    facility_name = fields.String(required=True)
    reason = fields.String(required=True)


class DaySchema(ApiSchema):
    """A depot's day: its last plan, its runs, what is left behind."""

    day = fields.Date(required=True)
    waiting = fields.Integer(required=True)
    plan = fields.Nested(PlanSchema, required=True, allow_none=True)
    runs = fields.List(fields.Nested(RunSchema), required=True)
    left_behind = fields.List(fields.Nested(LeftBehindSchema), required=True)


class DayCostSchema(ApiSchema):
    """Way and cost of a day, beside each facility fetching alone."""

    day = fields.Date(required=True)
    runs = fields.Integer(required=True)
    metres = fields.Integer(required=True)
    cost = Money(attribute="fen", required=True)
    baseline_metres = fields.Integer(required=True)
    baseline_cost = Money(attribute="baseline_fen", required=True)


class DayCostsSchema(ApiSchema):
    """Way and cost day by day."""

    rows = fields.List(fields.Nested(DayCostSchema), required=True)


class RunsSchema(ApiSchema):
    """Runs of a driver."""

    rows = fields.List(fields.Nested(RunSchema), required=True)
