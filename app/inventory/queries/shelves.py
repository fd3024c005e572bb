"""Stock as lists: every balance of the facilities one sees, and where a lot lies."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from app.catalogue.models import Item
from app.inventory.models import Condition, Place, PlaceKind, StockBalance
from app.kernel.errors import NotFound
from app.kernel.ids import FacilityId, ItemId, LotId, PlaceId
from app.network.models import Facility
from app.traceability.models import Lot, LotHold


@dataclass(frozen=True, slots=True, kw_only=True)
class StockFilter:
    """Which balances to list; ``facility_ids`` None means the whole county."""

    facility_ids: Collection[FacilityId] | None
    text: str = ""
    expires_before: date | None = None
    only_held: bool = False
    only_expired: bool = False
    lot_number: str = ""
    place_id: PlaceId | None = None


@dataclass(frozen=True, slots=True)
class StockRow:
    """One lot at one place in one condition."""

    balance_id: int
    facility_id: FacilityId
    facility: str
    item_id: ItemId
    item_code: str
    item_name: str
    strength: str
    base_unit: str
    lot_id: LotId
    lot_number: str
    expires_on: date
    hold: LotHold
    place_code: str
    place_name: str
    place_kind: PlaceKind
    condition: Condition
    on_hand: int
    reserved: int

    @property
    def available(self) -> int:
        """Base units nobody was promised."""
        return self.on_hand - self.reserved


@dataclass(frozen=True, slots=True)
class LotFacts:
    """What a lot is, and whether it may be used."""

    id: LotId
    item_id: ItemId
    item_name: str
    strength: str
    base_unit: str
    maker: str
    lot_number: str
    made_on: date | None
    expires_on: date
    hold: LotHold
    hold_reason: str
    hold_since: datetime | None
    hold_class: str
    hold_reference: str
    hold_instruction: str


@dataclass(frozen=True, slots=True)
class Site:
    """A facility to choose in a filter."""

    facility_id: FacilityId
    name: str


@dataclass(frozen=True, slots=True)
class ItemName:
    """An item that a facility has or had on its shelves."""

    item_id: ItemId
    code: str
    name: str
    strength: str
    base_unit: str
    pack_unit: str
    units_per_pack: int


def get_lot_facts(session: Session, lot_id: LotId) -> LotFacts:
    """Return what a lot is.

    Raises:
        NotFound: there is none.
    """
    row: Any = session.execute(
        select(
            Lot.id,
            Lot.item_id,
            Item.name,
            Item.strength,
            Item.base_unit,
            Lot.maker,
            Lot.lot_number,
            Lot.made_on,
            Lot.expires_on,
            Lot.hold,
            Lot.hold_reason,
            Lot.hold_since,
            Lot.hold_class,
            Lot.hold_reference,
            Lot.hold_instruction,
        )
        .join(Item, Item.id == Lot.item_id)
        .where(Lot.id == lot_id)
    ).first()
    if row is None:
        raise NotFound("lot")
    return LotFacts(*row)


def list_sites(session: Session, facility_ids: Collection[FacilityId] | None) -> list[Site]:
    """Return facilities by pinyin key; None asks for the whole county."""
    statement = select(Facility.id, Facility.short_name).where(Facility.active)
    if facility_ids is not None:
        statement = statement.where(Facility.id.in_(facility_ids))
    rows = session.execute(statement.order_by(Facility.pinyin, Facility.id))
    return [Site(*row) for row in rows]


def list_item_names(
    session: Session, facility_id: FacilityId, text: str, after: int | None, size: int
) -> list[ItemName]:
    """Return items of a facility's shelves by pinyin key, at most ``size`` + 1."""
    had = exists().where(
        StockBalance.item_id == Item.id,
        StockBalance.facility_id == facility_id,
        ~StockBalance.outside,
    )
    statement = select(
        Item.id,
        Item.code,
        Item.name,
        Item.strength,
        Item.base_unit,
        Item.pack_unit,
        Item.units_per_pack,
    ).where(had)
    if text:
        statement = statement.where(is_item(text))
    if after is not None:
        last = aliased(Item)
        pinyin = select(last.pinyin).where(last.id == after).scalar_subquery()
        statement = statement.where(tuple_(Item.pinyin, Item.id) > tuple_(pinyin, after))
    rows: Iterable[Any] = session.execute(statement.order_by(Item.pinyin, Item.id).limit(size + 1))
    return [ItemName(*row) for row in rows]


def list_stock(
    session: Session, wanted: StockFilter, after: int | None, size: int, *, today: date
) -> list[StockRow]:
    """Return balances by pinyin key and expiry, at most ``size`` + 1."""
    statement = _rows().where(*_conditions(wanted, today=today))
    if after is not None:
        statement = statement.where(
            tuple_(Item.pinyin, StockBalance.expires_on, StockBalance.id) > key_of_row(after)
        )
    ordered = statement.order_by(Item.pinyin, StockBalance.expires_on, StockBalance.id)
    rows: Iterable[Any] = session.execute(ordered.limit(size + 1))
    return [StockRow(*row) for row in rows]


def key_of_row(after: int) -> Any:
    """Return where a list by pinyin key, expiry and balance goes on."""
    last, item = aliased(StockBalance), aliased(Item)
    columns = [
        select(column)
        .join_from(last, item, item.id == last.item_id)
        .where(last.id == after)
        .scalar_subquery()
        for column in (item.pinyin, last.expires_on)
    ]
    return tuple_(*columns, after)


def list_lot_stock(
    session: Session, lot_id: LotId, facility_ids: Collection[FacilityId] | None
) -> list[StockRow]:
    """Return where a lot lies, most first, at the facilities named or in the whole county."""
    statement = _rows().where(StockBalance.lot_id == lot_id)
    if facility_ids is not None:
        statement = statement.where(StockBalance.facility_id.in_(facility_ids))
    ordered = statement.order_by(StockBalance.on_hand.desc(), StockBalance.id)
    rows: Iterable[Any] = session.execute(ordered)
    return [StockRow(*row) for row in rows]


def _rows() -> Any:
    return (
        select(
            StockBalance.id,
            Facility.id,
            Facility.short_name,
            Item.id,
            Item.code,
            Item.name,
            Item.strength,
            Item.base_unit,
            Lot.id,
            Lot.lot_number,
            Lot.expires_on,
            Lot.hold,
            Place.code,
            Place.name,
            Place.kind,
            StockBalance.condition,
            StockBalance.on_hand,
            StockBalance.reserved,
        )
        .join_from(StockBalance, Facility, Facility.id == StockBalance.facility_id)
        .join(Item, Item.id == StockBalance.item_id)
        .join(Lot, Lot.id == StockBalance.lot_id)
        .join(Place, Place.id == StockBalance.place_id)
        .where(~StockBalance.outside, StockBalance.on_hand != 0)
    )


def _conditions(wanted: StockFilter, *, today: date) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.facility_ids is not None:
        conditions.append(StockBalance.facility_id.in_(wanted.facility_ids))
    if wanted.text:
        conditions.append(or_(is_item(wanted.text), Lot.lot_number == wanted.text.upper()))
    if wanted.expires_before is not None:
        conditions.append(StockBalance.expires_on.between(today, wanted.expires_before))
    if wanted.only_held:
        conditions.append(Lot.hold != LotHold.NONE)
    if wanted.lot_number:
        conditions.append(Lot.lot_number == wanted.lot_number)
    if wanted.only_expired:
        conditions.append(StockBalance.expires_on < today)
    if wanted.place_id is not None:
        conditions.append(StockBalance.place_id == wanted.place_id)
    return conditions


def is_item(text: str) -> ColumnElement[bool]:
    """Say whether an item answers to a name, pinyin initials or code."""
    return or_(
        Item.name.contains(text, autoescape=True),
        Item.pinyin.startswith(text.lower(), autoescape=True),
        Item.code == text.upper(),
    )
