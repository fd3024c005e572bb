"""Count sheets as lists, their lines with names, and who counted what."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import UserAccount
from app.catalogue.models import Item, SpecialClass
from app.counting.models import CountEntry, CountLine, CountSheet
from app.counting.rules import AbcClass, SheetKind, SheetState
from app.inventory.models import Condition, Place, PlaceKind, StockBalance
from app.kernel.actor import Actor, Permission
from app.kernel.ids import (
    CountLineId,
    CountSheetId,
    FacilityId,
    ItemId,
    LotId,
    PlaceId,
    UnitId,
    UserId,
)
from app.network.models import Facility
from app.traceability.models import Lot, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetQuery:
    """Which sheets to list: those not posted yet, or all; ``before`` is the page's key."""

    whole: bool = False
    before: int | None = None


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A count sheet in a list."""

    id: CountSheetId
    reference: str
    facility_id: FacilityId
    facility: str
    kind: SheetKind
    state: SheetState
    planned_on: date
    created_at: datetime
    started_by: str | None
    finished_by: str | None
    approved_by: str | None
    approved_at: datetime | None
    second_person: str | None
    reason: str
    lines: int
    counted: int


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line with the names people read; ``cost_fen`` is of a sales pack of the lot."""

    id: CountLineId
    place_id: PlaceId
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
    maker: str
    expires_on: date
    cost_fen: int
    owner_id: FacilityId
    condition: Condition
    abc_class: AbcClass | None
    found: bool
    round: int
    counted: int | None
    counted_from: datetime | None
    counted_at: datetime | None
    counted_by: str | None
    book: int | None
    difference: int | None
    missing_codes: list[str]

    @property
    def is_controlled(self) -> bool:
        """Whether it is a controlled medicine."""
        return self.special_class is not SpecialClass.NONE


@dataclass(frozen=True, slots=True)
class ScannedCode:
    """A pack scanned for a line; ``stray`` when the record placed it elsewhere then."""

    line_id: CountLineId
    unit_id: UnitId
    code: str
    quantity: int
    stray: bool


def _sheets() -> Any:
    starter, finisher, approver, second = (aliased(UserAccount) for _ in range(4))
    lines = (
        select(
            CountLine.sheet_id,
            func.count().label("lines"),
            func.count(CountLine.counted).label("counted"),
        )
        .group_by(CountLine.sheet_id)
        .subquery()
    )
    return (
        select(
            CountSheet.id,
            CountSheet.reference,
            CountSheet.facility_id,
            Facility.short_name,
            CountSheet.kind,
            CountSheet.state,
            CountSheet.planned_on,
            CountSheet.created_at,
            starter.name,
            finisher.name,
            approver.name,
            CountSheet.approved_at,
            second.name,
            CountSheet.reason,
            func.coalesce(lines.c.lines, 0),
            func.coalesce(lines.c.counted, 0),
        )
        .join(Facility, Facility.id == CountSheet.facility_id)
        .outerjoin(lines, lines.c.sheet_id == CountSheet.id)
        .outerjoin(starter, starter.id == CountSheet.started_by_id)
        .outerjoin(finisher, finisher.id == CountSheet.finished_by_id)
        .outerjoin(approver, approver.id == CountSheet.approved_by_id)
        .outerjoin(second, second.id == CountSheet.second_user_id)
    )


def _visible(actor: Actor) -> ColumnElement[bool]:
    if actor.may(Permission.COUNTY_READ):
        return CountSheet.id > 0
    return CountSheet.facility_id.in_(actor.facility_ids)


def list_sheets(session: Session, actor: Actor, query: SheetQuery, size: int) -> list[SheetRow]:
    """Return the sheets an actor may see, newest first, one more than ``size``."""
    statement = _sheets().where(_visible(actor)).order_by(CountSheet.id.desc()).limit(size + 1)
    if not query.whole:
        done = (SheetState.POSTED, SheetState.CANCELLED)
        statement = statement.where(CountSheet.state.not_in(done))
    if query.before:
        statement = statement.where(CountSheet.id < query.before)
    return [SheetRow(*row) for row in session.execute(statement)]


def find_sheet(session: Session, actor: Actor, reference: str) -> SheetRow | None:
    """Return one sheet the actor may see."""
    statement = _sheets().where(_visible(actor), CountSheet.reference == reference)
    row = session.execute(statement).first()
    return SheetRow(*row) if row else None


def list_lines(session: Session, sheet_id: CountSheetId) -> list[LineRow]:
    """Return a sheet's lines in walking order."""
    rows: Iterable[Any] = session.execute(
        select(
            CountLine.id,
            CountLine.place_id,
            Place.code,
            Place.name,
            CountLine.item_id,
            Item.code,
            Item.name,
            Item.strength,
            Item.base_unit,
            Item.pack_unit,
            Item.units_per_pack,
            Item.is_coded,
            Item.special_class,
            CountLine.lot_id,
            Lot.lot_number,
            Lot.maker,
            Lot.expires_on,
            Lot.cost_fen,
            CountLine.owner_id,
            CountLine.condition,
            CountLine.abc_class,
            CountLine.found,
            CountLine.round,
            CountLine.counted,
            CountLine.counted_from,
            CountLine.counted_at,
            UserAccount.name,
            CountLine.book,
            CountLine.difference,
            CountLine.missing_codes,
        )
        .join(Place, Place.id == CountLine.place_id)
        .join(Item, Item.id == CountLine.item_id)
        .join(Lot, Lot.id == CountLine.lot_id)
        .outerjoin(UserAccount, UserAccount.id == CountLine.counted_by_id)
        .where(CountLine.sheet_id == sheet_id)
        .order_by(Place.code, Item.pinyin, Item.id, Lot.expires_on, CountLine.id)
    )
    return [LineRow(*row) for row in rows]


def shelf_spots(
    session: Session,
    facility_id: FacilityId,
    *,
    item_ids: Collection[ItemId] | None,
    place_ids: Collection[PlaceId] | None,
) -> Sequence[Any]:
    """Return what lies in a facility's bins: chosen items, chosen bins, or both."""
    statement = (
        select(
            StockBalance.place_id,
            StockBalance.item_id,
            StockBalance.lot_id,
            StockBalance.owner_id,
            StockBalance.condition,
        )
        .join(Place, Place.id == StockBalance.place_id)
        .where(
            StockBalance.facility_id == facility_id,
            Place.kind == PlaceKind.BIN,
            StockBalance.on_hand > 0,
        )
        .order_by(Place.code, StockBalance.item_id, StockBalance.expires_on, StockBalance.id)
    )
    if item_ids is not None:
        statement = statement.where(StockBalance.item_id.in_(item_ids))
    if place_ids is not None:
        statement = statement.where(StockBalance.place_id.in_(place_ids))
    return session.execute(statement).all()


def counters_of(session: Session, sheet_id: CountSheetId) -> set[UserId]:
    """Return everybody who counted anything on a sheet."""
    return set(
        session.scalars(
            select(CountEntry.user_id).where(CountEntry.sheet_id == sheet_id).distinct()
        )
    )


def controlled_lines(session: Session, sheet_id: CountSheetId) -> int:
    """Return how many lines of a sheet are controlled medicines."""
    found = session.scalar(
        select(func.count())
        .select_from(CountLine)
        .join(Item, Item.id == CountLine.item_id)
        .where(CountLine.sheet_id == sheet_id, Item.special_class != SpecialClass.NONE)
    )
    return int(found or 0)


def scanned_codes(session: Session, sheet_id: CountSheetId) -> list[ScannedCode]:
    """Return the packs scanned in the present round of each line."""
    rows: Iterable[Any] = session.execute(
        select(
            CountEntry.line_id,
            CountEntry.unit_id,
            Unit.code,
            CountEntry.quantity,
            CountEntry.stray,
        )
        .join(
            CountLine,
            and_(CountLine.id == CountEntry.line_id, CountLine.round == CountEntry.round),
        )
        .join(Unit, Unit.id == CountEntry.unit_id)
        .where(CountEntry.sheet_id == sheet_id)
        .order_by(CountEntry.id)
    )
    return [ScannedCode(*row) for row in rows]


def later_counts(session: Session, sheet_id: CountSheetId) -> set[CountLineId]:
    """Return the lines of a sheet whose spot was counted as late or later, and posted."""
    other, done = aliased(CountLine), aliased(CountSheet)
    rows = session.scalars(
        select(CountLine.id)
        .join(
            other,
            and_(
                other.place_id == CountLine.place_id,
                other.lot_id == CountLine.lot_id,
                other.owner_id == CountLine.owner_id,
                other.condition == CountLine.condition,
                other.sheet_id != CountLine.sheet_id,
                other.counted_at >= CountLine.counted_at,
            ),
        )
        .join(done, and_(done.id == other.sheet_id, done.state == SheetState.POSTED))
        .where(CountLine.sheet_id == sheet_id)
    )
    return set(rows)


def item_names(session: Session, sheet_id: CountSheetId, item_id: ItemId | None) -> tuple[str, str]:
    """Return the name of an item, and the first names of those a sheet asks for."""
    asked = (
        select(Item.name)
        .join(CountLine, CountLine.item_id == Item.id)
        .where(CountLine.sheet_id == sheet_id)
        .order_by(Item.pinyin)
        .distinct()
        .limit(MOST_NAMED)
        .add_columns(Item.pinyin)
    )
    mine = session.scalar(select(Item.name).where(Item.id == item_id)) or ""
    return mine, ", ".join(row.name for row in session.execute(asked))


MOST_NAMED = 5
"""Items a refusal names; a sheet may ask for hundreds."""
