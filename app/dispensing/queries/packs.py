"""What is known of a pack by its dispensings: who gave it last, and what should go first."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import UserAccount
from app.dispensing.models import Dispensing, DispensingKind, DispensingLine
from app.inventory.models import Condition, Place, PlaceKind, StockBalance
from app.kernel.arrays import among, among_texts
from app.kernel.ids import (
    DispensingId,
    FacilityId,
    ItemId,
    LotId,
    PlaceId,
    TraceEventId,
    UnitId,
    UserId,
)
from app.network.models import Facility
from app.traceability.models import Lot, LotHold, TraceClientEvent, TraceEvent, Unit


@dataclass(frozen=True, slots=True)
class LastGiven:
    """When, where, by whom and how a pack was given last."""

    happened_at: datetime
    facility: str
    by: str
    reference: str
    facility_id: FacilityId
    user_id: UserId
    device: str
    source: str
    quantity: int
    dispensing_id: DispensingId


@dataclass(frozen=True, slots=True)
class EarlierLot:
    """A lot of the same item on the same shelves that expires before the pack that was given."""

    lot_number: str
    expires_on: date
    place: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where a pack lies: whose place, of what kind, and their patients' virtual place."""

    place_id: PlaceId
    facility_id: FacilityId
    kind: PlaceKind
    patient_id: PlaceId | None


def find_shelf(session: Session, place_id: PlaceId) -> Shelf:
    """Return a place, and where its facility's patients are kept in the books."""
    return Shelf(*session.execute(_shelf(), {"place_id": place_id}).one())


@cache
def _shelf() -> Select[PlaceId, FacilityId, PlaceKind, PlaceId | None]:
    patient = aliased(Place)
    return (
        select(Place.id, Place.facility_id, Place.kind, patient.id)
        .outerjoin(
            patient,
            and_(
                patient.facility_id == Place.facility_id,
                patient.code == PlaceKind.PATIENT.value.upper(),
            ),
        )
        .where(Place.id == bindparam("place_id"))
    )


def find_last_given(session: Session, unit_id: UnitId) -> LastGiven | None:
    """Return the newest dispensing of a pack that was not undone."""
    undo = aliased(Dispensing)
    row: Any = session.execute(
        select(
            Dispensing.happened_at,
            Facility.short_name,
            UserAccount.name,
            Dispensing.reference,
            Dispensing.facility_id,
            Dispensing.user_id,
            Dispensing.device,
            Dispensing.source,
            DispensingLine.quantity,
            Dispensing.id,
        )
        .join(DispensingLine, DispensingLine.dispensing_id == Dispensing.id)
        .join(Facility, Facility.id == Dispensing.facility_id)
        .join(UserAccount, UserAccount.id == Dispensing.user_id)
        .outerjoin(undo, undo.undoes_id == Dispensing.id)
        .where(
            DispensingLine.unit_id == unit_id,
            Dispensing.kind == DispensingKind.DISPENSE,
            undo.id.is_(None),
        )
        .order_by(Dispensing.id.desc())
        .limit(1)
    ).first()
    return LastGiven(*row) if row else None


def find_by_event(
    session: Session, client_event_id: str
) -> tuple[Dispensing, DispensingLine, Unit] | None:
    """Return the dispensing a client once named so, with its pack."""
    row = session.execute(
        select(Dispensing, DispensingLine, Unit)
        .join(DispensingLine, DispensingLine.dispensing_id == Dispensing.id)
        .join(Unit, Unit.id == DispensingLine.unit_id)
        .join(TraceEvent, TraceEvent.document == Dispensing.reference)
        .join(TraceClientEvent, TraceClientEvent.event_id == TraceEvent.id)
        .where(
            TraceClientEvent.client_event_id == client_event_id,
            TraceEvent.unit_id == DispensingLine.unit_id,
        )
    ).first()
    return (row[0], row[1], row[2]) if row else None


def names_taken(session: Session, names: Iterable[str]) -> frozenset[str]:
    """Return which of these names clients gave events before."""
    name = TraceClientEvent.client_event_id
    return frozenset(session.scalars(select(name).where(among_texts(name, names))))


def unusable_lots(session: Session, lot_ids: Collection[LotId], *, on: date) -> frozenset[LotId]:
    """Return which of these lots may not be given on a day: held, recalled or expired."""
    forbidden = or_(Lot.hold != LotHold.NONE, Lot.expires_on < on)
    return frozenset(session.scalars(select(Lot.id).where(among(Lot.id, lot_ids), forbidden)))


def find_trace_event(session: Session, document: str, unit_id: UnitId) -> TraceEventId | None:
    """Return the event by which a document gave a pack."""
    return session.scalar(
        select(TraceEvent.id).where(TraceEvent.unit_id == unit_id, TraceEvent.document == document)
    )


def find_earlier_lot(
    session: Session, at: tuple[FacilityId, ItemId], *, today: date, before: date
) -> EarlierLot | None:
    """Return the first expiring lot of an item that is free on a facility's shelves."""
    facility_id, item_id = at
    bound = {"facility_id": facility_id, "item_id": item_id, "today": today, "before": before}
    row = session.execute(_earlier(), bound).first()
    return EarlierLot(*row) if row else None


@cache
def _earlier() -> Select[str, date, str]:
    return (
        select(Lot.lot_number, StockBalance.expires_on, Place.code)
        .join(Lot, Lot.id == StockBalance.lot_id)
        .join(Place, Place.id == StockBalance.place_id)
        .where(
            StockBalance.facility_id == bindparam("facility_id"),
            StockBalance.item_id == bindparam("item_id"),
            StockBalance.condition == Condition.USABLE,
            StockBalance.on_hand > StockBalance.reserved,
            StockBalance.expires_on >= bindparam("today"),
            StockBalance.expires_on < bindparam("before"),
            Lot.hold == LotHold.NONE,
            Place.kind == PlaceKind.BIN,
        )
        .order_by(StockBalance.expires_on, Lot.id)
        .limit(1)
    )
