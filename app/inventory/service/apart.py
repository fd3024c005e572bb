"""The book follows a pack into quarantine and out of it, where the pack lies (隔离、解除隔离).

While a pack is set apart on a shelf its content stands in another condition: nobody is promised
or issued it. What is set apart elsewhere follows when it is laid on a shelf.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.inventory.errors import HeldWithItsCode
from app.inventory.models import (
    Condition,
    Place,
    PlaceKind,
    PostingKind,
    StockApart,
    StockBalance,
    StockPosting,
    StockReservation,
)
from app.inventory.service.posting import mirror_of, post, undo_once
from app.inventory.service.requests import Movement, PostingRequest, Spot, Undoing
from app.inventory.service.reserving import release_part
from app.kernel.actor import Actor
from app.kernel.ids import FacilityId, LotId, PlaceId, UnitId
from app.kernel.numbering import issue_number
from app.traceability import service as traceability
from app.traceability.models import Disposition, Unit, UnitHold

LINE_KIND = "unit_hold"
PREFIX = "SC"
Losing = list[tuple[str, int]]


def lock_content(session: Session, unit_id: UnitId) -> LotId | None:
    """Lock what a thing's content counts in, before the thing itself; return its lot."""
    unit = session.get_one(Unit, unit_id, populate_existing=True)
    if unit.lot_id is None:
        return None
    traceability.lock_lot_states(session, [unit.lot_id])
    _lock(session, traceability.place_of(session, [unit_id])[unit_id], unit.lot_id)
    return unit.lot_id


def set_content_apart(session: Session, actor: Actor, hold: UnitHold, *, now: datetime) -> Losing:
    """Take what is left in a thing set apart out of usable stock; return who lost by it.

    Nothing happens where it lies on no shelf. Promises give way, the newest first.
    """
    unit = session.get_one(Unit, hold.unit_id)
    place = session.get_one(Place, traceability.place_of(session, [unit.id])[unit.id])
    left = traceability.content_of(session, [unit.id]) - _apart_inside(session, unit.id)
    if place.kind is not PlaceKind.BIN or unit.lot_id is None or left <= 0:
        return []
    balance = _fullest(_lock(session, place.id, unit.lot_id), place.facility_id)
    if balance is None:
        return []
    quantity = min(left, balance.on_hand)
    losing = _withdraw(session, balance, quantity - (balance.on_hand - balance.reserved))
    posting = _post(session, actor, (hold, place, balance), quantity, now=now)
    session.add(StockApart(hold_id=hold.id, quantity=quantity, posting_id=posting.id))
    session.flush()
    return losing


def give_content_back(session: Session, actor: Actor, hold: UnitHold, *, now: datetime) -> None:
    """Count what was set apart with a thing as usable again, by the mirror of its posting.

    Raises:
        InsufficientStock: the goods are not in quarantine any more.
    """
    apart = session.scalars(
        select(StockApart).where(StockApart.hold_id == hold.id, StockApart.returned_id.is_(None))
    ).first()
    if apart is None:
        return
    posting = session.get_one(StockPosting, apart.posting_id)
    told = Undoing(key=f"{LINE_KIND}/{hold.id}/end", reason=hold.decision)
    request = mirror_of(session, posting, told, now=now, book_only=True)
    apart.returned_id = undo_once(session, actor, request, now=now).id
    session.flush()


def follow_quarantine(
    session: Session, actor: Actor, unit_ids: Collection[UnitId], *, now: datetime
) -> None:
    """Set the content of things apart that were in quarantine before they came to a shelf."""
    holds = traceability.open_holds(session, unit_ids)
    if not holds:
        return
    followed = set(
        session.scalars(
            select(StockApart.hold_id).where(StockApart.hold_id.in_([one.id for one in holds]))
        )
    )
    for hold in holds:
        if hold.id not in followed:
            set_content_apart(session, actor, hold, now=now)


def keep_apart(session: Session, spot: Spot, lot_id: LotId) -> None:
    """Refuse that less stays in quarantine at a spot than packs set apart there hold.

    Raises:
        HeldWithItsCode: a pack is released by its code, not by its quantity.
    """
    if spot.condition is not Condition.QUARANTINE:
        return
    at = (
        StockBalance.place_id == spot.place_id,
        StockBalance.lot_id == lot_id,
        StockBalance.owner_id == spot.owner_id,
        StockBalance.condition == Condition.QUARANTINE,
    )
    held = session.scalar(
        select(func.coalesce(func.sum(StockApart.quantity), 0))
        .join(UnitHold, UnitHold.id == StockApart.hold_id)
        .join(Unit, Unit.id == UnitHold.unit_id)
        .where(
            StockApart.returned_id.is_(None),
            Unit.disposition == Disposition.QUARANTINE,
            Unit.place_id == spot.place_id,
            Unit.lot_id == lot_id,
        )
    )
    left = session.scalar(select(StockBalance.on_hand).where(*at)) or 0
    if left < (held or 0):
        raise HeldWithItsCode(str(lot_id), held=int(held or 0))


def _apart_inside(session: Session, unit_id: UnitId) -> int:
    """Return what is apart already with packs inside that are in a quarantine of their own."""
    inside = [pack.id for pack in traceability.packs_in(session, [unit_id]) if pack.id != unit_id]
    total = session.scalar(
        select(func.coalesce(func.sum(StockApart.quantity), 0))
        .join(UnitHold, UnitHold.id == StockApart.hold_id)
        .where(UnitHold.unit_id.in_(inside), StockApart.returned_id.is_(None))
    )
    return int(total or 0)


def _lock(session: Session, place_id: PlaceId, lot_id: LotId) -> list[StockBalance]:
    return list(
        session.scalars(
            select(StockBalance)
            .where(
                StockBalance.place_id == place_id,
                StockBalance.lot_id == lot_id,
                ~StockBalance.outside,
            )
            .order_by(StockBalance.id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
    )


def _fullest(found: list[StockBalance], own: FacilityId) -> StockBalance | None:
    """Return what a pack counts in: the facility's own stock, or else the fullest."""
    usable = [one for one in found if one.condition is Condition.USABLE and one.on_hand > 0]
    return max(usable, key=lambda one: (one.owner_id == own, one.on_hand), default=None)


def _withdraw(session: Session, balance: StockBalance, lacking: int) -> Losing:
    """Give promises back until as much is free as is to be set apart, the newest first."""
    promised = session.scalars(
        select(StockReservation)
        .where(
            StockReservation.balance_id == balance.id,
            StockReservation.taken + StockReservation.released < StockReservation.quantity,
        )
        .order_by(StockReservation.id.desc())
        .execution_options(populate_existing=True)
    ).all()
    losing: Losing = []
    for one in promised:
        if lacking <= 0:
            break
        part = min(one.open_quantity, lacking)
        release_part(session, one.id, part)
        losing.append((one.line_kind, one.line_id))
        lacking -= part
    return losing


def _post(
    session: Session,
    actor: Actor,
    what: tuple[UnitHold, Place, StockBalance],
    quantity: int,
    *,
    now: datetime,
) -> StockPosting:
    hold, place, balance = what
    movement = Movement(
        lot_id=balance.lot_id,
        quantity=quantity,
        source=Spot(place.id, balance.owner_id),
        target=Spot(place.id, balance.owner_id, Condition.QUARANTINE),
        line=(LINE_KIND, hold.id),
    )
    request = PostingRequest(
        kind=PostingKind.CONDITION_CHANGE,
        key=f"{LINE_KIND}/{hold.id}",
        facility_id=place.facility_id,
        document=issue_number(session, PREFIX, now=now),
        occurred_at=now,
        movements=[movement],
        reason=hold.kind,
        book_only=True,
    )
    return post(session, actor, request, now=now)
