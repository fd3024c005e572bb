"""Promise stock to document lines, first expiring first, and give promises back."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from app.inventory.errors import ReservationGone
from app.inventory.models import StockBalance, StockReservation
from app.inventory.rules import (
    Candidate,
    Choice,
    Destination,
    chosen_first,
    first_expiring_first_out,
)
from app.inventory.service.destinations import destinations
from app.inventory.service.requests import Allocation, Demand, Reserved, Terms
from app.kernel.arrays import array_of
from app.kernel.ids import ItemId, LotId, PlaceId
from app.kernel.local_time import local_day
from app.kernel.rows import as_table, insert_rows
from app.traceability import service as traceability

MATCHING = """
    FROM stock_balance b JOIN place p ON p.id = b.place_id
    WHERE b.facility_id = :facility AND b.owner_id = :facility
      AND b.item_id = ANY(CAST(:items AS bigint[])) AND b.condition = 'usable'
      AND NOT b.outside AND b.on_hand > b.reserved AND p.kind = 'bin'"""
LOTS = text(f"SELECT DISTINCT b.lot_id {MATCHING}")
LOCK = text(f"""
    SELECT b.id, b.item_id, b.lot_id, b.place_id, b.on_hand - b.reserved AS free
    {MATCHING} AND b.lot_id = ANY(CAST(:lots AS bigint[]))
    ORDER BY b.item_id, b.expires_on, b.lot_id, b.id
    FOR NO KEY UPDATE OF b""")


@dataclass(frozen=True, slots=True)
class _Shelf:
    """What could be taken: candidates by item, their places, and what is left of each."""

    stock: dict[ItemId, list[Candidate]]
    places: dict[int, PlaceId]
    free: dict[int, int]

    def offered(self, demand: Demand) -> list[Candidate]:
        """Return what a demand may choose from, as far as nobody before it took it."""
        return [
            replace(one, free=self.free[one.balance_id])
            for one in self.stock.get(demand.item_id, ())
            if self.free[one.balance_id] > 0
            and demand.lot_id in {None, one.lot_id}
            and one.lot_id not in demand.without
        ]


def reserve(
    session: Session, demands: Sequence[Demand], terms: Terms, *, now: datetime
) -> list[Allocation]:
    """Reserve stock for the demands, in their order, from the facility's bins.

    Candidate lots are locked before candidate balances, both in the one order of all
    code, so two approvals queue instead of overselling. Nothing raises for a shortage:
    it is part of the answer, as are the lots that were passed over.
    """
    shelf = _lock_shelf(session, {demand.item_id for demand in demands}, terms)
    arrives_on = max(terms.need_by, local_day(now))
    there = destinations(session, demands, terms.destination_id, arrives_on=arrives_on)
    last_needed = terms.need_by + timedelta(days=terms.min_days)
    chosen: list[tuple[Demand, Choice]] = []
    for demand in demands:
        destination = there.get(demand.item_id)
        choice = _choose(shelf, demand, destination, on=local_day(now), last_needed=last_needed)
        for take in choice.takes:
            shelf.free[take.balance_id] -= take.quantity
        chosen.append((demand, choice))
    wanted = [
        (demand, take.balance_id, take.quantity)
        for demand, choice in chosen
        for take in choice.takes
    ]
    ids = _store(session, wanted, terms, now=now)
    return [_allocation(demand, choice, ids, shelf.places) for demand, choice in chosen]


def _choose(
    shelf: _Shelf,
    demand: Demand,
    destination: Destination | None,
    *,
    on: date,
    last_needed: date,
) -> Choice:
    offered = shelf.offered(demand)
    if demand.first is not None:
        wanted = (demand.first, demand.quantity)
        return chosen_first(offered, wanted, destination, on=on, last_needed=last_needed)
    if demand.lot_id is not None:
        return first_expiring_first_out(offered, demand.quantity, on=on, last_needed=on)
    return first_expiring_first_out(
        offered, demand.quantity, destination, on=on, last_needed=last_needed
    )


def _allocation(
    demand: Demand,
    choice: Choice,
    ids: dict[tuple[int, int], int],
    places: dict[int, PlaceId],
) -> Allocation:
    picks = [
        Reserved(
            reservation_id=ids[demand.line_id, take.balance_id],
            balance_id=take.balance_id,
            place_id=places[take.balance_id],
            lot_id=take.lot_id,
            quantity=take.quantity,
        )
        for take in choice.takes
    ]
    return Allocation(
        demand=demand,
        picks=picks,
        shortage=choice.shortage,
        skipped=choice.skipped,
        displaced=choice.displaced,
    )


def _lock_shelf(session: Session, items: Collection[ItemId], terms: Terms) -> _Shelf:
    """Lock what could be taken and return it, lots as they are under their lock."""
    bound = {"facility": terms.facility_id, "items": array_of(items)}
    lots = traceability.lock_lot_states(session, list(session.scalars(LOTS, bound)))
    stock: defaultdict[ItemId, list[Candidate]] = defaultdict(list)
    places: dict[int, PlaceId] = {}
    free: dict[int, int] = {}
    for row in session.execute(LOCK, {**bound, "lots": array_of(lots)}):
        stock[row.item_id].append(Candidate(row.id, row.lot_id, lots[row.lot_id], row.free))
        places[row.id], free[row.id] = row.place_id, row.free
    return _Shelf(stock, places, free)


def _store(
    session: Session, wanted: list[tuple[Demand, int, int]], terms: Terms, *, now: datetime
) -> dict[tuple[int, int], int]:
    if not wanted:
        return {}
    add_to_reserved(session, [(balance_id, quantity) for _, balance_id, quantity in wanted])
    rows = [
        {
            "line_kind": demand.line_kind,
            "line_id": demand.line_id,
            "balance_id": balance_id,
            "quantity": quantity,
            "taken": 0,
            "released": 0,
            "expires_at": terms.expires_at,
            "created_at": now,
        }
        for demand, balance_id, quantity in wanted
    ]
    statement = insert_rows(StockReservation, rows)
    stored = session.execute(
        statement.on_conflict_do_update(
            index_elements=["line_kind", "line_id", "balance_id"],
            set_={
                "quantity": StockReservation.quantity + statement.excluded.quantity,
                "expires_at": statement.excluded.expires_at,
            },
        ).returning(StockReservation.id, StockReservation.line_id, StockReservation.balance_id)
    )
    return {(row.line_id, row.balance_id): row.id for row in stored}


def add_to_reserved(session: Session, changes: Sequence[tuple[int, int]]) -> None:
    """Raise or lower the promised part of locked balances, in one statement."""
    total: defaultdict[int, int] = defaultdict(int)
    for balance_id, quantity in changes:
        total[balance_id] += quantity
    rows = [{"id": key, "reserved": change} for key, change in sorted(total.items())]
    new = as_table([StockBalance.id, StockBalance.reserved], rows, "new")
    session.execute(
        update(StockBalance)
        .where(StockBalance.id == new.c.id)
        .values(reserved=StockBalance.reserved + new.c.reserved)
        .execution_options(synchronize_session=False)
    )


def release(session: Session, line_kind: str, line_ids: Collection[int]) -> int:
    """Give back what is still promised to these lines; return the base units freed."""
    return _release(
        session,
        (StockReservation.line_kind == line_kind) & StockReservation.line_id.in_(line_ids),
    )


def release_part(session: Session, reservation_id: int, quantity: int) -> None:
    """Give back some of one promise: a picker found less than the list says.

    Raises:
        ReservationGone: less than ``quantity`` is still promised.
    """
    named = select(StockReservation.balance_id).where(StockReservation.id == reservation_id)
    session.execute(
        select(StockBalance.id).where(StockBalance.id.in_(named)).with_for_update(key_share=True)
    )
    balance_id = session.execute(
        update(StockReservation)
        .where(
            StockReservation.id == reservation_id,
            StockReservation.taken + StockReservation.released + quantity
            <= StockReservation.quantity,
        )
        .values(released=StockReservation.released + quantity)
        .returning(StockReservation.balance_id)
        .execution_options(synchronize_session=False)
    ).scalar()
    if balance_id is None:
        raise ReservationGone(str(reservation_id))
    add_to_reserved(session, [(balance_id, -quantity)])


def release_lot(session: Session, lot_id: LotId) -> list[tuple[str, int]]:
    """Give back everything promised from a lot; return the lines that lose by it."""
    ids = select(StockBalance.id).where(StockBalance.lot_id == lot_id)
    losing = session.execute(
        select(StockReservation.line_kind, StockReservation.line_id).where(
            StockReservation.balance_id.in_(ids),
            StockReservation.taken + StockReservation.released < StockReservation.quantity,
        )
    )
    lines = [(row.line_kind, row.line_id) for row in losing]
    _release(session, StockReservation.balance_id.in_(ids))
    return lines


def lines_promised(session: Session, line_kind: str, lot_id: LotId) -> list[int]:
    """Return the lines of a kind to which goods of a lot are still promised."""
    return list(
        session.scalars(
            select(StockReservation.line_id)
            .join(StockBalance, StockBalance.id == StockReservation.balance_id)
            .where(
                StockBalance.lot_id == lot_id,
                StockReservation.line_kind == line_kind,
                StockReservation.taken + StockReservation.released < StockReservation.quantity,
            )
            .distinct()
        )
    )


def expired_lines(session: Session, line_kind: str, *, now: datetime) -> list[int]:
    """Return the lines of a kind whose promises have ended; asking gives nothing back."""
    return list(
        session.scalars(
            select(StockReservation.line_id)
            .where(
                StockReservation.line_kind == line_kind,
                StockReservation.expires_at < now,
                StockReservation.taken + StockReservation.released < StockReservation.quantity,
            )
            .distinct()
        )
    )


def release_expired(session: Session, line_kind: str, *, now: datetime) -> dict[int, int]:
    """Give back promises to lines of a kind that nobody used in time; return what each lost.

    The documents of ``expired_lines`` are locked before.
    """
    ended = (StockReservation.line_kind == line_kind) & (StockReservation.expires_at < now)
    return _release_lines(session, ended)


def _release(session: Session, which: object) -> int:
    return sum(_release_lines(session, which).values())


def _release_lines(session: Session, which: object) -> dict[int, int]:
    still_open = StockReservation.taken + StockReservation.released < StockReservation.quantity
    named = select(StockReservation.balance_id).where(which, still_open)  # type: ignore[arg-type]
    session.execute(
        select(StockBalance.id)
        .where(StockBalance.id.in_(named))
        .order_by(
            StockBalance.item_id, StockBalance.expires_on, StockBalance.lot_id, StockBalance.id
        )
        .with_for_update(key_share=True)
    )
    before = (
        select(
            StockReservation.id,
            (StockReservation.quantity - StockReservation.taken - StockReservation.released).label(
                "left"
            ),
        )
        .where(which, still_open)  # type: ignore[arg-type]
        .with_for_update(key_share=True)
        .cte("before")
    )
    freed = session.execute(
        update(StockReservation)
        .where(StockReservation.id == before.c.id)
        .values(released=StockReservation.released + before.c.left)
        .returning(StockReservation.balance_id, StockReservation.line_id, before.c.left)
        .execution_options(synchronize_session=False)
    ).all()
    lost: defaultdict[int, int] = defaultdict(int)
    for row in freed:
        lost[row.line_id] += row.left
    if freed:
        add_to_reserved(session, [(row.balance_id, -row.left) for row in freed])
    return dict(lost)


def open_quantity(session: Session, line_kind: str, line_id: int) -> int:
    """Return what is still promised to one line."""
    left = StockReservation.quantity - StockReservation.taken - StockReservation.released
    total = session.scalar(
        select(func.coalesce(func.sum(left), 0)).where(
            StockReservation.line_kind == line_kind, StockReservation.line_id == line_id
        )
    )
    return int(total or 0)
