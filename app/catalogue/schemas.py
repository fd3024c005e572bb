"""JSON shapes of the catalogue."""

from marshmallow import fields, validate

from app.catalogue.models import ItemKind, Modality, SpecialClass, StorageClass
from app.web.schema import ApiSchema, Money, QuerySchema, Text


class ItemSchema(ApiSchema):
    """A trade item; quantities elsewhere are in its base unit."""

    id = fields.Integer(required=True)
    code = fields.String(required=True)
    kind = fields.Enum(ItemKind, by_value=True, required=True)
    name = fields.String(required=True)
    dose_form = fields.String(required=True)
    strength = fields.String(required=True)
    pinyin = fields.String(required=True)
    base_unit = fields.String(required=True)
    pack_unit = fields.String(required=True)
    units_per_pack = fields.Integer(required=True)
    storage_class = fields.Enum(StorageClass, by_value=True, required=True)
    special_class = fields.Enum(SpecialClass, by_value=True, required=True)
    maker = fields.String(required=True)
    price = Money(attribute="price_fen", required=True)
    weight_grams = fields.Integer(required=True)
    volume_cm3 = fields.Integer(required=True)
    is_coded = fields.Boolean(required=True)
    is_stocked = fields.Boolean(required=True)
    is_demo = fields.Boolean(required=True)
    source = fields.String(required=True)
    insurance_code = fields.String(required=True)


class ItemsSchema(ApiSchema):
    """A page of items."""

    rows = fields.List(fields.Nested(ItemSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ItemQuerySchema(QuerySchema):
    """Which items: part of a name, pinyin initials or a code."""

    q = Text(load_default="", longest=50)
    kind = fields.Enum(ItemKind, by_value=True, load_default=None)
    stocked = fields.Boolean(load_default=False)
    cursor = fields.String(load_default=None, validate=validate.Length(max=300))


class ExamSchema(ApiSchema):
    """An imaging exam with today's price."""

    id = fields.Integer(required=True)
    code = fields.String(required=True)
    modality = fields.Enum(Modality, by_value=True, required=True)
    body_part = fields.String(required=True)
    exam_type = fields.String(required=True)
    name = fields.String(required=True)
    pinyin = fields.String(required=True)
    unit = fields.String(required=True)
    minutes_low = fields.Integer(required=True)
    minutes_high = fields.Integer(required=True)
    minutes_source = fields.String(required=True)
    with_contrast = fields.Boolean(required=True)
    preparation_zh = fields.String(required=True)
    preparation_en = fields.String(required=True)
    price = Money(attribute="price_fen", required=True, allow_none=True)
    price_is_demo = fields.Boolean(required=True, allow_none=True)


class ExamsSchema(ApiSchema):
    """All exams; there are little more than a hundred."""

    rows = fields.List(fields.Nested(ExamSchema), required=True)


class ExamQuerySchema(QuerySchema):
    """Which exams."""

    q = Text(load_default="", longest=50)
    modality = fields.Enum(Modality, by_value=True, load_default=None)
