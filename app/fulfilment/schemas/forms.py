"""Shapes of the pages' forms: repeated fields, one of each per line of the table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from app.accounts.schemas import SignedForm
from app.fulfilment.rules import (
    MOST_LINES,
    Decision,
    LotReason,
    ReasonCode,
    Resolution,
    ShortReason,
    Source,
)
from app.fulfilment.schemas.requisitions import a_code, a_revision
from app.fulfilment.service import Arrived, Count, LotChoice
from app.kernel.ids import LotId
from app.web.schema import ApiSchema, Int, Text, a_quantity, an_id

MOST_PACKS = 1_000_000


def _column(field: fields.Field[Any]) -> fields.List[Any]:
    return fields.List(field, load_default=list, validate=validate.Length(max=MOST_LINES))


def _packs() -> Int:
    return Int(validate=validate.Range(min=0, max=MOST_PACKS), allow_none=True)


class ColumnsSchema(ApiSchema):
    """A form of a table: every column has a value for every row."""

    COLUMNS: Sequence[str] = ()

    @validates_schema
    def columns_are_equally_long(self, data: dict[str, Any], **_: object) -> None:
        if len({len(data[name]) for name in self.COLUMNS}) > 1:
            raise ValidationError("columns differ in length")


class StartForm(ApiSchema):
    """For whom, and from which list."""

    facility = a_code(required=True)
    source = fields.Enum(Source, by_value=True, required=True)


class DraftForm(ColumnsSchema):
    """Packs typed beside each item; an empty field asks for nothing."""

    COLUMNS = ("item", "packs")
    revision = a_revision()
    notes = Text(load_default="")
    item = _column(a_code())
    packs = _column(_packs())
    then = fields.String(
        load_default="save", validate=validate.OneOf(["save", "submit", "template"])
    )


class ItemForm(ApiSchema):
    """One item to add."""

    item = a_code(required=True)


class ApprovalForm(SignedForm, ColumnsSchema):
    """A decision for each line, and the second person's credential where needed."""

    COLUMNS = (
        *("item", "decision", "packs", "reason", "text", "substitute"),
        *("lot", "lot_reason", "lot_text"),
    )
    item = _column(a_code())
    decision = _column(fields.Enum(Decision, by_value=True))
    packs = _column(_packs())
    reason = _column(fields.Enum(ReasonCode, by_value=True, allow_none=True))
    text = _column(Text())
    substitute = _column(a_code())
    lot = _column(an_id(allow_none=True))
    lot_reason = _column(fields.Enum(LotReason, by_value=True, allow_none=True))
    lot_text = _column(Text())
    answer = Text(load_default="")


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One row of the approval's table."""

    item: str
    decision: Decision
    packs: int | None
    reason: ReasonCode | None
    text: str
    substitute: str
    lot: int | None
    lot_reason: LotReason | None
    lot_text: str

    @property
    def lot_choice(self) -> LotChoice | None:
        """The lot chosen by hand, where one is."""
        if self.lot is None:
            return None
        return LotChoice(
            lot_id=LotId(self.lot), reason_code=self.lot_reason, reason_text=self.lot_text
        )

    @property
    def substitute_code(self) -> str | None:
        """The substitute, where the decision is one."""
        return self.substitute if self.decision is Decision.SUBSTITUTED else None

    @property
    def carrier(self) -> str:
        """The item whose packs were typed."""
        return self.substitute_code or self.item


class PickForm(ApiSchema):
    """Lot and packs or base units taken for one line."""

    lot = a_code(required=True)
    quantity = a_quantity(minimum=1, required=True)


class LotForm(ApiSchema):
    """Another lot for a line, and why."""

    lot = an_id(required=True)
    lot_reason = fields.Enum(LotReason, by_value=True, load_default=None, allow_none=True)
    lot_text = Text(load_default="")

    @post_load
    def to_choice(self, data: dict[str, Any], **_: object) -> LotChoice:
        return LotChoice(
            lot_id=data["lot"], reason_code=data["lot_reason"], reason_text=data["lot_text"]
        )


class ShortForm(ApiSchema):
    """Why the bin holds less."""

    reason = fields.Enum(ShortReason, by_value=True, required=True)


class CheckForm(ColumnsSchema):
    """What the second look counted, per lot."""

    COLUMNS = ("item", "lot", "counted")
    item = _column(a_code())
    lot = _column(a_code())
    counted = _column(a_quantity(allow_none=True))

    @post_load
    def to_counts(self, data: dict[str, Any], **_: object) -> list[Count]:
        rows = zip(data["item"], data["lot"], data["counted"], strict=True)
        return [
            Count(item_code=item, lot_number=lot, counted=counted or 0)
            for item, lot, counted in rows
        ]


class ReceiptForm(SignedForm, ColumnsSchema):
    """What arrived: counts of goods without codes, and the codes that are missing."""

    COLUMNS = ("position", "received")
    position = _column(Int(validate=validate.Range(min=1)))
    received = _column(a_quantity(allow_none=True))
    missing = fields.List(
        Text(longest=260), load_default=list, validate=validate.Length(max=MOST_LINES)
    )
    notes = Text(load_default="")

    @post_load
    def to_arrived(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        """Codes come as ``position:code`` from the ticked boxes."""
        gone: dict[int, list[str]] = {}
        for text in data.pop("missing"):
            position, _colon, code = text.partition(":")
            if not position.isdigit():
                raise ValidationError("not a position and a code", "missing")
            gone.setdefault(int(position), []).append(code)
        arrived = [
            Arrived(position=position, received=received)
            for position, received in zip(data.pop("position"), data.pop("received"), strict=True)
            if received is not None
        ]
        arrived += [
            Arrived(position=position, missing=tuple(codes)) for position, codes in gone.items()
        ]
        return {**data, "arrived": arrived}


class CloseForm(SignedForm):
    """What became of the goods."""

    resolution = fields.Enum(Resolution, by_value=True, required=True)
    reason = Text(required=True, shortest=1)
