"""Shapes of reconciliations and differences."""

from marshmallow import fields, validate

from app.reconciliation.rules import Clue
from app.web.schema import MOST_ID, ApiSchema, Int, Moment, QuerySchema, an_id


class DifferenceQuerySchema(QuerySchema):
    """Which differences: of one facility or all one sees, those that are open or all."""

    facility_id = Int(
        load_default=None, allow_none=True, validate=validate.Range(min=0, max=MOST_ID)
    )
    all = fields.Boolean(load_default=False)
    cursor = fields.String(load_default=None, validate=validate.Length(max=300))


class SiteToCompareSchema(ApiSchema):
    """The facility whose codes are compared; one's own without it."""

    facility_id = an_id(load_default=None, allow_none=True)


class LeadSchema(ApiSchema):
    """A code or a document that may explain a difference."""

    kind = fields.String(validate=validate.OneOf(list(Clue)), required=True)
    code = fields.String(required=True)
    document = fields.String(required=True)
    quantity = Int(required=True)
    where = fields.String(required=True)


class CodeDifferenceSchema(ApiSchema):
    """A lot at a place whose codes and book differ; ``difference`` is codes less book."""

    id = Int(required=True)
    facility_id = Int(required=True)
    facility = fields.String(required=True)
    place = fields.String(attribute="place_code", required=True)
    item_id = Int(required=True)
    item_name = fields.String(required=True)
    strength = fields.String(required=True)
    base_unit = fields.String(required=True)
    lot_id = Int(required=True)
    lot_number = fields.String(required=True)
    books = Int(required=True)
    codes = Int(required=True)
    difference = Int(required=True)
    leads = fields.List(fields.Nested(LeadSchema), required=True)
    found_at = Moment(required=True)
    seen_at = Moment(required=True)
    ended_at = Moment(required=True, allow_none=True)


class CodeDifferencesSchema(ApiSchema):
    """A page of differences, newest first."""

    rows = fields.List(fields.Nested(CodeDifferenceSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ReconciliationSchema(ApiSchema):
    """What a comparison found."""

    compared = Int(required=True)
    differing = Int(required=True)
    packs = Int(required=True)
    base_units = Int(required=True)
    milliseconds = Int(required=True)
