"""Find, lock and hold lots."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Text, cast, func, select, type_coerce, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.history import Change
from app.kernel.ids import ItemId, LotId
from app.traceability.errors import LotStateChanged, ReasonMissing
from app.traceability.models import Lot, LotHold
from app.traceability.rules import LotState


@dataclass(frozen=True, slots=True, kw_only=True)
class LotKey:
    """Identity of a lot: the same number with another expiry is another lot (L11)."""

    item_id: ItemId
    maker: str
    lot_number: str
    expires_on: date


def find_or_add_lot(
    session: Session, identity: LotKey, *, cost_fen: int = 0, made_on: date | None = None
) -> Lot:
    """Return the lot of this identity, storing it at first sight; the number is normalised."""
    number = identity.lot_number.strip().upper()
    session.execute(
        insert(Lot)
        .values(
            item_id=identity.item_id,
            maker=identity.maker,
            lot_number=number,
            expires_on=identity.expires_on,
            cost_fen=cost_fen,
            made_on=made_on,
            hold=LotHold.NONE,
            hold_reason="",
        )
        .on_conflict_do_nothing()
    )
    return session.execute(
        select(Lot).where(
            Lot.item_id == identity.item_id,
            Lot.maker == identity.maker,
            Lot.lot_number == number,
            Lot.expires_on == identity.expires_on,
        )
    ).scalar_one()


def get_lot(session: Session, lot_id: LotId) -> Lot:
    """Return a lot.

    Raises:
        NotFound: there is none.
    """
    lot = session.get(Lot, lot_id)
    if lot is None:
        raise NotFound("lot")
    return lot


def lock_lots(session: Session, lot_ids: Collection[LotId]) -> dict[LotId, Lot]:
    """Keep holds off these lots until the transaction ends, and return them as they now are.

    The lock is shared: issues run side by side, a hold waits for them and they for it.
    """
    rows = session.scalars(
        select(Lot)
        .where(Lot.id.in_(lot_ids))
        .order_by(Lot.id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )
    return {lot.id: lot for lot in rows}


def lock_lot_states(session: Session, lot_ids: Collection[LotId]) -> dict[LotId, LotState]:
    """Lock like ``lock_lots``, and return only what the rules need to know."""
    rows: Iterable[Any] = session.execute(
        select(Lot.id, Lot.lot_number, type_coerce(Lot.hold, Text), Lot.expires_on, Lot.hold_reason)
        .where(Lot.id == func.any(cast(list(lot_ids), ARRAY(BigInteger))))
        .order_by(Lot.id)
        .with_for_update(read=True)
    ).all()
    return {lot_id: LotState(*state) for lot_id, *state in rows}


def state_of(lot: Lot) -> LotState:
    """Return what the rules need to know of a lot."""
    return LotState(lot.lot_number, lot.hold.value, lot.expires_on, lot.hold_reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    lot_id: LotId
    expected: LotHold
    target: LotHold
    reason: str


def hold_lot(
    session: Session, actor: Actor, lot_id: LotId, hold: tuple[LotHold, str], *, now: datetime
) -> Lot:
    """Put a lot on hold for a kind and a reason; it waits for issues in flight.

    Raises:
        NotFound: there is no such lot.
        ReasonMissing: people must learn why.
        LotStateChanged: the lot is on hold already.
    """
    kind, reason = hold
    turn = _Turn(lot_id=lot_id, expected=LotHold.NONE, target=kind, reason=reason.strip())
    return _change(session, actor, turn, now=now)


def release_lot(
    session: Session, actor: Actor, lot_id: LotId, reason: str, *, now: datetime
) -> Lot:
    """Free a lot that quality held; a recall is lifted by its own workflow.

    Raises:
        NotFound: there is no such lot.
        ReasonMissing: people must learn why.
        LotStateChanged: quality does not hold the lot.
    """
    turn = _Turn(
        lot_id=lot_id, expected=LotHold.QUALITY, target=LotHold.NONE, reason=reason.strip()
    )
    return _change(session, actor, turn, now=now)


def _change(session: Session, actor: Actor, turn: _Turn, *, now: datetime) -> Lot:
    if not turn.reason:
        raise ReasonMissing("lot")
    lot = get_lot(session, turn.lot_id)
    free = turn.target is LotHold.NONE
    changed = session.execute(
        update(Lot)
        .where(Lot.id == turn.lot_id, Lot.hold == turn.expected)
        .values(
            hold=turn.target,
            hold_reason="" if free else turn.reason,
            hold_since=None if free else now,
        )
        .returning(Lot.id)
    ).first()
    if changed is None:
        raise LotStateChanged(lot.lot_number, lot=lot.lot_number)
    session.refresh(lot)
    change = Change(
        subject=("lot", turn.lot_id),
        action="released" if free else "held",
        before={"hold": turn.expected.value},
        after={"hold": turn.target.value},
        reason=turn.reason,
    )
    history.record(session, actor, change, now=now)
    return lot
