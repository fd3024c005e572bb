"""Shapes of notices."""

from marshmallow import fields, validate

from app.notices.rules import NoticeKind
from app.web.schema import ApiSchema, Int, Moment, QuerySchema


class NoticeQuerySchema(QuerySchema):
    """Which page of notices."""

    cursor = fields.String(load_default=None, validate=validate.Length(max=300))


class NoticeSchema(ApiSchema):
    """A notice: so many new since the last look, so many on the list, at so many facilities."""

    id = Int(required=True)
    kind = fields.Enum(NoticeKind, by_value=True, required=True)
    fresh = Int(required=True)
    total = Int(required=True)
    facilities = Int(required=True)
    told_at = Moment(required=True)
    read_at = Moment(required=True, allow_none=True)


class NoticesSchema(ApiSchema):
    """A page of notices."""

    rows = fields.List(fields.Nested(NoticeSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ReadNoticesSchema(ApiSchema):
    """How many notices were unread until now."""

    read = Int(required=True)
