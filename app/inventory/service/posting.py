"""The one writer of the ledger: every flow that moves stock calls ``post`` (L1–L10)."""

from collections import Counter, defaultdict
from datetime import datetime

from sqlalchemy import Date, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from app.accounts.errors import SecondPersonNeeded
from app.inventory import queries
from app.inventory.errors import (
    AlreadyReversed,
    InsufficientStock,
    PeriodClosed,
    PostingUnbalanced,
    ReservationGone,
    TimeOutsideWindow,
)
from app.inventory.models import (
    ConsumptionDay,
    PlaceKind,
    PostingKind,
    StockBalance,
    StockMove,
    StockPosting,
    StockReservation,
    UseTag,
)
from app.inventory.rules import is_in_time
from app.inventory.service.balances import Balance, BalanceKey, key_of, lock_balances
from app.inventory.service.requests import Movement, PostingRequest, Spot
from app.kernel.actor import Actor
from app.kernel.db import refusing
from app.kernel.errors import KeyReused, NotFound
from app.kernel.ids import LotId, PostingId
from app.kernel.local_time import local_day
from app.kernel.rows import as_table, insert_rows
from app.traceability import service as traceability
from app.traceability.models import Lot
from app.traceability.rules import ensure_usable

NEEDS_USABLE_LOT = frozenset(
    {PostingKind.PICK, PostingKind.LOAD, PostingKind.DISPENSE, PostingKind.CONSUME}
)
ALONE = frozenset({PostingKind.OPENING, PostingKind.REVERSAL})
"""Kinds that change a double-locked place without a second signature on the posting itself:
the first count of a facility, and corrections, which their own documents sign.
"""

Legs = list[dict[str, object]]


def post(session: Session, actor: Actor, request: PostingRequest, *, now: datetime) -> StockPosting:
    """Move stock: write the posting, two moves per movement, and the balances they change.

    The same key again returns the first posting and changes nothing. Lots are locked
    (shared) before balances, balances by item, expiry, lot and id.

    Raises:
        PostingUnbalanced: no movement, no quantity, or source and target are one.
        TimeOutsideWindow, PeriodClosed: the business time may not be posted to.
        LotHeld, LotExpired: goods of such a lot may not be issued.
        LockedPlaceNeeded, SecondPersonNeeded: controlled medicines move between double-locked
            places, and two people open one.
        InsufficientStock: a place would fall below zero, or below what is reserved.
        ReservationGone: the promise was used or withdrawn meanwhile.
        KeyReused: the key belongs to another posting.
    """
    _refuse_nonsense(request)
    _refuse_time(session, request, now=now)
    posting, is_new = _claim(session, actor, request, now=now)
    if not is_new:
        return posting
    lots = traceability.lock_lots(session, {movement.lot_id for movement in request.movements})
    _refuse_unusable(request, lots, now=now)
    keys = [
        key_of(spot, movement.lot_id)
        for movement in request.movements
        for spot in (movement.source, movement.target)
    ]
    balances = lock_balances(session, dict.fromkeys(keys), lots)
    _refuse_one_hand(request, balances)
    _take_reservations(session, request, balances)
    legs = _legs(posting, request, balances)
    _refuse_past_shortage(session, request, balances, now=now)
    _write(session, legs, balances)
    _roll_up(session, request, balances)
    return posting


def reverse(
    session: Session,
    actor: Actor,
    posting_id: PostingId,
    because: tuple[str, str],
    *,
    now: datetime,
) -> StockPosting:
    """Undo a posting by its mirror image (红冲); ``because`` is the client key and the reason.

    Raises:
        NotFound: there is no such posting at the actor's facilities.
        AlreadyReversed: it was undone before.
        InsufficientStock: the goods have left since.
    """
    key, reason = because
    original = session.get(StockPosting, posting_id)
    if original is None or original.facility_id not in actor.facility_ids:
        raise NotFound("posting")
    mirrored = [
        Movement(
            lot_id=row.lot_id,
            quantity=row.quantity,
            source=Spot(row.target_place_id, row.target_owner_id, row.target_condition),
            target=Spot(row.source_place_id, row.source_owner_id, row.source_condition),
            origin_line_id=row.line_id,
        )
        for row in queries.movements_of(session, posting_id)
    ]
    request = PostingRequest(
        kind=PostingKind.REVERSAL,
        key=key,
        facility_id=original.facility_id,
        document=original.document,
        occurred_at=now,
        movements=mirrored,
        reason=reason,
        reverses_id=posting_id,
        tag=original.tag,
    )
    taken = AlreadyReversed(original.document, document=original.document)
    with refusing(session, "uq_stock_posting_reverses_id", taken):
        return post(session, actor, request, now=now)


def _refuse_nonsense(request: PostingRequest) -> None:
    if not request.movements:
        raise PostingUnbalanced(request.document)
    for movement in request.movements:
        if movement.quantity <= 0 or movement.source == movement.target:
            raise PostingUnbalanced(request.document)


def _refuse_time(session: Session, request: PostingRequest, *, now: datetime) -> None:
    if not is_in_time(request.occurred_at, now=now):
        raise TimeOutsideWindow(request.document)
    day = local_day(request.occurred_at)
    if queries.is_closed(session, request.facility_id, day.replace(day=1)):
        raise PeriodClosed(request.document, month=f"{day:%Y-%m}")


def _claim(
    session: Session, actor: Actor, request: PostingRequest, *, now: datetime
) -> tuple[StockPosting, bool]:
    row = session.execute(
        upsert(StockPosting)
        .values(
            idempotency_key=request.key,
            digest=request.digest(),
            kind=request.kind,
            facility_id=request.facility_id,
            document=request.document,
            reason=request.reason,
            user_id=actor.user_id,
            second_user_id=request.second_user_id,
            occurred_at=request.occurred_at,
            recorded_at=now,
            reverses_id=request.reverses_id,
            tag=request.tag,
        )
        .on_conflict_do_nothing(index_elements=[StockPosting.idempotency_key])
        .returning(StockPosting.id)
    ).first()
    posting = session.scalars(
        select(StockPosting).where(StockPosting.idempotency_key == request.key)
    ).one()
    if row is None and posting.digest != request.digest():
        raise KeyReused(request.key)
    return posting, row is not None


def _refuse_unusable(request: PostingRequest, lots: dict[LotId, Lot], *, now: datetime) -> None:
    if len(lots) < len({movement.lot_id for movement in request.movements}):
        raise NotFound("lot")
    if request.kind in NEEDS_USABLE_LOT:
        for lot in lots.values():
            ensure_usable(traceability.state_of(lot), on=local_day(now))


def _refuse_one_hand(request: PostingRequest, balances: dict[BalanceKey, Balance]) -> None:
    """Refuse that one person opens a double-locked place (双人双锁)."""
    if request.second_user_id is not None or request.kind in ALONE:
        return
    if any(balance.locked for balance in balances.values()):
        raise SecondPersonNeeded(request.document)


def _take_reservations(
    session: Session, request: PostingRequest, balances: dict[BalanceKey, Balance]
) -> None:
    promised: Counter[int] = Counter()
    for movement in request.movements:
        if movement.reservation_id is not None:
            promised[movement.reservation_id] += movement.quantity
            balances[key_of(movement.source, movement.lot_id)].reserved -= movement.quantity
    for reservation_id, quantity in sorted(promised.items()):
        taken = session.execute(
            update(StockReservation)
            .where(
                StockReservation.id == reservation_id,
                StockReservation.taken + StockReservation.released + quantity
                <= StockReservation.quantity,
            )
            .values(taken=StockReservation.taken + quantity)
            .returning(StockReservation.balance_id)
        ).first()
        if taken is None:
            raise ReservationGone(request.document)


def _legs(
    posting: StockPosting, request: PostingRequest, balances: dict[BalanceKey, Balance]
) -> Legs:
    legs: Legs = []
    for movement in request.movements:
        for leg, spot in ((-1, movement.source), (1, movement.target)):
            balance = balances[key_of(spot, movement.lot_id)]
            balance.on_hand += leg * movement.quantity
            balance.seq += 1
            legs.append(_leg(posting, movement, balance, leg))
    for balance in balances.values():
        if not balance.outside and not 0 <= balance.reserved <= balance.on_hand:
            raise InsufficientStock(
                request.document,
                item_id=balance.item_id,
                free=max(0, balance.on_hand - balance.reserved),
            )
    return legs


def _leg(
    posting: StockPosting, movement: Movement, balance: Balance, leg: int
) -> dict[str, object]:
    kind, line_id = movement.line
    return {
        "posting_id": posting.id,
        "balance_id": balance.id,
        "seq": balance.seq,
        "leg": leg,
        "quantity": leg * movement.quantity,
        "balance_after": balance.on_hand,
        "facility_id": balance.facility_id,
        "item_id": balance.item_id,
        "lot_id": movement.lot_id,
        "kind": posting.kind,
        "line_kind": kind,
        "line_id": line_id,
        "origin_line_id": movement.origin_line_id,
        "occurred_at": posting.occurred_at,
        "recorded_at": posting.recorded_at,
    }


def _refuse_past_shortage(
    session: Session,
    request: PostingRequest,
    balances: dict[BalanceKey, Balance],
    *,
    now: datetime,
) -> None:
    """Refuse a back-dated issue that some later moment could not have afforded (L10)."""
    if request.occurred_at >= now:
        return
    change: defaultdict[int, int] = defaultdict(int)
    for movement in request.movements:
        change[balances[key_of(movement.source, movement.lot_id)].id] -= movement.quantity
        change[balances[key_of(movement.target, movement.lot_id)].id] += movement.quantity
    inside = {balance.id: balance for balance in balances.values() if not balance.outside}
    lowered = {key: delta for key, delta in change.items() if delta < 0 and key in inside}
    lowest = queries.lowest_running(session, list(lowered), since=request.occurred_at)
    for balance_id, delta in lowered.items():
        if balance_id in lowest and lowest[balance_id] + delta < 0:
            item_id = inside[balance_id].item_id
            raise InsufficientStock(
                request.document, item_id=item_id, free=max(0, lowest[balance_id])
            )


def _write(session: Session, legs: Legs, balances: dict[BalanceKey, Balance]) -> None:
    session.execute(insert_rows(StockMove, legs))
    rows = [
        {"id": row.id, "on_hand": row.on_hand, "reserved": row.reserved, "last_seq": row.seq}
        for row in balances.values()
    ]
    table = StockBalance
    new = as_table([table.id, table.on_hand, table.reserved, table.last_seq], rows, "new")
    session.execute(
        update(StockBalance)
        .where(StockBalance.id == new.c.id)
        .values(on_hand=new.c.on_hand, reserved=new.c.reserved, last_seq=new.c.last_seq)
        .execution_options(synchronize_session=False)
    )


def _roll_up(
    session: Session, request: PostingRequest, balances: dict[BalanceKey, Balance]
) -> None:
    """Keep the daily consumption beside the moves it sums up; a reversal takes it back."""
    used: Counter[tuple[int, int]] = Counter()
    patients = queries.places_of_kind(
        session, PlaceKind.PATIENT, {key.place_id for key in balances}
    )
    for movement in request.movements:
        source = balances[key_of(movement.source, movement.lot_id)]
        target = balances[key_of(movement.target, movement.lot_id)]
        if target.place_id in patients:
            used[source.facility_id, source.item_id] += movement.quantity
        elif source.place_id in patients:
            used[target.facility_id, target.item_id] -= movement.quantity
    if not used:
        return
    routine = request.tag is UseTag.ROUTINE
    day = local_day(queries.business_time(session, request.reverses_id) or request.occurred_at)
    statement = upsert(ConsumptionDay).values(
        facility_id=bindparam("facility"),
        item_id=bindparam("item"),
        day=bindparam("on_day", type_=Date),
        quantity=bindparam("used"),
        one_off=bindparam("once"),
    )
    session.connection().execute(
        statement.on_conflict_do_update(
            index_elements=["facility_id", "item_id", "day"],
            set_={
                "quantity": ConsumptionDay.quantity + statement.excluded.quantity,
                "one_off": ConsumptionDay.one_off + statement.excluded.one_off,
            },
        ),
        [
            {
                "facility": facility_id,
                "item": item_id,
                "on_day": day,
                "used": quantity,
                "once": 0 if routine else quantity,
            }
            for (facility_id, item_id), quantity in sorted(used.items())
        ],
    )
