"""Who holds what of some lots, at once: places, vehicles, totes, coded packs, patients.

One set of statements, however many packs and sites: a pack's place is that of its outermost
container, so only the containers are climbed, and every pack takes the place of its own.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, cast, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from app.catalogue.models import Item
from app.delivery.models import Driver, Run, Vehicle
from app.delivery.rules.states import LIVE_RUNS, RunState
from app.dispensing.models import Dispensing, DispensingKind, DispensingLine
from app.fulfilment.models import Tote, ToteContent
from app.fulfilment.rules import ToteState
from app.inventory.models import Condition, Place, PlaceKind, StockBalance
from app.kernel.ids import FacilityId, ItemId, LotId, PlaceId, ToteId, UnitId
from app.network.models import Facility
from app.traceability.models import Disposition, Lot, Unit, UnitLevel

LEFT = (
    Disposition.ANNOUNCED,
    Disposition.DISPENSED,
    Disposition.WRITTEN_OFF,
    Disposition.DESTROYED,
    Disposition.LOST,
    Disposition.SENT_BACK,
)
"""Packs no facility holds any more, or none yet."""
IN_A_TOTE = (
    ToteState.OPEN,
    ToteState.PACKED,
    ToteState.CHECKED,
    ToteState.SEALED,
    ToteState.LOADED,
    ToteState.HANDED_OVER,
    ToteState.RETURNED,
)
VEHICLE_CODE = "VEHICLE-"


@dataclass(frozen=True, slots=True)
class Held:
    """Goods of a lot at one place, in one condition, as the ledger has them."""

    balance_id: int
    facility_id: FacilityId
    facility: str
    latitude: float
    longitude: float
    owner_id: FacilityId
    place_id: PlaceId
    place_kind: PlaceKind
    place_code: str
    place_name: str
    locked: bool
    item_id: ItemId
    item_name: str
    strength: str
    base_unit: str
    is_coded: bool
    lot_id: LotId
    lot_number: str
    expires_on: date
    condition: Condition
    on_hand: int

    @property
    def is_apart(self) -> bool:
        """Whether it is set apart already: nobody can take it for goods in use."""
        return self.condition is Condition.QUARANTINE

    @property
    def is_collectable(self) -> bool:
        """Whether the facility itself can set it apart; totes and vehicles come back first."""
        return self.place_kind is PlaceKind.BIN and not self.is_apart


@dataclass(frozen=True, slots=True)
class CodedPack:
    """A coded pack somewhere: its place, and the carton or tote it lies in."""

    code: str
    lot_id: LotId
    remaining: int
    place_id: PlaceId
    container: str | None


@dataclass(frozen=True, slots=True)
class CarriedTote:
    """A tote with goods of a lot inside: how much, where it is going."""

    tote_id: ToteId
    code: str
    state: ToteState
    destination: str
    lot_id: LotId
    quantity: int
    vehicle_place_id: PlaceId | None


@dataclass(frozen=True, slots=True)
class OnRoad:
    """The run that a vehicle's place is on now, and who drives it."""

    place_id: PlaceId
    run: str
    plate: str
    driver: str
    phone: str


@dataclass(frozen=True, slots=True)
class Given:
    """Goods of a lot that a site gave out, by the line of its document; nobody is named."""

    line_id: int
    facility_id: FacilityId
    reference: str
    lot_id: LotId
    unit_id: UnitId | None
    quantity: int
    happened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Holders:
    """Everything that is known of some lots at one moment."""

    held: tuple[Held, ...]
    packs: tuple[CodedPack, ...]
    totes: tuple[CarriedTote, ...]
    on_road: tuple[OnRoad, ...]
    given: tuple[Given, ...]


def find_holders(session: Session, lot_ids: Collection[LotId]) -> Holders:
    """Return who holds what of these lots, to the single pack and document line."""
    held = list_held(session, lot_ids)
    vehicles = [row.place_id for row in held if row.place_kind is PlaceKind.VEHICLE]
    return Holders(
        held=tuple(held),
        packs=tuple(list_packs(session, lot_ids)),
        totes=tuple(list_totes(session, lot_ids)),
        on_road=tuple(runs_of(session, vehicles)),
        given=tuple(list_given(session, lot_ids)),
    )


def any_of(lot_ids: Collection[LotId]) -> Any:
    """Return what a lot's key must be among, as one parameter however many there are."""
    return func.any(cast(list(lot_ids), ARRAY(BigInteger)))


def list_held(
    session: Session, lot_ids: Collection[LotId], facility_id: FacilityId | None = None
) -> list[Held]:
    """Return what lies where of these lots, by facility and place; of one facility, or of all."""
    statement = (
        select(
            StockBalance.id,
            Facility.id,
            Facility.short_name,
            Facility.latitude,
            Facility.longitude,
            StockBalance.owner_id,
            Place.id,
            Place.kind,
            Place.code,
            Place.name,
            Place.locked,
            Item.id,
            Item.name,
            Item.strength,
            Item.base_unit,
            Item.is_coded,
            Lot.id,
            Lot.lot_number,
            Lot.expires_on,
            StockBalance.condition,
            StockBalance.on_hand,
        )
        .join_from(StockBalance, Place, Place.id == StockBalance.place_id)
        .join(Facility, Facility.id == StockBalance.facility_id)
        .join(Lot, Lot.id == StockBalance.lot_id)
        .join(Item, Item.id == StockBalance.item_id)
        .where(
            StockBalance.lot_id == any_of(lot_ids), ~StockBalance.outside, StockBalance.on_hand > 0
        )
        .order_by(Facility.pinyin, Facility.id, Place.code, Lot.id, StockBalance.id)
    )
    if facility_id is not None:
        statement = statement.where(StockBalance.facility_id == facility_id)
    rows: Iterable[Any] = session.execute(statement)
    return [Held(*row) for row in rows]


def list_packs(session: Session, lot_ids: Collection[LotId]) -> list[CodedPack]:
    """Return the coded packs of these lots that somebody holds, each with its place."""
    pack, containers = aliased(Unit), _containers(lot_ids)
    inside = containers.c
    rows: Iterable[Any] = session.execute(
        select(
            pack.code,
            pack.lot_id,
            pack.capacity - pack.consumed,
            func.coalesce(pack.place_id, inside.place_id),
            inside.code,
        )
        .outerjoin(containers, inside.id == pack.parent_id)
        .where(
            pack.lot_id == any_of(lot_ids),
            pack.level == UnitLevel.PACK,
            pack.disposition.not_in(LEFT),
        )
        .order_by(pack.id)
    )
    return [CodedPack(*row) for row in rows]


def _containers(lot_ids: Collection[LotId]) -> Any:
    """Return every container of a pack of these lots, with the place of its outermost one."""
    own = (
        select(Unit.parent_id.label("id"))
        .where(Unit.lot_id == any_of(lot_ids), Unit.parent_id.is_not(None))
        .distinct()
        .cte("own")
    )
    climb = (
        select(Unit.id, Unit.code, Unit.parent_id, Unit.place_id, literal(0).label("depth"))
        .join(own, own.c.id == Unit.id)
        .cte("climb", recursive=True)
    )
    above = aliased(Unit)
    climb = climb.union_all(
        select(climb.c.id, climb.c.code, above.parent_id, above.place_id, climb.c.depth + 1).join(
            climb, above.id == climb.c.parent_id
        )
    )
    return (
        select(climb.c.id, climb.c.code, climb.c.place_id)
        .where(climb.c.place_id.is_not(None))
        .subquery("containers")
    )


def list_totes(session: Session, lot_ids: Collection[LotId]) -> list[CarriedTote]:
    """Return the totes with goods of these lots inside that nobody has emptied yet."""
    rows: Iterable[Any] = session.execute(
        select(
            Tote.id,
            Tote.code,
            Tote.state,
            Facility.short_name,
            ToteContent.lot_id,
            cast(func.sum(ToteContent.quantity), BigInteger),
            Tote.vehicle_place_id,
        )
        .join_from(ToteContent, Tote, Tote.id == ToteContent.tote_id)
        .join(Facility, Facility.id == Tote.destination_id)
        .where(
            ToteContent.lot_id == any_of(lot_ids),
            ToteContent.taken_out_at.is_(None),
            Tote.state.in_(IN_A_TOTE),
        )
        .group_by(Tote.id, Facility.id, ToteContent.lot_id)
        .order_by(Tote.code, ToteContent.lot_id)
    )
    return [CarriedTote(*row) for row in rows]


def runs_of(session: Session, place_ids: Collection[PlaceId]) -> list[OnRoad]:
    """Return the run on which each of these vehicles' places is now."""
    if not place_ids:
        return []
    rows: Iterable[Any] = session.execute(
        select(Place.id, Run.reference, Vehicle.plate, Driver.name, Driver.phone)
        .join(
            Vehicle,
            (Vehicle.facility_id == Place.facility_id)
            & (Place.code == func.concat(VEHICLE_CODE, Vehicle.code)),
        )
        .join(Run, Run.vehicle_id == Vehicle.id)
        .join(Driver, Driver.id == Run.driver_id)
        .where(Place.id.in_(place_ids), Run.state.in_(LIVE_RUNS), Run.state != RunState.PLANNED)
        .order_by(Run.day.desc(), Run.id.desc())
    )
    latest: dict[PlaceId, OnRoad] = {}
    for row in rows:
        latest.setdefault(row[0], OnRoad(*row))
    return list(latest.values())


def list_given(
    session: Session, lot_ids: Collection[LotId], facility_id: FacilityId | None = None
) -> list[Given]:
    """Return what sites gave out of these lots and nobody took back, the latest first."""
    statement = given_lines().where(DispensingLine.lot_id == any_of(lot_ids))
    if facility_id is not None:
        statement = statement.where(Dispensing.facility_id == facility_id)
    ordered = statement.order_by(Dispensing.happened_at.desc(), DispensingLine.id.desc())
    rows: Iterable[Any] = session.execute(ordered)
    return [Given(*row) for row in rows]


def given_lines() -> Any:
    """Select the lines of documents that gave goods out and were not undone."""
    undone = aliased(Dispensing)
    return (
        select(
            DispensingLine.id,
            Dispensing.facility_id,
            Dispensing.reference,
            DispensingLine.lot_id,
            DispensingLine.unit_id,
            DispensingLine.quantity,
            Dispensing.happened_at,
        )
        .join_from(DispensingLine, Dispensing, Dispensing.id == DispensingLine.dispensing_id)
        .outerjoin(undone, undone.undoes_id == Dispensing.id)
        .where(
            or_(
                Dispensing.kind == DispensingKind.DISPENSE,
                Dispensing.kind == DispensingKind.CONSUME,
            ),
            undone.id.is_(None),
        )
    )
