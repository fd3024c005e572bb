"""JSON and form shapes of facilities and roads."""

from typing import Any

from marshmallow import fields, post_load, validate
from werkzeug.datastructures import FileStorage

from app.network.errors import RoadSheetUnreadable
from app.network.models import FacilityKind
from app.network.rules import CoordinateSystem
from app.network.rules.conditions import FULL_PERCENT, ConditionKind
from app.network.rules.great_circle import Terrain
from app.network.service import ConditionRequest, PositionRequest
from app.web.schema import ApiSchema, Int, QuerySchema, Text, an_id

LONGEST_REASON = 80
SLOWEST_PERCENT = 10
DEEPEST, HIGHEST = -200, 6_000
NORTH, EAST = 90, 180


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
    position_system = fields.Enum(CoordinateSystem, by_value=True, required=True)
    altitude_metres = fields.Integer(required=True, allow_none=True)
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


class ConditionFormSchema(ApiSchema):
    """A closed road, a township cut off, or a slow season."""

    kind = fields.Enum(ConditionKind, by_value=True, required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    reason = Text(required=True, shortest=1, longest=LONGEST_REASON)
    origin_id = an_id(load_default=None, allow_none=True)
    target_id = an_id(load_default=None, allow_none=True)
    township = Text(load_default="", longest=LONGEST_REASON)
    terrain = fields.Enum(Terrain, by_value=True, load_default=None, allow_none=True)
    speed_percent = Int(
        load_default=FULL_PERCENT, validate=validate.Range(min=SLOWEST_PERCENT, max=FULL_PERCENT)
    )

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> ConditionRequest:
        return ConditionRequest(**data)


class TerrainFormSchema(ApiSchema):
    """What the country of a township is like."""

    township = Text(required=True, shortest=1, longest=LONGEST_REASON)
    terrain = fields.Enum(Terrain, by_value=True, required=True)


class PositionFormSchema(ApiSchema):
    """A position as some map shows it, and which system that map counts in."""

    latitude = fields.Float(required=True, validate=validate.Range(min=-NORTH, max=NORTH))
    longitude = fields.Float(required=True, validate=validate.Range(min=-EAST, max=EAST))
    system = fields.Enum(CoordinateSystem, by_value=True, required=True)
    source = Text(required=True, shortest=1, longest=LONGEST_REASON)
    altitude_metres = Int(
        load_default=None, allow_none=True, validate=validate.Range(min=DEEPEST, max=HIGHEST)
    )

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> PositionRequest:
        return PositionRequest(**data)


def sheet_text(file: FileStorage | None) -> str:
    """Return what a sent table says: Excel in China saves GB 18030, others UTF-8.

    Raises:
        RoadSheetUnreadable: no file came, or it is no text.
    """
    sent = file.stream.read() if file else b""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return sent.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RoadSheetUnreadable
