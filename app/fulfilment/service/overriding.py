"""Another lot than the one that expires first, chosen by hand and for a reason (换批号)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.fulfilment.errors import LotNeedsReason, LotNotFree, LotShortDated, PickLineSettled
from app.fulfilment.models import LotOverride, PickLine, PickTask, Requisition, RequisitionLine
from app.fulfilment.queries.offers import OfferedLot, choosable
from app.fulfilment.rules import LotReason
from app.fulfilment.service import listing
from app.fulfilment.service.finding import lock_task
from app.fulfilment.service.picking import line_at
from app.fulfilment.service.promising import LINE_KIND, demand_for, reserve_for
from app.inventory import service as inventory
from app.inventory.service import Allocation
from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.history import Change
from app.kernel.ids import ItemId, LotId
from app.kernel.local_time import local_day
from app.traceability import service as traceability
from app.traceability.errors import AlreadyDone
from app.traceability.rules import Unusable, ensure_usable


@dataclass(frozen=True, slots=True, kw_only=True)
class LotChoice:
    """A lot somebody wants to be taken first, and why: a code, and words people read."""

    lot_id: LotId
    reason_code: LotReason | None
    reason_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """How much of a pick line another lot gives now, and what stays with the old one."""

    lot_number: str
    taken: int
    left: int


Chosen = tuple[RequisitionLine, LotChoice, Allocation]


def refuse_unexplained(line: RequisitionLine, choice: LotChoice) -> None:
    """Refuse a choice nobody could understand later.

    Raises:
        LotNeedsReason: the code or the words are missing.
    """
    if choice.reason_code is None or not choice.reason_text:
        raise LotNeedsReason(line.item_code, item=line.item_name)


def keep_overrides(
    session: Session,
    actor: Actor,
    requisition: Requisition,
    chosen: Sequence[Chosen],
    *,
    now: datetime,
) -> None:
    """Write down what was promised from lots chosen by hand, and what gave way to them.

    Raises:
        LotHeld, LotExpired, LotShortDated, LotNotFree: nothing was promised from the lot.
    """
    for line, choice, allocation in chosen:
        taken = _taken(line, choice, allocation, now=now)
        lot = traceability.get_lot(session, choice.lot_id)
        instead_of = [state.lot_number for state in allocation.displaced]
        session.add(
            LotOverride(
                requisition_line_id=line.id,
                lot_id=lot.id,
                lot_number=lot.lot_number,
                expires_on=lot.expires_on,
                quantity=taken,
                instead_of=instead_of,
                reason_code=choice.reason_code,
                reason_text=choice.reason_text,
                user_id=actor.user_id,
                chosen_at=now,
            )
        )
        change = Change(
            subject=("requisition", requisition.id),
            action="lot-chosen",
            before={"lot": instead_of} if instead_of else None,
            after={"item": line.item_name, "lot": lot.lot_number, "quantity": taken},
            reason=choice.reason_text,
        )
        history.record(session, actor, change, now=now)


def _taken(
    line: RequisitionLine, choice: LotChoice, allocation: Allocation, *, now: datetime
) -> int:
    taken = sum(pick.quantity for pick in allocation.picks if pick.lot_id == choice.lot_id)
    if taken:
        return taken
    for skip in allocation.skipped:
        if skip.lot_id == choice.lot_id:
            ensure_usable(skip.lot, on=local_day(now))
            if skip.why is Unusable.SHORT_DATED:
                raise LotShortDated(skip.lot.lot_number, expires_on=skip.lot.expires_on.isoformat())
    raise LotNotFree(line.item_code, item=line.item_name)


def lots_to_swap(
    session: Session, task: PickTask, *, now: datetime
) -> dict[ItemId, list[OfferedLot]]:
    """Return which lots a person may take for the open lines of a pick list."""
    requisition = session.get_one(Requisition, task.requisition_id)
    items = session.scalars(
        select(PickLine.item_id)
        .where(PickLine.task_id == task.id, PickLine.picked + PickLine.short < PickLine.quantity)
        .distinct()
    )
    today = local_day(now)
    need_by = requisition.delivery_day or today
    return choosable(session, task.supplier_id, items.all(), today=today, need_by=need_by)


def swap_lot(
    session: Session, actor: Actor, named: tuple[str, int], choice: LotChoice, *, now: datetime
) -> Swap:
    """Promise a pick line from another lot, as far as that goes, and give its own lot back.

    ``named`` is the pick list and the position of the line. The new lot is promised under
    the same locks as any other, before the old one is free for others.

    Raises:
        LotNeedsReason: nobody could understand it later.
        PickLineSettled: nothing of the line is open.
        AlreadyDone: the line takes this lot.
        LotHeld, LotExpired, LotShortDated, LotNotFree: the lot cannot be taken.
    """
    reference, position = named
    task = lock_task(session, actor, reference)
    old = line_at(session, task, position)
    line = session.get_one(RequisitionLine, old.requisition_line_id)
    refuse_unexplained(line, choice)
    if old.lot_id == choice.lot_id:
        raise AlreadyDone(old.lot_number, scanned=old.lot_number)
    wanted = old.open_quantity
    if wanted == 0:
        raise PickLineSettled(old.lot_number, line=position)
    requisition = session.get_one(Requisition, task.requisition_id)
    demand = replace(demand_for(line, wanted, choice.lot_id), lot_id=choice.lot_id)
    (promised,) = reserve_for(session, requisition, [demand], now=now)
    taken = _taken(line, choice, promised, now=now)
    lot = traceability.get_lot(session, old.lot_id)
    given_way = replace(promised, displaced=(traceability.state_of(lot),))
    keep_overrides(session, actor, requisition, [(line, choice, given_way)], now=now)
    open_ones = inventory.open_reservations(session, LINE_KIND, [line.id])
    kept = {one.reservation_id: one.quantity for one in open_ones}.get(old.reservation_id, 0)
    if kept:
        inventory.release_part(session, old.reservation_id, min(kept, taken))
    old.quantity -= taken
    session.flush()
    listing.append_lines(session, task.id, [line])
    number = traceability.get_lot(session, choice.lot_id).lot_number
    return Swap(lot_number=number, taken=taken, left=wanted - taken)
