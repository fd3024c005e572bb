"""Promise stock to document lines, first expiring first, and give promises back."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.inventory.errors import ReservationGone
from app.inventory.models import Condition, Place, PlaceKind, StockBalance, StockReservation
from app.inventory.rules import Candidate, first_expiring_first_out
from app.inventory.service.requests import Allocation, Demand, Reserved, Terms
from app.kernel.ids import ItemId, LotId, PlaceId
from app.kernel.local_time import local_day
from app.kernel.rows import as_table, insert_rows
from app.traceability import service as traceability


def reserve(
    session: Session, demands: Sequence[Demand], terms: Terms, *, now: datetime
) -> list[Allocation]:
    """Reserve stock for the demands, in their order, from the facility's bins.

    Candidate lots are locked before candidate balances, both in the one order of all
    code, so two approvals queue instead of overselling. Nothing raises for a shortage:
    it is part of the answer, as are the lots that were passed over.
    """
    rows = _candidates(session, {demand.item_id for demand in demands}, terms)
    free = {row.balance_id: row.free for stock in rows.values() for row in stock}
    places = _places(session, list(free))
    today = local_day(now)
    last_needed = terms.need_by + timedelta(days=terms.min_days)
    allocations = []
    wanted: list[tuple[Demand, int, int]] = []
    for demand in demands:
        stock = [
            Candidate(row.balance_id, row.lot_id, row.lot, free[row.balance_id])
            for row in rows[demand.item_id]
            if free[row.balance_id] > 0
        ]
        choice = first_expiring_first_out(stock, demand.quantity, on=today, last_needed=last_needed)
        for take in choice.takes:
            free[take.balance_id] -= take.quantity
            wanted.append((demand, take.balance_id, take.quantity))
        allocations.append((demand, choice))
    ids = _store(session, wanted, terms, now=now)
    return [
        Allocation(
            demand=demand,
            picks=[
                Reserved(
                    reservation_id=ids[demand.line_id, take.balance_id],
                    balance_id=take.balance_id,
                    place_id=places[take.balance_id],
                    lot_id=take.lot_id,
                    quantity=take.quantity,
                )
                for take in choice.takes
            ],
            shortage=choice.shortage,
            skipped=choice.skipped,
        )
        for demand, choice in allocations
    ]


def _candidates(
    session: Session, items: Collection[ItemId], terms: Terms
) -> dict[ItemId, list[Candidate]]:
    """Lock what could be taken and return it, lots as they are under their lock."""
    matching = (
        StockBalance.facility_id == terms.facility_id,
        StockBalance.owner_id == terms.facility_id,
        StockBalance.item_id.in_(items),
        StockBalance.condition == Condition.USABLE,
        ~StockBalance.outside,
        StockBalance.on_hand > StockBalance.reserved,
        StockBalance.place_id.in_(
            select(Place.id).where(
                Place.facility_id == terms.facility_id, Place.kind == PlaceKind.BIN
            )
        ),
    )
    lot_ids = session.scalars(select(StockBalance.lot_id).where(*matching).distinct())
    lots = traceability.lock_lots(session, set(lot_ids))
    locked = session.execute(
        select(StockBalance.__table__)
        .where(*matching, StockBalance.lot_id.in_(lots))
        .order_by(
            StockBalance.item_id, StockBalance.expires_on, StockBalance.lot_id, StockBalance.id
        )
        .with_for_update(key_share=True)
    )
    stock: defaultdict[ItemId, list[Candidate]] = defaultdict(list)
    for row in locked:
        state = traceability.state_of(lots[row.lot_id])
        stock[row.item_id].append(Candidate(row.id, row.lot_id, state, row.on_hand - row.reserved))
    return stock


def _places(session: Session, balance_ids: list[int]) -> dict[int, PlaceId]:
    rows = session.execute(
        select(StockBalance.id, StockBalance.place_id).where(StockBalance.id.in_(balance_ids))
    )
    return {row.id: row.place_id for row in rows}


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


def release_expired(session: Session, *, now: datetime) -> int:
    """Give back promises nobody used in time; return the base units freed."""
    return _release(session, StockReservation.expires_at < now)


def _release(session: Session, which: object) -> int:
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
        .returning(StockReservation.balance_id, before.c.left)
        .execution_options(synchronize_session=False)
    ).all()
    if freed:
        add_to_reserved(session, [(row.balance_id, -row.left) for row in freed])
    return sum(row.left for row in freed)


def open_quantity(session: Session, line_kind: str, line_id: int) -> int:
    """Return what is still promised to one line."""
    left = StockReservation.quantity - StockReservation.taken - StockReservation.released
    total = session.scalar(
        select(func.coalesce(func.sum(left), 0)).where(
            StockReservation.line_kind == line_kind, StockReservation.line_id == line_id
        )
    )
    return int(total or 0)
