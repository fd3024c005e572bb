"""Which rows of ours a platform must be told of, and have no message yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    false,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.catalogue.models import Item
from app.counting.models import CountEntry, CountLine, CountSheet
from app.counting.rules import SheetState
from app.dispensing.models import DispensingLine
from app.inventory.models import (
    Place,
    PlaceKind,
    PostingKind,
    StockBalance,
    StockMove,
    StockPosting,
)
from app.traceability.models import Unit
from app.uploads.models import Upload
from app.uploads.rules import StockChange, UploadKind

Source = ColumnElement[Any] | InstrumentedAttribute[Any]
GIVEN = (PostingKind.DISPENSE, PostingKind.CONSUME)
COUNTED = (PostingKind.COUNT, PostingKind.OPENING)
GONE = (PostingKind.LOSS, PostingKind.DESTROY)
OF_LEGS = (
    UploadKind.PURCHASE,
    UploadKind.PURCHASE_RETURN,
    UploadKind.SALE,
    UploadKind.STOCK_CHANGE,
)
"""Kinds of messages whose source is a leg of a posting that may be undone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which postings to read: after one, up to one, recorded since; and which kinds of items."""

    after: int
    last: int
    since: datetime
    item_kinds: Sequence[str]


def next_postings(
    session: Session, after: int, since: datetime, most: int
) -> list[tuple[int, datetime]]:
    """Return the next postings, at most so many, with when each was recorded."""
    rows = session.execute(
        select(StockPosting.id, StockPosting.recorded_at)
        .where(StockPosting.id > after, StockPosting.recorded_at >= since)
        .order_by(StockPosting.id)
        .limit(most)
    )
    return [(row.id, row.recorded_at) for row in rows]


def told_legs(scope: Scope) -> Select[Any]:
    """Select what postings tell and no message says yet.

    Goods count at the leg in our own stock; what is lost or destroyed, at the place of losses:
    written-off goods that wait for their destruction are still ours.
    """
    kind = _kind()
    split = case(
        (Unit.id.is_not(None), func.abs(StockMove.quantity) < Unit.capacity),
        else_=func.abs(StockMove.quantity) % Item.units_per_pack != 0,
    )
    return (
        select(
            kind.label("kind"),
            StockMove.id.label("source_id"),
            null().label("after_id"),
            StockMove.facility_id,
            StockMove.item_id,
            StockMove.lot_id,
            StockPosting.document,
            _change().label("change"),
            func.abs(StockMove.quantity).label("quantity"),
            split.label("split"),
            case((Unit.id.is_not(None), 1), else_=0).label("code_count"),
            StockPosting.occurred_at.label("happened_at"),
        )
        .join_from(StockPosting, StockMove, StockMove.posting_id == StockPosting.id)
        .join(StockBalance, StockBalance.id == StockMove.balance_id)
        .join(Place, Place.id == StockBalance.place_id)
        .join(Item, Item.id == StockMove.item_id)
        .outerjoin(
            DispensingLine,
            and_(StockMove.line_kind == "dispensing_line", DispensingLine.id == StockMove.line_id),
        )
        .outerjoin(Unit, Unit.id == DispensingLine.unit_id)
        .where(
            *_in(scope),
            Item.kind.in_(scope.item_kinds),
            kind.is_not(None),
            ~_is_told(kind, StockMove.id),
        )
        .order_by(StockMove.id)
    )


def taken_back(scope: Scope) -> Select[Any]:
    """Select what reversals undo of what was told.

    A reversal mirrors its posting leg by leg: the n-th leg of a balance undoes its n-th. A sale
    is undone by a return (3506), everything else by removing its message (3507).
    """
    undone, undo = _undone(scope), _undo(scope)
    kind = case(
        (Upload.kind == UploadKind.SALE, UploadKind.SALE_RETURN.value),
        else_=UploadKind.REMOVAL.value,
    )
    return (
        select(
            kind.label("kind"),
            undo.c.id.label("source_id"),
            Upload.id.label("after_id"),
            Upload.facility_id,
            Upload.item_id,
            Upload.lot_id,
            undo.c.document,
            Upload.change,
            Upload.quantity,
            Upload.split,
            Upload.code_count,
            undo.c.occurred_at.label("happened_at"),
        )
        .join_from(
            undo,
            undone,
            and_(
                undone.c.posting_id == undo.c.reverses_id,
                undone.c.balance_id == undo.c.balance_id,
                undone.c.place == undo.c.place,
            ),
        )
        .join(Upload, and_(Upload.source_id == undone.c.id, Upload.kind.in_(OF_LEGS)))
        .where(~_is_told(kind, undo.c.id))
        .order_by(undo.c.id)
    )


def stock_takes(since: datetime, item_kinds: Sequence[str]) -> Any:
    """Select the lines of posted counts that no message tells yet."""
    line = CountLine
    scanned = (
        select(func.count())
        .where(
            CountEntry.line_id == line.id,
            CountEntry.round == line.round,
            CountEntry.unit_id.is_not(None),
        )
        .scalar_subquery()
    )
    kind = literal(UploadKind.STOCK_TAKE.value)
    return (
        select(
            kind.label("kind"),
            line.id.label("source_id"),
            null().label("after_id"),
            CountSheet.facility_id,
            line.item_id,
            line.lot_id,
            CountSheet.reference.label("document"),
            literal(StockChange.NONE.value).label("change"),
            line.counted.label("quantity"),
            false().label("split"),
            scanned.label("code_count"),
            line.counted_at.label("happened_at"),
        )
        .join_from(line, CountSheet, CountSheet.id == line.sheet_id)
        .join(Item, Item.id == line.item_id)
        .where(
            CountSheet.state == SheetState.POSTED,
            CountSheet.approved_at >= since,
            line.counted.is_not(None),
            Item.kind.in_(item_kinds),
            ~_is_told(kind, line.id),
        )
        .order_by(line.id)
    )


def _in(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    return (
        StockPosting.id > scope.after,
        StockPosting.id <= scope.last,
        StockPosting.recorded_at >= scope.since,
    )


def _kind() -> ColumnElement[Any]:
    ours, kind = ~StockBalance.outside, StockPosting.kind
    lost = and_(kind.in_(GONE), Place.kind == PlaceKind.LOSS, StockMove.quantity > 0)
    sent_back = and_(
        kind == PostingKind.RETURN, StockMove.line_kind == "supplier_return_line", ours
    )
    return case(
        (and_(kind == PostingKind.RECEIPT, ours), UploadKind.PURCHASE.value),
        (sent_back, UploadKind.PURCHASE_RETURN.value),
        (and_(kind.in_(GIVEN), ours), UploadKind.SALE.value),
        (or_(and_(kind.in_(COUNTED), ours), lost), UploadKind.STOCK_CHANGE.value),
        else_=None,
    )


def _change() -> ColumnElement[Any]:
    kind = StockPosting.kind
    return case(
        (kind == PostingKind.OPENING, StockChange.OPENING.value),
        (kind == PostingKind.DESTROY, StockChange.DESTROYED.value),
        (kind == PostingKind.LOSS, StockChange.LOST.value),
        (and_(kind == PostingKind.COUNT, StockMove.quantity > 0), StockChange.GAIN.value),
        (kind == PostingKind.COUNT, StockChange.SHORTAGE.value),
        else_=StockChange.NONE.value,
    )


def _is_told(kind: ColumnElement[Any], source: Source) -> ColumnElement[bool]:
    told = Upload.__table__.alias("told")
    return (
        select(told.c.id)
        .where(told.c.kind == kind, told.c.source_id == source)
        .correlate_except(told)
        .exists()
    )


def _undone(scope: Scope) -> Subquery:
    """Return the legs of postings that are undone in the scope, numbered in each balance."""
    reversed_ = select(StockPosting.reverses_id).where(
        *_in(scope), StockPosting.kind == PostingKind.REVERSAL
    )
    return (
        select(StockMove.id, StockMove.posting_id, StockMove.balance_id, _place())
        .where(StockMove.posting_id.in_(reversed_))
        .subquery("undone")
    )


def _undo(scope: Scope) -> Subquery:
    """Return the legs of the scope's reversals, numbered in each balance."""
    return (
        select(
            StockMove.id,
            StockMove.balance_id,
            StockPosting.reverses_id,
            StockPosting.document,
            StockPosting.occurred_at,
            _place(),
        )
        .join_from(StockMove, StockPosting, StockPosting.id == StockMove.posting_id)
        .where(*_in(scope), StockPosting.kind == PostingKind.REVERSAL)
        .subquery("undo")
    )


def _place() -> ColumnElement[int]:
    order = func.row_number().over(
        partition_by=(StockMove.posting_id, StockMove.balance_id), order_by=StockMove.id
    )
    return order.label("place")
