"""JSON and query shapes of county-wide availability."""

from marshmallow import fields

from app.network.models import FacilityKind
from app.web.schema import ApiSchema, Int, QuerySchema, Text


class AvailabilitySearchSchema(QuerySchema):
    """A name, pinyin initials, an item's code, or anything scanned."""

    q = Text(longest=200, load_default="")


class AvailabilityQuerySchema(QuerySchema):
    """Which facilities to show of an item."""

    kind = fields.Enum(FacilityKind, by_value=True, load_default=None, allow_none=True)
    township = Text(longest=60, load_default="")


class AvailabilityPageSchema(AvailabilityQuerySchema):
    """The same on a page, which shows the nearest first and all on request."""

    all = fields.Boolean(load_default=False)


class ItemTotalSchema(ApiSchema):
    """An item found, and what the county has of it, in base units."""

    item_id = Int(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    strength = fields.String(required=True)
    dose_form = fields.String(required=True)
    maker = fields.String(required=True)
    base_unit = fields.String(required=True)
    on_hand = Int(required=True)
    available = Int(required=True)
    facilities = Int(required=True)


class ItemTotalsSchema(ApiSchema):
    """Items found; a scanned code finds one."""

    rows = fields.List(fields.Nested(ItemTotalSchema), required=True)


class FacilityStockSchema(ApiSchema):
    """What one facility has of an item, in base units, and how far away it is.

    ``in_transit`` is on a vehicle or handed over and not yet confirmed. ``metres`` are by
    road from the asker's facility, or in a straight line where ``by_road`` is false.
    ``months`` is null where nothing is used. ``spare`` is what it could give away above its
    own minimum, ``worth_asking`` what the asker would ask it for.
    """

    facility_id = Int(attribute="standing.level.facility_id", required=True)
    facility_name = fields.String(attribute="standing.level.facility_name", required=True)
    kind = fields.Enum(FacilityKind, by_value=True, attribute="standing.level.kind", required=True)
    township = fields.String(attribute="standing.level.township", required=True)
    on_hand = Int(attribute="standing.level.on_hand", required=True)
    usable = Int(attribute="standing.level.usable", required=True)
    available = Int(attribute="standing.level.available", required=True)
    in_transit = Int(attribute="standing.on_the_way", required=True)
    nearest_expiry = fields.Date(
        attribute="standing.level.nearest_expiry", required=True, allow_none=True
    )
    average_monthly_use = Int(attribute="amc.amc", required=True)
    months = fields.Float(required=True, allow_none=True)
    spare = Int(required=True)
    worth_asking = Int(required=True)
    metres = Int(attribute="standing.metres", required=True)
    by_road = fields.Boolean(attribute="standing.by_road", required=True)


class CountyAvailabilitySchema(ApiSchema):
    """An item across the county, the nearest facility first."""

    item_id = Int(attribute="item.id", required=True)
    item_name = fields.String(attribute="item.name", required=True)
    base_unit = fields.String(attribute="item.base_unit", required=True)
    own_need = Int(required=True)
    facilities = Int(required=True)
    on_hand = Int(required=True)
    available = Int(required=True)
    in_transit = Int(attribute="on_the_way", required=True)
    rows = fields.List(fields.Nested(FacilityStockSchema), required=True)
