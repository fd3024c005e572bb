"""Find, lock and hold lots."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.arrays import array_of
from app.kernel.errors import NotFound
from app.kernel.history import Change
from app.kernel.ids import ItemId, LotId
from app.traceability.errors import HeldByRecall, LotStateChanged, ReasonMissing
from app.traceability.models import Lot, LotHold
from app.traceability.rules import LotState

GATES, GATE_SPACE = 32, 1_280_591_956
"""A row lock that is shared knows no queue: while issues keep coming, a hold would wait for ever.
Each issue therefore passes a gate first, an advisory lock that serves in order of arrival. Few
gates serve all lots, so that a transaction over a thousand lots fits into the lock table."""
PASS = text(
    "SELECT pg_advisory_xact_lock_shared(:space, gate) FROM unnest(CAST(:gates AS int[])) gate"
)
LOCK_STATES = text("""
    WITH gate AS MATERIALIZED (
        SELECT count(pg_advisory_xact_lock_shared(:space, gate)) AS passed
        FROM unnest(CAST(:gates AS int[])) gate)
    SELECT lot.id, lot.lot_number, lot.hold, lot.expires_on, lot.hold_reason, lot.hold_class,
        lot.hold_since, lot.hold_instruction
    FROM gate JOIN lot ON gate.passed >= 0
    WHERE lot.id = ANY(CAST(:lots AS bigint[]))
    ORDER BY lot.id
    FOR SHARE OF lot""")
"""Passes the gates, and only then locks; a lot that was held meanwhile is read as it now is."""
SHUT = text("SELECT pg_advisory_xact_lock(:space, :gate)")


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
    _pass_gates(session, lot_ids)
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
    bound = {
        "space": GATE_SPACE,
        "gates": array_of(_gates_of(lot_ids)),
        "lots": array_of(lot_ids),
    }
    return {lot_id: LotState(*state) for lot_id, *state in session.execute(LOCK_STATES, bound)}


def _gates_of(lot_ids: Collection[LotId]) -> list[int]:
    return sorted({lot_id % GATES for lot_id in lot_ids})


def _pass_gates(session: Session, lot_ids: Collection[LotId]) -> None:
    session.execute(PASS, {"space": GATE_SPACE, "gates": _gates_of(lot_ids)})


def state_of(lot: Lot) -> LotState:
    """Return what the rules need to know of a lot."""
    return LotState(
        lot.lot_number,
        lot.hold.value,
        lot.expires_on,
        lot.hold_reason,
        lot.hold_class,
        lot.hold_since,
        lot.hold_instruction,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    lot_id: LotId
    expected: tuple[LotHold, ...]
    target: LotHold
    reason: str
    reference: str = ""


def hold_lot(
    session: Session, actor: Actor, lot_id: LotId, hold: tuple[LotHold, str], *, now: datetime
) -> Lot:
    """Put a lot on hold for a kind and a reason; it waits for issues in flight.

    A recall takes over a lot that quality holds already, unless another recall does.

    Raises:
        NotFound: there is no such lot.
        ReasonMissing: people must learn why.
        LotStateChanged: the lot is on hold already.
    """
    kind, reason = hold
    taken = (LotHold.NONE, LotHold.QUALITY) if kind is LotHold.RECALL else (LotHold.NONE,)
    turn = _Turn(lot_id=lot_id, expected=taken, target=kind, reason=reason.strip())
    return _change(session, actor, turn, now=now)


def tell_holders(session: Session, lot_id: LotId, told: tuple[str, str, str]) -> None:
    """Write on a lot held just now which recall holds it, its class, and what to do with it.

    The transaction that held the lot still has its row, so nobody reads the one without the
    other.
    """
    reference, recall_class, instruction = told
    session.execute(
        update(Lot)
        .where(Lot.id == lot_id, Lot.hold != LotHold.NONE)
        .values(hold_reference=reference, hold_class=recall_class, hold_instruction=instruction)
    )


def lift_hold(
    session: Session, actor: Actor, lot_id: LotId, told: tuple[str, str], *, now: datetime
) -> Lot:
    """Free a lot that the recall of this reference holds, for a reason.

    Raises:
        ReasonMissing: people must learn why.
        LotStateChanged: this recall does not hold it.
    """
    reference, reason = told
    turn = _Turn(
        lot_id=lot_id,
        expected=(LotHold.QUALITY, LotHold.RECALL),
        target=LotHold.NONE,
        reason=reason.strip(),
        reference=reference,
    )
    return _change(session, actor, turn, now=now)


def release_lot(
    session: Session, actor: Actor, lot_id: LotId, reason: str, *, now: datetime
) -> Lot:
    """Free a lot that quality held; a recall is lifted by its own workflow.

    Raises:
        NotFound: there is no such lot.
        ReasonMissing: people must learn why.
        LotStateChanged: quality does not hold the lot.
        HeldByRecall: the hold was begun in the recall room, and is lifted there.
    """
    held = get_lot(session, lot_id)
    if held.hold_reference:
        raise HeldByRecall(held.lot_number, lot=held.lot_number, reference=held.hold_reference)
    expected = (LotHold.QUALITY,)
    turn = _Turn(lot_id=lot_id, expected=expected, target=LotHold.NONE, reason=reason.strip())
    return _change(session, actor, turn, now=now)


def _change(session: Session, actor: Actor, turn: _Turn, *, now: datetime) -> Lot:
    if not turn.reason:
        raise ReasonMissing("lot")
    lot = get_lot(session, turn.lot_id)
    session.execute(SHUT, {"space": GATE_SPACE, "gate": turn.lot_id % GATES})
    session.refresh(lot)
    before = lot.hold
    free = turn.target is LotHold.NONE
    changed = session.execute(
        update(Lot)
        .where(
            Lot.id == turn.lot_id,
            Lot.hold.in_(turn.expected),
            Lot.hold_reference == turn.reference,
        )
        .values(
            hold=turn.target,
            hold_reason="" if free else turn.reason,
            hold_since=None if free else now,
            hold_class="",
            hold_reference="",
            hold_instruction="",
        )
        .returning(Lot.id)
    ).first()
    if changed is None:
        raise LotStateChanged(lot.lot_number, lot=lot.lot_number)
    session.refresh(lot)
    change = Change(
        subject=("lot", turn.lot_id),
        action="released" if free else "held",
        before={"hold": before.value},
        after={"hold": turn.target.value},
        reason=turn.reason,
    )
    history.record(session, actor, change, now=now)
    return lot
