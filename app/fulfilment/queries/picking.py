"""Pick lists as storekeepers see them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.catalogue.models import Item, StorageClass
from app.fulfilment.models import PickLine, PickTask, Requisition
from app.fulfilment.rules import Compartment, RequisitionState, ShortReason
from app.inventory.models import Place, StockReservation
from app.kernel.actor import Actor
from app.kernel.ids import ItemId, LotId, PickTaskId, RequisitionLineId
from app.network.models import Facility
from app.traceability.models import Lot, LotHold

WAITING = (
    RequisitionState.APPROVED,
    RequisitionState.PICKING,
    RequisitionState.IN_DELIVERY,
)
"""States in which there may be something to pick: a sealed tote may have been opened again."""


@dataclass(frozen=True, slots=True)
class PickTaskRow:
    """One pick list among those waiting."""

    id: PickTaskId
    reference: str
    requisition: str
    facility_name: str
    delivery_day: date | None
    promised_from: datetime | None
    lines: int
    open_lines: int
    controlled: bool


def list_pick_tasks(
    session: Session, actor: Actor, *, after: tuple[str | int, ...] | None, size: int
) -> Sequence[PickTaskRow]:
    """Return the open pick lists of the actor's depot, the oldest first."""
    is_open = PickLine.picked + PickLine.short < PickLine.quantity
    query = (
        select(
            PickTask.id,
            PickTask.reference,
            Requisition.reference,
            Facility.short_name,
            Requisition.delivery_day,
            Requisition.promised_from,
            func.count(PickLine.id),
            func.count(PickLine.id).filter(is_open),
            func.coalesce(func.bool_or(PickLine.compartment == Compartment.CONTROLLED), False),
        )
        .join(Requisition, Requisition.id == PickTask.requisition_id)
        .join(Facility, Facility.id == Requisition.facility_id)
        .outerjoin(PickLine, PickLine.task_id == PickTask.id)
        .where(
            PickTask.supplier_id.in_(actor.facility_ids),
            PickTask.done_at.is_(None),
            ~PickTask.cancelled,
            Requisition.state.in_(WAITING),
        )
        .group_by(PickTask.id, Requisition.id, Facility.id)
        .order_by(PickTask.id)
        .limit(size + 1)
    )
    if after:
        query = query.where(PickTask.id > after[0])
    return [PickTaskRow(*row) for row in session.execute(query)]


@dataclass(frozen=True, slots=True)
class PickLineRow:
    """One line of a pick list, with the bin to walk to."""

    requisition_line_id: RequisitionLineId
    item_id: ItemId
    lot_id: LotId
    position: int
    place_code: str
    place_name: str
    locked: bool
    item_code: str
    item_name: str
    strength: str
    base_unit: str
    pack_unit: str
    units_per_pack: int
    is_coded: bool
    storage_class: StorageClass
    compartment: Compartment
    lot_number: str
    expires_on: date
    hold: LotHold
    quantity: int
    picked: int
    short: int
    short_reason: ShortReason | None
    promised: int

    @property
    def open_quantity(self) -> int:
        """Base units neither picked nor reported short."""
        return self.quantity - self.picked - self.short

    @property
    def is_gone(self) -> bool:
        """Whether the promise behind what is open was withdrawn: a freeze, or time."""
        return self.open_quantity > 0 and (
            self.promised < self.open_quantity or self.hold is not LotHold.NONE
        )


def list_pick_lines(session: Session, task_id: PickTaskId) -> list[PickLineRow]:
    """Return a pick list in walking order of the bins, what is open first."""
    promised = StockReservation.quantity - StockReservation.taken - StockReservation.released
    is_open = PickLine.picked + PickLine.short < PickLine.quantity
    rows: Iterable[Any] = session.execute(
        select(
            PickLine.requisition_line_id,
            PickLine.item_id,
            PickLine.lot_id,
            PickLine.position,
            Place.code,
            Place.name,
            Place.locked,
            Item.code,
            Item.name,
            Item.strength,
            Item.base_unit,
            Item.pack_unit,
            Item.units_per_pack,
            Item.is_coded,
            Item.storage_class,
            PickLine.compartment,
            PickLine.lot_number,
            PickLine.expires_on,
            Lot.hold,
            PickLine.quantity,
            PickLine.picked,
            PickLine.short,
            PickLine.short_reason,
            promised,
        )
        .join(Place, Place.id == PickLine.place_id)
        .join(Item, Item.id == PickLine.item_id)
        .join(Lot, Lot.id == PickLine.lot_id)
        .join(StockReservation, StockReservation.id == PickLine.reservation_id)
        .where(PickLine.task_id == task_id, PickLine.quantity > 0)
        .order_by(is_open.desc(), Place.code, PickLine.position)
    )
    return [PickLineRow(*row) for row in rows]
