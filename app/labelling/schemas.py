"""Form shapes of labelling."""

from typing import Any

from marshmallow import fields, post_load, validate

from app.labelling.rules import MOST_LABELS, LabelSource, Layout, SymbolKind
from app.labelling.service import Choice, PrintRequest
from app.web.schema import ApiSchema, Int, QuerySchema, Text, an_id

MOST_PLACES = 64
LONGEST_NAME = 200


class LabelQuerySchema(QuerySchema):
    """What to choose labels from."""

    source = fields.Enum(LabelSource, by_value=True, load_default=None, allow_none=True)
    named = Text(longest=LONGEST_NAME, load_default="")


class PageQuerySchema(QuerySchema):
    """Which page of a print to show, counted from 1."""

    page = Int(validate=validate.Range(1, MOST_LABELS), load_default=1)


class PreviewSchema(QuerySchema):
    """What is about to be printed; no key means everything chosen."""

    source = fields.Enum(LabelSource, by_value=True, required=True)
    named = Text(longest=LONGEST_NAME, load_default="")
    layout = fields.Enum(Layout, by_value=True, load_default=Layout.THERMAL_50X30)
    symbol = fields.Enum(SymbolKind, by_value=True, load_default=SymbolKind.QR)
    copies = Int(validate=validate.Range(0, MOST_LABELS), load_default=1)
    skip = Int(validate=validate.Range(0, MOST_PLACES), load_default=0)
    key = fields.List(an_id(), validate=validate.Length(max=MOST_LABELS), load_default=list)

    @post_load
    def build(self, data: dict[str, Any], **_kwargs: object) -> PrintRequest:
        return _request(data)


class LabelForm(ApiSchema):
    """The same, to be printed."""

    source = fields.Enum(LabelSource, by_value=True, required=True)
    named = Text(longest=LONGEST_NAME, load_default="")
    layout = fields.Enum(Layout, by_value=True, required=True)
    symbol = fields.Enum(SymbolKind, by_value=True, required=True)
    copies = Int(validate=validate.Range(0, MOST_LABELS), load_default=1)
    skip = Int(validate=validate.Range(0, MOST_PLACES), load_default=0)
    key = fields.List(an_id(), validate=validate.Length(max=MOST_LABELS), load_default=list)

    @post_load
    def build(self, data: dict[str, Any], **_kwargs: object) -> PrintRequest:
        return _request(data)


def _request(data: dict[str, Any]) -> PrintRequest:
    choice = Choice(source=data.pop("source"), named=data.pop("named"))
    keys = frozenset(data.pop("key"))
    return PrintRequest(choice=choice, keys=keys, **data)
