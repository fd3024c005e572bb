"""What lies at a facility's places and may have to be written off."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.catalogue.models import Item, SpecialClass
from app.inventory.models import Condition, Place, PlaceKind, StockBalance
from app.inventory.queries import is_item
from app.kernel.actor import Actor
from app.kernel.ids import FacilityId, ItemId, LotId, PlaceId
from app.network.models import Facility
from app.traceability.models import Lot, LotHold

PLACES = (PlaceKind.BIN, PlaceKind.RECEIVING)
"""Where goods of one's own lie; what is in totes or on the road is somebody's promise."""


class Which(StrEnum):
    """Which goods to show: what is due to go, or anything that answers to the search."""

    EXPIRED = "expired"
    SET_APART = "set_apart"
    HELD = "held"
    ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsFilter:
    """Which goods of the actor's facilities to list."""

    which: Which = Which.EXPIRED
    text: str = ""
    lot_id: LotId | None = None


@dataclass(frozen=True, slots=True)
class GoodsRow:
    """One lot at one place in one condition, with what a document keeps of it."""

    balance_id: int
    facility_id: FacilityId
    facility: str
    place_id: PlaceId
    place_kind: PlaceKind
    place_code: str
    place_name: str
    item_id: ItemId
    item_code: str
    item_name: str
    strength: str
    base_unit: str
    pack_unit: str
    units_per_pack: int
    is_coded: bool
    special_class: SpecialClass
    lot_id: LotId
    lot_number: str
    expires_on: date
    hold: LotHold
    cost_fen: int
    condition: Condition
    on_hand: int
    reserved: int

    @property
    def free(self) -> int:
        """Base units nobody was promised."""
        return self.on_hand - self.reserved

    @property
    def is_controlled(self) -> bool:
        """Whether it is a controlled medicine."""
        return self.special_class is not SpecialClass.NONE


def list_goods(
    session: Session, actor: Actor, wanted: GoodsFilter, size: int, *, today: date
) -> list[GoodsRow]:
    """Return free goods of the actor's facilities, the soonest expired first."""
    conditions: dict[Which, ColumnElement[bool]] = {
        Which.EXPIRED: StockBalance.expires_on < today,
        Which.SET_APART: StockBalance.condition != Condition.USABLE,
        Which.HELD: Lot.hold != LotHold.NONE,
    }
    statement = _goods(actor).where(StockBalance.on_hand > StockBalance.reserved)
    if wanted.lot_id is not None:
        statement = statement.where(StockBalance.lot_id == wanted.lot_id)
    elif wanted.which in conditions:
        statement = statement.where(conditions[wanted.which])
    if wanted.text:
        statement = statement.where(
            or_(is_item(wanted.text), Lot.lot_number == wanted.text.upper())
        )
    ordered = statement.order_by(StockBalance.expires_on, Item.pinyin, StockBalance.id)
    rows: Iterable[Any] = session.execute(ordered.limit(size))
    return [GoodsRow(*row) for row in rows]


def goods_at(session: Session, actor: Actor, balance_ids: Collection[int]) -> list[GoodsRow]:
    """Return these goods, as far as they lie at places of the actor's facilities."""
    statement = _goods(actor).where(StockBalance.id.in_(balance_ids)).order_by(StockBalance.id)
    rows: Iterable[Any] = session.execute(statement)
    return [GoodsRow(*row) for row in rows]


def _goods(actor: Actor) -> Any:
    return (
        select(
            StockBalance.id,
            Facility.id,
            Facility.short_name,
            Place.id,
            Place.kind,
            Place.code,
            Place.name,
            Item.id,
            Item.code,
            Item.name,
            Item.strength,
            Item.base_unit,
            Item.pack_unit,
            Item.units_per_pack,
            Item.is_coded,
            Item.special_class,
            Lot.id,
            Lot.lot_number,
            Lot.expires_on,
            Lot.hold,
            Lot.cost_fen,
            StockBalance.condition,
            StockBalance.on_hand,
            StockBalance.reserved,
        )
        .join_from(StockBalance, Place, Place.id == StockBalance.place_id)
        .join(Facility, Facility.id == Place.facility_id)
        .join(Item, Item.id == StockBalance.item_id)
        .join(Lot, Lot.id == StockBalance.lot_id)
        .where(
            Place.kind.in_(PLACES),
            Place.facility_id.in_(actor.facility_ids),
            StockBalance.owner_id == Place.facility_id,
        )
    )
