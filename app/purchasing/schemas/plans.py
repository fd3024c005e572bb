"""JSON and form shapes of purchase plans."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from app.purchasing.models import OrderState, PurchasePlanState
from app.purchasing.schemas.orders import packs
from app.web.schema import ApiSchema, Int, Moment, Money, QuerySchema, Text, an_id

MOST_ROWS = 3000


class PlanListQuerySchema(QuerySchema):
    """Where to go on in the list of plans."""

    cursor = Text(longest=200, load_default="")


class PlanQuerySchema(QuerySchema):
    """Whose lines to show; ``-`` are those nobody is chosen for."""

    supplier = Text(longest=40, load_default="")


class PlanRowSchema(ApiSchema):
    """A plan in a list."""

    reference = fields.String(required=True)
    state = fields.Enum(PurchasePlanState, by_value=True, required=True)
    created_at = Moment(required=True)
    writer = fields.String(required=True)
    items = Int(required=True)
    total = Money(attribute="total_fen", required=True)


class PlansSchema(ApiSchema):
    """A page of plans."""

    rows = fields.List(fields.Nested(PlanRowSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class FacilityNeedSchema(ApiSchema):
    """What one facility lacks of an item, in base units: asked + proposed."""

    facility = fields.String(required=True)
    per_month = Int(required=True)
    minimum = Int(required=True)
    maximum = Int(required=True)
    usable = Int(required=True)
    coming = Int(required=True)
    asked = Int(required=True)
    proposed = Int(required=True)
    need = Int(required=True)


class PlanArithmeticSchema(ApiSchema):
    """Every piece of the advice, in base units: required − available − arriving − on order."""

    per_month = Int(required=True)
    lacking = Int(required=True)
    keep = Int(required=True)
    required = Int(required=True)
    available = Int(required=True)
    arriving = Int(required=True)
    on_order = Int(required=True)
    net = Int(required=True)
    facilities = fields.List(fields.Nested(FacilityNeedSchema), required=True)


class PlanLineSchema(ApiSchema):
    """An item of a plan."""

    item_id = Int(required=True)
    item_code = fields.String(required=True)
    item_name = fields.String(required=True)
    item_strength = fields.String(required=True)
    pack_unit = fields.String(required=True)
    units_per_pack = Int(required=True)
    suggested_packs = Int(required=True)
    packs = Int(required=True)
    supplier = fields.String(required=True, allow_none=True)
    price = Money(attribute="price_fen", required=True)
    amount = Money(attribute="amount_fen", required=True)
    arithmetic = fields.Nested(PlanArithmeticSchema, required=True)


class ShareSchema(ApiSchema):
    """What a plan buys from one supplier."""

    supplier_code = fields.String(required=True, allow_none=True)
    supplier = fields.String(required=True, allow_none=True)
    items = Int(required=True)
    total = Money(attribute="total_fen", required=True)


class PlanOrderSchema(ApiSchema):
    """An order made of a plan."""

    reference = fields.String(required=True)
    state = fields.Enum(OrderState, by_value=True, required=True)


class PlanDetailSchema(ApiSchema):
    """A plan with its lines, its split by supplier and the orders made of it."""

    reference = fields.String(required=True)
    state = fields.Enum(PurchasePlanState, by_value=True, required=True)
    created_at = Moment(required=True)
    shares = fields.List(fields.Nested(ShareSchema), required=True)
    orders = fields.List(fields.Nested(PlanOrderSchema), required=True)
    lines = fields.List(fields.Nested(PlanLineSchema), required=True)


class PlanChoiceSchema(ApiSchema):
    """Packs of an item and who sells them."""

    item_id = an_id(required=True)
    packs = packs(required=True)
    supplier_code = Text(longest=40, load_default=None, allow_none=True)


class PlanChoicesSchema(ApiSchema):
    """Lines of a plan to change."""

    choices = fields.List(
        fields.Nested(PlanChoiceSchema), required=True, validate=validate.Length(max=MOST_ROWS)
    )


class PlanOrdersSchema(ApiSchema):
    """When the goods should arrive."""

    expected_on = fields.Date(required=True)


def _column(field: fields.Field[Any]) -> fields.List[Any]:
    return fields.List(field, load_default=list, validate=validate.Length(max=MOST_ROWS))


class PlanForm(ApiSchema):
    """Packs and suppliers beside each item."""

    item_id = _column(an_id())
    packs = _column(packs())
    supplier = _column(Text(longest=40))

    @post_load
    def to_choices(self, data: dict[str, Any], **_: object) -> list[dict[str, Any]]:
        if len({len(column) for column in data.values()}) > 1:
            raise ValidationError("columns differ in length", "packs")
        names = ("item_id", "packs", "supplier_code")
        rows = zip(data["item_id"], data["packs"], data["supplier"], strict=True)
        return [dict(zip(names, row, strict=True)) for row in rows]
