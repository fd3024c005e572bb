"""Shapes of alerts."""

from marshmallow import fields, validate

from app.alerts.rules import LEVELS, AlertState
from app.web.schema import ApiSchema, Int, Moment, QuerySchema, Text


class AlertQuerySchema(QuerySchema):
    """Which alerts: closed ones or those that wait, of one level, of one code."""

    closed = fields.Boolean(load_default=False)
    level = Int(load_default=None, allow_none=True, validate=validate.OneOf(LEVELS))
    code = Text(longest=200, load_default=None, allow_none=True)
    cursor = Text(longest=200, load_default="")


class AlertSchema(ApiSchema):
    """A suspicion: what, where, who, how often; and who looks after it."""

    id = Int(required=True)
    kind = fields.String(required=True)
    level = Int(required=True)
    facility_id = Int(required=True)
    facility = fields.String(required=True)
    by = fields.String(required=True)
    code = fields.String(required=True)
    what = fields.String(required=True)
    document = fields.String(required=True)
    details = fields.Dict(keys=fields.String(), required=True)
    times = Int(required=True)
    raised_at = Moment(required=True)
    last_at = Moment(required=True)
    state = fields.Enum(AlertState, by_value=True, required=True)
    owner = fields.String(required=True, allow_none=True)
    taken_at = Moment(required=True, allow_none=True)
    closed_at = Moment(required=True, allow_none=True)
    closed_reason = fields.String(required=True)
    apart = fields.String(required=True, allow_none=True)
    is_unit = fields.Boolean(required=True)


class AlertsSchema(ApiSchema):
    """A page of alerts, most serious and oldest first."""

    rows = fields.List(fields.Nested(AlertSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class CloseAlertSchema(ApiSchema):
    """What an alert was."""

    reason = Text(shortest=1, longest=200, required=True)


class CloseAlertForm(ApiSchema):
    """The same as a form."""

    reason = Text(shortest=1, longest=200, required=True)
