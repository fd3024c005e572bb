"""JSON shapes of facilities."""

from marshmallow import fields, validate

from app.network.models import FacilityKind
from app.web.schema import ApiSchema, QuerySchema, Text, an_id


class FacilitySchema(ApiSchema):
    """A member of the alliance; positions are WGS-84 degrees."""

    id = fields.Integer(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    short_name = fields.String(required=True)
    pinyin = fields.String(required=True)
    kind = fields.Enum(FacilityKind, by_value=True, required=True)
    township = fields.String(required=True)
    parent_id = fields.Integer(required=True, allow_none=True)
    latitude = fields.Float(required=True)
    longitude = fields.Float(required=True)
    position_source = fields.String(required=True)
    population = fields.Integer(required=True, allow_none=True)
    population_source = fields.String(required=True)
    name_source = fields.String(required=True)
    phone = fields.String(required=True)
    service_minutes = fields.Integer(required=True)
    active = fields.Boolean(required=True)
    insurance_code = fields.String(required=True)


class FacilitiesSchema(ApiSchema):
    """A page of facilities."""

    rows = fields.List(fields.Nested(FacilitySchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class FacilityQuerySchema(QuerySchema):
    """Which facilities: part of a name, pinyin initials or a code."""

    q = Text(load_default="", longest=50)
    kind = fields.Enum(FacilityKind, by_value=True, load_default=None)
    cursor = fields.String(load_default=None, validate=validate.Length(max=300))


class DeliveryWindowSchema(ApiSchema):
    """A day of delivery and the window in which unloading may begin."""

    day = fields.Date(required=True)
    opens = fields.AwareDateTime(required=True)
    closes = fields.AwareDateTime(required=True)


class LegsQuerySchema(QuerySchema):
    """Between which facilities; repeat the name."""

    facility_id = fields.List(an_id(), required=True, validate=validate.Length(min=1, max=60))


class LegSchema(ApiSchema):
    """A drive by road."""

    origin_id = fields.Integer(required=True)
    target_id = fields.Integer(required=True)
    metres = fields.Integer(required=True)
    seconds = fields.Integer(required=True)


class LegsSchema(ApiSchema):
    """The matrix of drives, row by row."""

    legs = fields.List(fields.Nested(LegSchema), required=True)
