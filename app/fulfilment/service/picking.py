"""Take goods from bins into totes: codes by scan, the rest by lot and quantity (拣货)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.fulfilment.errors import MoreThanAsked, PickLineSettled, WrongLot
from app.fulfilment.models import PickLine, PickTask, Requisition, Tote, ToteContent
from app.fulfilment.rules import RequisitionState
from app.fulfilment.service import filling
from app.fulfilment.service.finding import advance_requisition, lock_task
from app.inventory.errors import ScanRequired
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.ids import ItemId, PlaceId
from app.traceability import service as traceability
from app.traceability.errors import (
    AlreadyDone,
    CartonIncomplete,
    NotATraceCode,
    NotHere,
    WrongItem,
)
from app.traceability.models import Unit, UnitLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanPick:
    """A pack or carton scanned for a pick list; ``key`` is the client's own."""

    task: str
    code: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CountPick:
    """A quantity of a lot taken for one line of a pick list."""

    task: str
    position: int
    lot_number: str
    quantity: int
    key: str


@dataclass(frozen=True, slots=True)
class Picked:
    """What a pick did: the line it filled, the content it became, and its tote."""

    line: PickLine
    content: ToteContent
    tote: Tote


def pick_scanned(session: Session, actor: Actor, scan: ScanPick, *, now: datetime) -> Picked:
    """Pick a coded pack, or a carton whole where all of it fits.

    Raises:
        NotATraceCode, UnknownCode, MalformedCode …: the text is no code of a pack we know.
        CartonIncomplete: packs were taken out of this carton.
        AlreadyDone: this code lies in a tote of this list already.
        WrongItem, WrongLot, NotHere, MoreThanAsked, PickLineSettled: the goods are
            not what the list says, each by name.
        LotHeld, LotExpired: the lot may not leave any more.
    """
    unit = _unit(session, actor, scan.code, now=now)
    task = lock_task(session, actor, scan.task)
    lines = _lines(session, task)
    packs = [unit] if unit.level is UnitLevel.PACK else traceability.packs_in(session, [unit.id])
    quantity = sum(pack.remaining for pack in packs)
    place_id = traceability.place_of(session, [unit.id])[unit.id]
    if _is_in_a_tote(session, task, unit):
        raise AlreadyDone(unit.code, scanned=unit.code)
    line = _line_for(session, lines, unit, place_id)
    if quantity > line.open_quantity:
        raise MoreThanAsked(unit.code, open=line.open_quantity, found=quantity)
    return _pick(session, actor, (task, line), filling.Filling(quantity, scan.key, unit), now=now)


def _unit(session: Session, actor: Actor, code: str, *, now: datetime) -> Unit:
    unit = traceability.find_scanned(session, actor, code, now=now).unit
    if unit.level is UnitLevel.TOTE:
        raise NotATraceCode(unit.code, scanned=unit.code, kind=unit.level.value)
    if unit.level is UnitLevel.CARTON and unit.is_open:
        raise CartonIncomplete(unit.code, scanned=unit.code)
    return unit


def _lines(session: Session, task: PickTask) -> list[PickLine]:
    return list(
        session.scalars(
            select(PickLine)
            .where(PickLine.task_id == task.id)
            .order_by(PickLine.position)
            .execution_options(populate_existing=True)
        )
    )


def _is_in_a_tote(session: Session, task: PickTask, unit: Unit) -> bool:
    named = [unit_id for unit_id in (unit.id, unit.parent_id) if unit_id is not None]
    found = session.scalars(
        select(ToteContent.id)
        .join(Tote, Tote.id == ToteContent.tote_id)
        .where(
            Tote.requisition_id == task.requisition_id,
            ToteContent.unit_id.in_(named),
            ToteContent.taken_out_at.is_(None),
        )
        .limit(1)
    )
    return found.first() is not None


def _line_for(
    session: Session, lines: Sequence[PickLine], unit: Unit, place_id: PlaceId
) -> PickLine:
    """Return the line a scanned unit fills, or say what is wrong with the unit."""
    of_item = [line for line in lines if line.item_id == unit.item_id]
    if not of_item or unit.item_id is None:
        names = _names(session, {unit.item_id, *(line.item_id for line in lines)})
        mine = names.pop(unit.item_id, unit.code)
        expected = ", ".join(sorted(names.values()))
        raise WrongItem(unit.code, scanned=unit.code, item=mine, expected=expected)
    of_lot = [line for line in of_item if line.lot_id == unit.lot_id]
    if not of_lot:
        raise WrongLot(unit.code, lots=", ".join(sorted({line.lot_number for line in of_item})))
    here = [line for line in of_lot if line.place_id == place_id]
    if not here:
        raise NotHere(unit.code, scanned=unit.code)
    for line in here:
        if line.open_quantity > 0:
            return line
    raise PickLineSettled(unit.code, line=here[0].position)


def _names(session: Session, item_ids: set[ItemId | None]) -> dict[ItemId | None, str]:
    rows = session.execute(select(Item.id, Item.name).where(Item.id.in_(item_ids)))
    return {row.id: row.name for row in rows}


def pick_counted(session: Session, actor: Actor, count: CountPick, *, now: datetime) -> Picked:
    """Pick goods without codes; the lot named must be the lot of the line.

    Raises:
        ScanRequired: the item has codes of its own.
        WrongLot, MoreThanAsked, PickLineSettled: the goods are not what the list says.
    """
    task = lock_task(session, actor, count.task)
    line = line_at(session, task, count.position)
    item = session.get_one(Item, line.item_id)
    if item.is_coded:
        raise ScanRequired(item.code, item=item.name)
    if count.lot_number.strip().upper() != line.lot_number:
        raise WrongLot(count.lot_number, lots=line.lot_number)
    if line.open_quantity == 0:
        raise PickLineSettled(item.code, line=line.position)
    if count.quantity > line.open_quantity:
        raise MoreThanAsked(item.code, open=line.open_quantity, found=count.quantity)
    return _pick(
        session, actor, (task, line), filling.Filling(count.quantity, count.key, None), now=now
    )


def line_at(session: Session, task: PickTask, position: int) -> PickLine:
    """Return one line of a locked pick list.

    Raises:
        NotFound: the list has no such line.
    """
    line = session.scalars(
        select(PickLine)
        .where(PickLine.task_id == task.id, PickLine.position == position)
        .execution_options(populate_existing=True)
    ).first()
    if line is None:
        raise NotFound("pick line")
    return line


def _pick(
    session: Session,
    actor: Actor,
    where: tuple[PickTask, PickLine],
    taken: filling.Filling,
    *,
    now: datetime,
) -> Picked:
    task, line = where
    start(session, task)
    filled = session.execute(
        update(PickLine)
        .where(
            PickLine.id == line.id,
            PickLine.picked + PickLine.short + taken.quantity <= PickLine.quantity,
        )
        .values(picked=PickLine.picked + taken.quantity)
        .returning(PickLine.id)
        .execution_options(synchronize_session=False)
    ).first()
    if filled is None:
        raise PickLineSettled(line.lot_number, line=line.position)
    tote = filling.open_tote(session, actor, (task, line.compartment), now=now)
    content = filling.put_in(session, actor, (task, line, tote), taken, now=now)
    session.refresh(line)
    return Picked(line, content, tote)


def start(session: Session, task: PickTask) -> None:
    """Take the requisition into picking with its first pick.

    Where a sealed tote was opened again, other totes of it may be on the road already.
    """
    requisition = session.get_one(Requisition, task.requisition_id)
    states = (RequisitionState.APPROVED, RequisitionState.PICKING)
    if requisition.state not in (RequisitionState.PICKING, RequisitionState.IN_DELIVERY):
        advance_requisition(session, requisition, (states, RequisitionState.PICKING))
