"""JSON shapes of the indicators."""

from marshmallow import fields, validate

from app.web.schema import ApiSchema, Int, Money, QuerySchema


class CountyQuerySchema(QuerySchema):
    """How many days the trend goes back."""

    days = fields.Integer(load_default=28, validate=validate.Range(min=1, max=92))


class RateSchema(ApiSchema):
    """A share with what it was made of; ``percent`` is null without a denominator."""

    numerator = Int()
    denominator = Int()
    percent = fields.Float(allow_none=True)


class SavingSchema(ApiSchema):
    """Metres used, metres everybody alone would have used, and the saved share."""

    actual = Int()
    baseline = Int()
    percent = fields.Float(allow_none=True)


class MoneySavingSchema(ApiSchema):
    """The same in yuan."""

    actual = Money()
    baseline = Money()
    percent = fields.Float(allow_none=True)


class DayFiguresSchema(ApiSchema):
    """One local day of the county."""

    day = fields.Date()
    requisitions = Int()
    timely = fields.Nested(RateSchema)
    out_of_stock = fields.Nested(RateSchema)
    runs = Int()
    metres = fields.Nested(SavingSchema)
    cost = fields.Nested(MoneySavingSchema, attribute="fen")


class TownshipFiguresSchema(ApiSchema):
    """One township over the trend's days."""

    township = fields.String()
    timely = fields.Nested(RateSchema)
    out_of_stock = fields.Nested(RateSchema)
    stops = Int()
    metres = fields.Nested(SavingSchema)
    cost = fields.Nested(MoneySavingSchema, attribute="fen")


class DeviceFiguresSchema(ApiSchema):
    """One machine over the trend's days; operating rate is not utilisation."""

    device_id = Int()
    name = fields.String()
    facility_name = fields.String()
    modality = fields.String()
    exams = Int()
    operating = fields.Nested(RateSchema)
    utilisation = fields.Nested(RateSchema)
    serviceable = fields.Nested(RateSchema)


class CountyFiguresSchema(ApiSchema):
    """The county's day and its trend."""

    today = fields.Nested(DayFiguresSchema)
    days = fields.List(fields.Nested(DayFiguresSchema))
    timely = fields.Nested(RateSchema)
    metres = fields.Nested(SavingSchema)
    cost = fields.Nested(MoneySavingSchema, attribute="fen")
    townships = fields.List(fields.Nested(TownshipFiguresSchema))
    devices = fields.List(fields.Nested(DeviceFiguresSchema))
