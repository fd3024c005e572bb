"""What became of each lot, out of the ledger: it is double-entry, so the account foots."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, case, cast, func, select
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.inventory.models import (
    Condition,
    Place,
    PlaceKind,
    PostingKind,
    StockBalance,
    StockMove,
)
from app.kernel.ids import ItemId, LotId
from app.recall.rules import Account
from app.traceability.models import Lot, LotHold


@dataclass(frozen=True, slots=True, kw_only=True)
class LotAccount:
    """A lot and what became of it, in base units."""

    lot_id: LotId
    item_id: ItemId
    item_name: str
    strength: str
    base_unit: str
    maker: str
    lot_number: str
    expires_on: date
    hold: LotHold
    account: Account


def accounts_of(session: Session, lot_ids: Collection[LotId]) -> list[LotAccount]:
    """Return the account of each lot, in the order of items and lot numbers.

    Opening stock counts as received. What a count did not find is lost; what it found beyond
    the book makes the loss smaller.
    """
    figures: dict[LotId, Account] = {
        row.lot_id: Account(**{name: getattr(row, name) for name in Account.__slots__})
        for row in session.execute(_figures(lot_ids))
    }
    rows: Iterable[Any] = session.execute(
        select(
            Lot.id,
            Item.id,
            Item.name,
            Item.strength,
            Item.base_unit,
            Lot.maker,
            Lot.lot_number,
            Lot.expires_on,
            Lot.hold,
        )
        .join(Item, Item.id == Lot.item_id)
        .where(Lot.id.in_(lot_ids))
        .order_by(Item.pinyin, Item.id, Lot.lot_number, Lot.id)
    )
    names = ("lot_id", "item_id", "item_name", "strength", "base_unit", "maker")
    fields = (*names, "lot_number", "expires_on", "hold")
    return [
        LotAccount(**dict(zip(fields, row, strict=True)), account=figures.get(row[0], Account()))
        for row in rows
    ]


def _figures(lot_ids: Collection[LotId]) -> Any:
    moved, kind = StockMove, StockMove.kind
    quantity = cast(StockMove.quantity, BigInteger)
    at, apart = Place.kind, StockBalance.condition == Condition.QUARANTINE
    opened = and_(at == PlaceKind.ADJUSTMENT, kind == PostingKind.OPENING)
    returned = and_(at == PlaceKind.SUPPLIER, kind == PostingKind.RETURN)
    burnt = and_(at == PlaceKind.LOSS, kind == PostingKind.DESTROY)
    gone = at.in_((PlaceKind.LOSS, PlaceKind.ADJUSTMENT))
    return (
        select(
            StockBalance.lot_id,
            _sum(and_(at == PlaceKind.SUPPLIER, ~returned) | opened, -quantity).label("received"),
            _sum(and_(kind == PostingKind.HAND_OVER, quantity > 0), quantity).label("shipped"),
            _sum(and_(~StockBalance.outside, ~apart), quantity).label("on_hand"),
            _sum(and_(~StockBalance.outside, apart), quantity).label("collected"),
            _sum(at == PlaceKind.PATIENT, quantity).label("dispensed"),
            _sum(at == PlaceKind.DISPOSAL, quantity).label("awaiting"),
            _sum(burnt, quantity).label("destroyed"),
            _sum(returned, quantity).label("sent_back"),
            _sum(and_(gone, ~burnt, ~opened), quantity).label("lost"),
        )
        .join_from(StockBalance, Place, Place.id == StockBalance.place_id)
        .join(moved, moved.balance_id == StockBalance.id)
        .where(StockBalance.lot_id.in_(lot_ids))
        .group_by(StockBalance.lot_id)
    )


def _sum(condition: ColumnElement[bool], quantity: ColumnElement[int]) -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(case((condition, quantity))), 0), BigInteger)
