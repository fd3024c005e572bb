"""Shapes of plans, alerts and hand-set limits."""

from marshmallow import fields, validate

from app.replenishment.rules import NEAR_MONTHS
from app.web.schema import (
    MOST_ID,
    ApiSchema,
    Int,
    Moment,
    Money,
    QuerySchema,
    Text,
    a_quantity,
    an_id,
)
from optimizer.replenishment.methods import Method


class PlanQuerySchema(QuerySchema):
    """Which plans: of a facility, by name, pinyin initials or code, only those to order."""

    facility_id = an_id(load_default=None, allow_none=True)
    q = Text(longest=50, load_default="")
    proposed = fields.Boolean(load_default=False)
    by_hand = fields.Boolean(load_default=False)
    cursor = fields.String(load_default=None, validate=validate.Length(max=300))


class AtFacilityQuerySchema(QuerySchema):
    """At which facility; without one, one's own."""

    facility_id = an_id(load_default=None, allow_none=True)


class AlertQuerySchema(QuerySchema):
    """Which rows of a list; facility 0 or none is all one sees, urgency 0 any."""

    facility_id = Int(
        load_default=None, allow_none=True, validate=validate.Range(min=0, max=MOST_ID)
    )
    q = Text(longest=50, load_default="")
    urgency = Int(load_default=0, validate=validate.Range(0, len(NEAR_MONTHS) + 1))
    cursor = fields.String(load_default=None, validate=validate.Length(max=300))


class HandLimitsSchema(ApiSchema):
    """Limits in base units, and why the computed ones do not fit."""

    facility_id = an_id(required=True)
    minimum = a_quantity(required=True)
    maximum = a_quantity(required=True)
    reason = Text(shortest=1, longest=200, required=True)


class PlannedAtSchema(ApiSchema):
    """A facility."""

    facility_id = an_id(required=True)


class ItemPlanRowSchema(ApiSchema):
    """An item of a facility's plan, base units; limits as they are in force."""

    item_id = Int(required=True)
    item_code = fields.String(attribute="code", required=True)
    item_name = fields.String(attribute="name", required=True)
    strength = fields.String(required=True)
    base_unit = fields.String(required=True)
    units_per_pack = Int(required=True)
    method = fields.Enum(Method, by_value=True, required=True)
    wape = fields.Float(required=True, allow_none=True)
    per_month = Int(required=True)
    minimum = Int(required=True)
    maximum = Int(required=True)
    by_hand = fields.Boolean(required=True)
    usable = Int(required=True)
    coming = Int(required=True)
    asked = Int(required=True)
    proposed = Int(required=True)


class ItemPlansSchema(ApiSchema):
    """A page of plans."""

    rows = fields.List(fields.Nested(ItemPlanRowSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ItemPlanSchema(ApiSchema):
    """Everything behind the limits of one item at one facility, base units."""

    facility_id = Int(required=True)
    item_id = Int(required=True)
    method = fields.Enum(Method, by_value=True, required=True)
    wape = fields.Float(required=True, allow_none=True)
    peers = fields.Dict(keys=fields.String(), required=True)
    points = fields.Dict(keys=fields.String(), required=True)
    per_month = Int(required=True)
    in_lead = Int(required=True)
    in_horizon = Int(required=True)
    spread = Int(required=True)
    lead_days = Int(required=True)
    cycle_days = Int(required=True)
    service_percent = Int(required=True)
    safety = Int(required=True)
    minimum = Int(required=True)
    maximum = Int(required=True)
    set_minimum = Int(required=True, allow_none=True)
    set_maximum = Int(required=True, allow_none=True)
    set_reason = fields.String(required=True)
    set_at = Moment(required=True, allow_none=True)
    usable = Int(required=True)
    coming = Int(required=True)
    asked = Int(required=True)
    proposed = Int(required=True)
    computed_at = Moment(required=True)


class StockAlertRowSchema(ApiSchema):
    """A row of a nightly list; lot and expiry only where the list is by lot."""

    facility_id = Int(required=True)
    facility = fields.String(required=True)
    item_id = Int(required=True)
    item_code = fields.String(attribute="code", required=True)
    item_name = fields.String(attribute="name", required=True)
    strength = fields.String(required=True)
    base_unit = fields.String(required=True)
    urgency = Int(required=True)
    quantity = Int(required=True)
    at_risk = Int(required=True)
    at_risk_value = Money(attribute="at_risk_fen", required=True)
    since = fields.Date(required=True)
    lot_number = fields.String(required=True)
    expires_on = fields.Date(required=True, allow_none=True)
    minimum = Int(required=True)
    maximum = Int(required=True)
    coming = Int(required=True)
    asked = Int(required=True)


class StockAlertsSchema(ApiSchema):
    """A page of a nightly list."""

    rows = fields.List(fields.Nested(StockAlertRowSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class NeedSchema(ApiSchema):
    """What the centre must buy of an item, base units: lacking + keep − centre's own."""

    item_id = Int(required=True)
    per_month = Int(required=True)
    wape = fields.Float(required=True, allow_none=True)
    lacking = Int(required=True)
    keep = Int(required=True)
    minimum = Int(required=True)
    available = Int(attribute="stock.available", required=True)
    arriving = Int(attribute="stock.arriving", required=True)
    on_order = Int(attribute="stock.on_order", required=True)
    quantity = Int(required=True)
    urgent = fields.Boolean(required=True)


class NeedsSchema(ApiSchema):
    """The county's needs."""

    rows = fields.List(fields.Nested(NeedSchema), required=True)
