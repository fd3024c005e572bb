"""The one writer of the ledger: every flow that moves stock calls ``post`` (L1–L10)."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
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
from app.inventory.models import Condition, PostingKind, StockPosting, UseTag
from app.inventory.rules import is_in_time, month_of
from app.inventory.service import closing, writing
from app.inventory.service.balances import Balance, key_of, lock_balances
from app.inventory.service.requests import Movement, PostingRequest, Spot, Undoing
from app.inventory.service.writing import Entry, Used
from app.kernel.actor import Actor
from app.kernel.db import refusing
from app.kernel.errors import KeyReused, NotFound
from app.kernel.ids import LotId, PostingId
from app.kernel.local_time import local_day
from app.traceability import service as traceability
from app.traceability.rules import LotState, ensure_free, ensure_usable

NEEDS_USABLE_LOT = frozenset(
    {PostingKind.PICK, PostingKind.LOAD, PostingKind.DISPENSE, PostingKind.CONSUME}
)

_CLAIM = (
    upsert(StockPosting)
    .on_conflict_do_nothing(index_elements=[StockPosting.idempotency_key])
    .returning(StockPosting)
)


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
    refuse_nonsense(request)
    if not is_in_time(request.occurred_at, now=now):
        raise TimeOutsideWindow(request.document)
    posting, is_new = _claim(session, actor, request, now=now)
    if not is_new:
        return posting
    lock_lots(session, [request], now=now)
    entries = _lock_balances(session, request)
    refuse_closed(session, request, entries, now=now)
    refuse_one_hand(request, entries)
    if not writing.take_promises(session, entries):
        raise ReservationGone(request.document)
    legs = writing.count_along(entries)
    refuse_shortage(request, entries)
    _refuse_past_shortage(session, request, entries)
    writing.write(session, posting, legs, _rolled(session, request, entries))
    return posting


def reverse(
    session: Session,
    actor: Actor,
    posting_id: PostingId,
    because: Undoing,
    *,
    now: datetime,
) -> StockPosting:
    """Undo a posting by its mirror image (红冲).

    Raises:
        NotFound: there is no such posting at the actor's facilities, nor of their goods alone.
        AlreadyReversed: it was undone before.
        SecondPersonNeeded: it moved goods of a double-locked place, and nobody signed beside.
        InsufficientStock: the goods have left since.
    """
    original = session.get(StockPosting, posting_id)
    moved = queries.movements_of(session, posting_id)
    owners = {row.source_owner_id for row in moved} | {row.target_owner_id for row in moved}
    if original is None or not (
        original.facility_id in actor.facility_ids or owners <= actor.facility_ids
    ):
        raise NotFound("posting")
    request = mirror_of(session, original, because, now=now)
    return undo_once(session, actor, request, now=now)


def mirror_of(
    session: Session,
    original: StockPosting,
    because: Undoing,
    *,
    now: datetime,
    book_only: bool = False,
) -> PostingRequest:
    """Return what undoes a posting: the same movements the other way round."""
    mirrored = [
        Movement(
            lot_id=row.lot_id,
            quantity=row.quantity,
            source=Spot(row.target_place_id, row.target_owner_id, row.target_condition),
            target=Spot(row.source_place_id, row.source_owner_id, row.source_condition),
            origin_line_id=row.line_id,
        )
        for row in queries.movements_of(session, original.id)
    ]
    return PostingRequest(
        kind=PostingKind.REVERSAL,
        key=because.key,
        facility_id=original.facility_id,
        document=original.document,
        occurred_at=now,
        movements=mirrored,
        reason=because.reason,
        second_user_id=because.second_user_id,
        reverses_id=original.id,
        tag=original.tag,
        book_only=book_only,
    )


def undo_once(
    session: Session, actor: Actor, request: PostingRequest, *, now: datetime
) -> StockPosting:
    """Post a reversal, unless the original was reversed before."""
    taken = AlreadyReversed(request.document, document=request.document)
    with refusing(session, "uq_stock_posting_reverses_id", taken):
        return post(session, actor, request, now=now)


def refuse_nonsense(request: PostingRequest) -> None:
    """Refuse a posting that moves nothing, or nothing anywhere."""
    if not request.movements:
        raise PostingUnbalanced(request.document)
    for movement in request.movements:
        if movement.quantity <= 0 or movement.source == movement.target:
            raise PostingUnbalanced(request.document)


def _claim(
    session: Session, actor: Actor, request: PostingRequest, *, now: datetime
) -> tuple[StockPosting, bool]:
    posting = session.scalars(_CLAIM, row_of(actor, request, now=now)).first()
    if posting is not None:
        return posting, True
    first = session.scalars(
        select(StockPosting).where(StockPosting.idempotency_key == request.key)
    ).one()
    if first.digest != request.digest():
        raise KeyReused(request.key)
    return first, False


def row_of(actor: Actor, request: PostingRequest, *, now: datetime) -> dict[str, object]:
    """Return what is stored of a posting itself."""
    return {
        "idempotency_key": request.key,
        "digest": request.digest(),
        "kind": request.kind,
        "facility_id": request.facility_id,
        "document": request.document,
        "reason": request.reason,
        "user_id": actor.user_id,
        "second_user_id": request.second_user_id,
        "occurred_at": request.occurred_at,
        "recorded_at": now,
        "reverses_id": request.reverses_id,
        "tag": request.tag,
    }


def lock_lots(session: Session, requests: Sequence[PostingRequest], *, now: datetime) -> None:
    """Keep holds off the lots until the end, and refuse those that may not be issued.

    What is held is not accepted for use either; into quarantine it may come.
    """
    wanted = {movement.lot_id for request in requests for movement in request.movements}
    lots: dict[LotId, LotState] = traceability.lock_lot_states(session, wanted)
    if len(lots) < len(wanted):
        raise NotFound("lot")
    if requests[0].kind in NEEDS_USABLE_LOT:
        for lot in lots.values():
            ensure_usable(lot, on=local_day(now))
    if requests[0].kind is PostingKind.ACCEPT:
        for movement in (move for request in requests for move in request.movements):
            if movement.target.condition is Condition.USABLE:
                ensure_free(lots[movement.lot_id])


def _lock_balances(session: Session, request: PostingRequest) -> list[Entry]:
    """Lock what the movements change; return each movement with its two balances."""
    keyed = [
        (move, key_of(move.source, move.lot_id), key_of(move.target, move.lot_id))
        for move in request.movements
    ]
    keys = dict.fromkeys(key for _, *ends in keyed for key in ends)
    found = lock_balances(session, keys, occurred_at=request.occurred_at)
    return [Entry(move, found[source], found[target]) for move, source, target in keyed]


def _balances(entries: list[Entry]) -> dict[int, Balance]:
    """Return every balance changed, once."""
    return {balance.id: balance for _, *ends in entries for balance in ends}


def refuse_closed(
    session: Session, request: PostingRequest, entries: list[Entry], *, now: datetime
) -> None:
    """Refuse a month that any facility touched has closed (月结).

    The running month is open: a month may be closed only some time after its end.
    """
    month, _ = month_of(local_day(request.occurred_at))
    if month >= month_of(local_day(now))[0]:
        return
    facilities = {balance.facility_id for balance in _balances(entries).values()}
    if closing.keep_open(session, {request.facility_id, *facilities}, month):
        return
    raise PeriodClosed(request.document, month=f"{month:%Y-%m}")


def refuse_one_hand(request: PostingRequest, entries: list[Entry]) -> None:
    """Refuse that one person opens a double-locked place (双人双锁)."""
    if request.second_user_id is not None or request.book_only:
        return
    if any(source.locked or target.locked for _, source, target in entries):
        raise SecondPersonNeeded(request.document)


def refuse_shortage(request: PostingRequest, entries: list[Entry]) -> None:
    """Refuse that a place within the stock falls below zero, or below what is promised."""
    for balance in _balances(entries).values():
        if not balance.outside and not 0 <= balance.reserved <= balance.on_hand:
            free = max(0, balance.on_hand - balance.reserved)
            raise InsufficientStock(request.document, item_id=balance.item_id, free=free)


def _refuse_past_shortage(session: Session, request: PostingRequest, entries: list[Entry]) -> None:
    """Refuse an issue that a later moment, already in the books, could not have afforded (L10)."""
    lowered: dict[int, Balance] = {
        source.id: source for _, source, _ in entries if source.moved_later and not source.outside
    }
    if not lowered:
        return
    change: Counter[int] = Counter()
    for movement, source, target in entries:
        change[source.id] -= movement.quantity
        change[target.id] += movement.quantity
    lowest = queries.lowest_running(session, list(lowered), since=request.occurred_at)
    for balance_id, least in lowest.items():
        if change[balance_id] < 0 and least + change[balance_id] < 0:
            item_id = lowered[balance_id].item_id
            raise InsufficientStock(request.document, item_id=item_id, free=max(0, least))


def _rolled(
    session: Session, request: PostingRequest, entries: list[Entry]
) -> tuple[Used, date, bool] | None:
    """Return what patients were given; a reversal takes it back on the day it was counted."""
    used = writing.consumed_by(entries)
    if not used:
        return None
    day = local_day(queries.business_time(session, request.reverses_id) or request.occurred_at)
    return used, day, request.tag is UseTag.ROUTINE
