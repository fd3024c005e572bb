"""Destroy written-off goods together, before witnesses; each of them once (销毁)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.errors import SecondPersonNeeded, SecondPersonRefused
from app.accounts.service import Credentials
from app.disposal.errors import (
    AlreadyDestroyed,
    AuthorityNeeded,
    DestroyedWhole,
    DestructionDayWrong,
    GoodsOfSeveralFacilities,
    NothingWrittenOff,
)
from app.disposal.models import Destruction, DestructionLine, WriteOff, WriteOffLine
from app.disposal.rules import (
    DestructionMethod,
    LossReason,
    Waiting,
    WriteOffState,
    is_day_of_destruction,
    needs_authority,
    split_coded,
)
from app.disposal.service.deciding import sign_beside
from app.disposal.service.finding import packs_of
from app.disposal.service.moving import Passage, gone_spot, move_packs, waiting_spot
from app.inventory import service as inventory
from app.inventory.models import PostingKind
from app.inventory.service import Movement, PostingRequest
from app.kernel import history
from app.kernel.actor import Actor, Permission
from app.kernel.errors import NotFound
from app.kernel.history import Change
from app.kernel.ids import FacilityId, UserId, WriteOffLineId
from app.kernel.local_time import local_day
from app.kernel.numbering import issue_number
from app.kernel.rows import as_table
from app.traceability.models import BizStep, Disposition

PREFIX = "XH"
SUBJECT = "destruction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Destroying:
    """What was destroyed when, where and how, who watched; base units by written-off line."""

    quantities: Mapping[WriteOffLineId, int]
    destroyed_on: date
    place: str
    method: DestructionMethod
    note: str = ""
    authority_name: str = ""
    authority_position: str = ""
    second: Credentials | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Goods:
    """The lines of a destruction as they were before it, and whose they are."""

    facility_id: FacilityId
    lines: Mapping[WriteOffLineId, WriteOffLine]
    waiting: Sequence[Waiting]


def destroy(session: Session, actor: Actor, told: Destroying, *, now: datetime) -> Destruction:
    """Keep the record of a destruction; what it names waits no longer.

    The write-offs are locked first, in their order, so two people who destroy the same goods
    take turns, and an undo of a write-off waits; ``destroyed <= quantity`` has the last word.

    Raises:
        NothingWrittenOff: nothing is named, or nothing of it.
        NotFound: some of it does not wait at the actor's facilities.
        GoodsOfSeveralFacilities: it is not one facility's.
        AlreadyDestroyed: less of it waits.
        DestroyedWhole: coded packs would be torn apart.
        DestructionDayWrong: it was written off later, or the day lies ahead.
        AuthorityNeeded: the health authority's witness of controlled medicines is not named.
        SecondPersonNeeded: nobody signs beside the actor.
        SecondPersonIsTheFirst, SecondPersonRefused, Throttled: the signature does not count.
    """
    if not told.quantities or min(told.quantities.values()) < 1:
        raise NothingWrittenOff("destruction")
    goods = _hold(session, actor, told.quantities)
    _refuse_wrong(goods, told, now=now)
    second = _second(session, actor, goods, told.second, now=now)
    destruction = Destruction(
        reference=issue_number(session, PREFIX, now=now),
        facility_id=goods.facility_id,
        destroyed_on=told.destroyed_on,
        place=told.place,
        method=told.method,
        note=told.note,
        authority_name=told.authority_name.strip(),
        authority_position=told.authority_position.strip(),
        user_id=actor.user_id,
        second_user_id=second,
        recorded_at=now,
    )
    session.add(destruction)
    session.flush()
    _claim(session, goods, told.quantities)
    _post(session, actor, (destruction, goods), told.quantities, now=now)
    _move_packs(session, actor, (destruction, goods), now=now)
    change = Change(subject=(SUBJECT, destruction.id), action="destroyed", reason=told.note)
    history.record(session, actor, change, now=now)
    return destruction


def _hold(session: Session, actor: Actor, quantities: Mapping[WriteOffLineId, int]) -> _Goods:
    """Lock the write-offs of these lines, then read the lines as they now are."""
    named = WriteOffLine.id.in_(quantities)
    held = {
        one.id: one
        for one in session.scalars(
            select(WriteOff)
            .where(
                WriteOff.id.in_(select(WriteOffLine.write_off_id).where(named)),
                WriteOff.state == WriteOffState.CONFIRMED,
                WriteOff.reason != LossReason.LOST,
                WriteOff.facility_id.in_(actor.facility_ids),
            )
            .order_by(WriteOff.id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
    }
    lines = {
        line.id: line
        for line in session.scalars(
            select(WriteOffLine)
            .where(named, WriteOffLine.write_off_id.in_(held))
            .order_by(WriteOffLine.id)
            .execution_options(populate_existing=True)
        )
    }
    if len(lines) < len(quantities):
        raise NotFound("write-off line")
    facilities = {one.facility_id for one in held.values()}
    if len(facilities) > 1:
        raise GoodsOfSeveralFacilities("destruction")
    waiting = [_waiting(line, held[line.write_off_id]) for line in lines.values()]
    return _Goods(facility_id=facilities.pop(), lines=lines, waiting=waiting)


def _waiting(line: WriteOffLine, write_off: WriteOff) -> Waiting:
    return Waiting(
        line_id=line.id,
        item_name=line.item_name,
        left=line.quantity - line.destroyed,
        since=local_day(write_off.decided_at or write_off.created_at),
        is_coded=line.is_coded,
        is_controlled=line.is_controlled,
    )


def _refuse_wrong(goods: _Goods, told: Destroying, *, now: datetime) -> None:
    for one in goods.waiting:
        quantity = told.quantities[WriteOffLineId(one.line_id)]
        if quantity > one.left:
            raise AlreadyDestroyed(one.item_name, item=one.item_name)
        if split_coded(one, quantity):
            raise DestroyedWhole(one.item_name, item=one.item_name)
    if not is_day_of_destruction(told.destroyed_on, goods.waiting, today=local_day(now)):
        raise DestructionDayWrong(told.destroyed_on.isoformat())
    if needs_authority(goods.waiting, told.authority_name, told.authority_position):
        raise AuthorityNeeded("destruction")


def _second(
    session: Session, actor: Actor, goods: _Goods, given: Credentials | None, *, now: datetime
) -> UserId:
    if given is None:
        raise SecondPersonNeeded("destruction")
    second = sign_beside(session, actor, (goods.facility_id, given), now=now)
    controlled = any(one.is_controlled for one in goods.waiting)
    if controlled and not second.may(Permission.CONTROLLED_COSIGN):
        raise SecondPersonRefused(given.username)
    return second.user_id


def _claim(session: Session, goods: _Goods, quantities: Mapping[WriteOffLineId, int]) -> None:
    """Count the goods as destroyed, where that much of them still waits."""
    rows = [{"id": line_id, "quantity": quantity} for line_id, quantity in quantities.items()]
    new = as_table([WriteOffLine.id, WriteOffLine.quantity], rows, "new")
    claimed = session.scalars(
        update(WriteOffLine)
        .where(
            WriteOffLine.id == new.c.id,
            WriteOffLine.destroyed + new.c.quantity <= WriteOffLine.quantity,
        )
        .values(destroyed=WriteOffLine.destroyed + new.c.quantity)
        .returning(WriteOffLine.id)
        .execution_options(synchronize_session=False)
    ).all()
    for line_id in quantities.keys() - set(claimed):
        name = goods.lines[line_id].item_name
        raise AlreadyDestroyed(name, item=name)


def _post(
    session: Session,
    actor: Actor,
    what: tuple[Destruction, _Goods],
    quantities: Mapping[WriteOffLineId, int],
    *,
    now: datetime,
) -> None:
    destruction, goods = what
    waits = waiting_spot(session, goods.facility_id)
    gone = gone_spot(session, goods.facility_id)
    rows = [
        DestructionLine(destruction_id=destruction.id, line_id=line_id, quantity=quantity)
        for line_id, quantity in sorted(quantities.items())
    ]
    session.add_all(rows)
    session.flush()
    movements = [
        Movement(
            lot_id=goods.lines[row.line_id].lot_id,
            quantity=row.quantity,
            source=waits,
            target=gone,
            line=("destruction_line", row.id),
        )
        for row in rows
    ]
    request = PostingRequest(
        kind=PostingKind.DESTROY,
        key=f"destruction/{destruction.reference}",
        facility_id=goods.facility_id,
        document=destruction.reference,
        occurred_at=now,
        movements=movements,
        reason=destruction.note,
        second_user_id=destruction.second_user_id,
    )
    inventory.post(session, actor, request, now=now)


def _move_packs(
    session: Session, actor: Actor, what: tuple[Destruction, _Goods], *, now: datetime
) -> None:
    destruction, goods = what
    found = packs_of(session, list(goods.lines))
    packs = [pack for of_line in found.values() for pack in of_line]
    passage = Passage(
        facility_id=goods.facility_id,
        document=destruction.reference,
        source=waiting_spot(session, goods.facility_id).place_id,
        target=gone_spot(session, goods.facility_id).place_id,
        step=BizStep.DESTROYING,
        disposition=Disposition.DESTROYED,
        reason=destruction.note,
    )
    move_packs(session, actor, packs, passage, now=now)
