"""Many postings of one kind in a few statements, under the same guards as one."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.inventory import queries
from app.inventory.errors import InsufficientStock, PostingUnbalanced, TimeOutsideWindow
from app.inventory.models import StockPosting, UseTag
from app.inventory.rules import is_in_time, month_of
from app.inventory.service import posting, writing
from app.inventory.service.balances import Balance, key_of, lock_balances
from app.inventory.service.requests import PostingRequest
from app.inventory.service.writing import Entry, Leg
from app.kernel.actor import Actor
from app.kernel.errors import KeyReused
from app.kernel.ids import FacilityId, ItemId, PostingId
from app.kernel.local_time import local_day
from app.kernel.rows import insert_rows

Posted = list[tuple[PostingRequest, list[Entry]]]
SAME = frozenset({"kind", "facility_id", "tag", "user_id", "recorded_at"})
"""What all postings of a set have in common."""


def post_all(
    session: Session, actor: Actor, requests: Sequence[PostingRequest], *, now: datetime
) -> None:
    """Move stock by many postings of one kind and facility, all of them or none.

    For issues that took no promise; every key must be new. Lots and balances are locked at
    once, in the one order of all code, and every balance is counted along through all of them.

    Raises:
        KeyReused: one of the keys was used before.
        DomainError: ``post`` would have refused one of them.
    """
    first = min(request.occurred_at for request in requests)
    _refuse_odd(requests, now=now)
    ids = _claim(session, actor, requests, now=now)
    posting.lock_lots(session, requests, now=now)
    posted = _lock_balances(session, requests, first)
    _refuse_closed(session, posted, now=now)
    legs: list[tuple[PostingId, Leg]] = []
    for request, entries in posted:
        posting.refuse_one_hand(request, entries)
        legs += [(ids[request.key], leg) for leg in writing.count_along(entries)]
        posting.refuse_shortage(request, entries)
    _refuse_past_shortage(session, posted, first)
    writing.write_all(session, requests[0].kind, legs, _times(requests, ids), recorded_at=now)
    _roll_up(session, posted)


def _refuse_odd(requests: Sequence[PostingRequest], *, now: datetime) -> None:
    kinds = {(request.kind, request.facility_id, request.tag) for request in requests}
    if len(kinds) > 1:
        raise PostingUnbalanced(requests[0].document)
    for request in requests:
        posting.refuse_nonsense(request)
        if not is_in_time(request.occurred_at, now=now):
            raise TimeOutsideWindow(request.document)
        if any(move.reservation_id is not None for move in request.movements):
            raise PostingUnbalanced(request.document)


def _claim(
    session: Session, actor: Actor, requests: Sequence[PostingRequest], *, now: datetime
) -> dict[str, PostingId]:
    rows = [posting.row_of(actor, request, now=now) for request in requests]
    same = {name: value for name, value in rows[0].items() if name in SAME}
    told = [{name: value for name, value in row.items() if name not in SAME} for row in rows]
    added = insert_rows(StockPosting, told, same).on_conflict_do_nothing()
    claimed = session.execute(added.returning(StockPosting.idempotency_key, StockPosting.id))
    ids = {row[0]: row[1] for row in claimed}
    if len(ids) < len(requests):
        raise KeyReused(requests[0].key)
    return ids


def _lock_balances(session: Session, requests: Sequence[PostingRequest], first: datetime) -> Posted:
    keyed = [
        (request, move, key_of(move.source, move.lot_id), key_of(move.target, move.lot_id))
        for request in requests
        for move in request.movements
    ]
    keys = dict.fromkeys(key for _, _, *ends in keyed for key in ends)
    found = lock_balances(session, keys, occurred_at=first)
    entries: defaultdict[str, list[Entry]] = defaultdict(list)
    for request, move, source, target in keyed:
        entries[request.key].append(Entry(move, found[source], found[target]))
    return [(request, entries[request.key]) for request in requests]


def _refuse_closed(session: Session, posted: Posted, *, now: datetime) -> None:
    """Refuse months that are closed, each asked about once."""
    by_month: dict[date, tuple[PostingRequest, list[Entry]]] = {}
    for request, entries in posted:
        month, _ = month_of(local_day(request.occurred_at))
        by_month.setdefault(month, (request, []))[1].extend(entries)
    for _, (request, entries) in sorted(by_month.items()):
        posting.refuse_closed(session, request, entries, now=now)


def _refuse_past_shortage(session: Session, posted: Posted, first: datetime) -> None:
    """Refuse what the balances could not bear later in the books (L10).

    All that leaves is counted from the earliest of the postings on, what comes back is not: so
    it may refuse too much, never too little.
    """
    sources: dict[int, Balance] = {}
    leaving: Counter[int] = Counter()
    for movement, source, _ in (entry for _, entries in posted for entry in entries):
        sources[source.id] = source
        leaving[source.id] += movement.quantity
    later = [one.id for one in sources.values() if one.moved_later and not one.outside]
    if not later:
        return
    for balance_id, least in queries.lowest_running(session, later, since=first).items():
        if least < leaving[balance_id]:
            item_id = sources[balance_id].item_id
            raise InsufficientStock(posted[0][0].document, item_id=item_id, free=max(0, least))


def _times(
    requests: Sequence[PostingRequest], ids: dict[str, PostingId]
) -> dict[PostingId, datetime]:
    return {ids[request.key]: request.occurred_at for request in requests}


def _roll_up(session: Session, posted: Posted) -> None:
    by_day: defaultdict[date, Counter[tuple[FacilityId, ItemId]]] = defaultdict(Counter)
    for request, entries in posted:
        by_day[local_day(request.occurred_at)].update(writing.consumed_by(entries))
    routine = posted[0][0].tag is UseTag.ROUTINE
    for day, used in sorted(by_day.items()):
        if used:
            writing.roll_up(session, used, day, routine=routine)
