"""A year of stock as the ledger keeps it: lots, postings, moves, balances, roll-ups."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import attrgetter
from typing import NamedTuple

from app.demo.county import DEPOT
from app.demo.history.records import PATIENT, RECEIVING, STOCK, SUPPLIER, LotPlan, Movement
from app.demo.history.today import APPROVED
from app.demo.load.bulk import Bulk
from app.demo.load.shelves import Shelves
from app.demo.plan import CountyPlan
from app.inventory.models import ConsumptionDay, StockBalance, StockMove, StockPosting
from app.traceability.models import Lot

OUTSIDE = frozenset({PATIENT, SUPPLIER})
HOLD_REASON = "供应商通知：包装密封抽检待复核（演示）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Keys of what the ledger refers to."""

    facilities: dict[str, int]
    items: dict[str, int]
    users: dict[str, int]
    shelves: Shelves
    lots: dict[str, int]


class _Balance(NamedTuple):
    key: int
    facility: int
    place: int
    lot: LotPlan
    outside: bool


@dataclass(slots=True)
class _Book:
    """Balances and postings met so far, and how they stand."""

    keys: Keys
    lots: dict[str, LotPlan]
    receipts: dict[tuple[datetime, str], str]
    """The receipt by which a lot came at a moment."""
    balance_keys: Iterator[int]
    posting_keys: Iterator[int]
    balances: dict[tuple[tuple[str, str], str], _Balance] = field(default_factory=dict)
    postings: dict[tuple[datetime, str, str, str], int] = field(default_factory=dict)
    signed: set[int] = field(default_factory=set)
    """Postings that moved controlled medicines: two people stand under them."""
    on_hand: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    seq: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    latest: dict[int, datetime] = field(default_factory=dict)
    used: defaultdict[tuple[int, int, date], int] = field(default_factory=lambda: defaultdict(int))

    def balance(self, spot: tuple[str, str], move: Movement) -> _Balance:
        """Return the balance of a lot at a spot, opened on first use."""
        found = self.balances.get((spot, move.lot))
        if found is None:
            facility, role = spot
            found = _Balance(
                next(self.balance_keys),
                self.keys.facilities[facility],
                self.keys.shelves.of(facility, role, move.item),
                self.lots[move.lot],
                role in OUTSIDE,
            )
            self.balances[spot, move.lot] = found
        return found

    def posting(self, move: Movement) -> int:
        """Return the posting a movement belongs to: one per moment, kind, facility, receipt."""
        facility = move.target[0]
        receipt = self.receipts.get((move.at, move.lot), "") if move.kind == "receipt" else ""
        key = (move.at, move.kind, facility, receipt)
        if key not in self.postings:
            self.postings[key] = next(self.posting_keys)
        if move.item in self.keys.shelves.controlled:
            self.signed.add(self.postings[key])
        return self.postings[key]


def load_lots(bulk: Bulk, plan: CountyPlan, items: dict[str, int]) -> dict[str, int]:
    """Store every lot of the year; return the keys by lot number."""
    keys = bulk.keys(Lot)
    rows = plan.rows
    lots = [lot for year in plan.years.values() for lot in year.lots]
    ids = {lot.number: next(keys) for lot in lots}
    bulk.copy(
        Lot,
        "id item_id maker lot_number made_on expires_on cost_fen hold hold_reason hold_since",
        (
            (
                ids[lot.number],
                items[lot.item],
                rows[lot.item].maker,
                lot.number,
                lot.made_on,
                lot.expires_on,
                lot.cost_fen,
                "quality" if lot.held_since else "none",
                HOLD_REASON if lot.held_since else "",
                lot.held_since,
            )
            for lot in lots
        ),
    )
    return ids


def load_year(bulk: Bulk, plan: CountyPlan, keys: Keys) -> dict[str, int]:
    """Write the movements of the year, oldest first, and what they left behind.

    Returns the keys of the depot's balances by lot.
    """
    years = list(plan.years.values())
    lots = {lot.number: lot for year in years for lot in year.lots}
    movements = [move for year in years for move in year.movements]
    movements.sort(key=attrgetter("at"))
    receipts = {
        (move.at, move.lot): arrival.receipt
        for arrival in plan.arrivals
        for move in arrival.movements
    }
    book = _Book(keys, lots, receipts, bulk.keys(StockBalance), bulk.keys(StockPosting))
    moves = list(_legs(book, movements, bulk.keys(StockMove)))
    with bulk.unlinked(StockPosting, StockBalance, StockMove, ConsumptionDay):
        _copy_postings(bulk, book, _documents(plan))
        _copy_balances(bulk, book, _promised(plan))
        bulk.copy(
            StockMove,
            "id posting_id balance_id seq leg quantity balance_after facility_id item_id lot_id"
            " kind occurred_at recorded_at",
            moves,
        )
        bulk.copy(
            ConsumptionDay,
            "facility_id item_id day quantity",
            ((*key, quantity) for key, quantity in book.used.items()),
        )
    depot = (DEPOT, STOCK)
    return {lot: balance.key for (spot, lot), balance in book.balances.items() if spot == depot}


def _documents(plan: CountyPlan) -> dict[tuple[datetime, str, str], str]:
    """Return on which requisition goods were brought or picked; older ones have none."""
    brought = {
        (one.arrived, kind, one.facility): one.requisition
        for one in plan.deliveries
        for kind in ("accept", "hand_over")
    }
    picked = {(one.picked_at, "pick", DEPOT): one.requisition for one in plan.orders}
    return brought | picked


def _promised(plan: CountyPlan) -> dict[str, int]:
    """Return what approved orders still promise of each lot at the depot."""
    promised: defaultdict[str, int] = defaultdict(int)
    for order in plan.orders:
        for line in order.lines if order.state == APPROVED else ():
            for portion in line.portions:
                promised[portion.lot] += portion.quantity
    return promised


def _legs(
    book: _Book, movements: Iterable[Movement], keys: Iterator[int]
) -> Iterator[tuple[object, ...]]:
    lots, items = book.keys.lots, book.keys.items
    for move in movements:
        posting, item, lot = book.posting(move), items[move.item], lots[move.lot]
        for leg, spot in ((-1, move.source), (1, move.target)):
            balance = book.balance(spot, move)
            key, change = balance.key, leg * move.quantity
            book.on_hand[key] += change
            book.seq[key] += 1
            book.latest[key] = move.at
            counted = (key, book.seq[key], leg, change, book.on_hand[key])
            what = (balance.facility, item, lot, move.kind, move.at, move.at)
            yield (next(keys), posting, *counted, *what)
        if move.kind == "consume":
            book.used[balance.facility, item, move.at.date()] += move.quantity


def _copy_postings(
    bulk: Bulk, book: _Book, documents: dict[tuple[datetime, str, str], str]
) -> None:
    user, second = book.keys.users["history"], book.keys.users["quality"]
    bulk.copy(
        StockPosting,
        "id idempotency_key digest kind facility_id document reason user_id"
        " second_user_id occurred_at recorded_at",
        (
            (
                key,
                f"demo:{kind}:{facility}:{at:%Y%m%dT%H%M}:{receipt}",
                "demo",
                kind,
                book.keys.facilities[facility],
                receipt or documents.get((at, kind, facility), f"DEMO-{at:%Y%m%d}"),
                "演示数据：历史补录",
                user,
                second if key in book.signed else None,
                at,
                at,
            )
            for (at, kind, facility, receipt), key in book.postings.items()
        ),
    )


def _copy_balances(bulk: Bulk, book: _Book, promised: dict[str, int]) -> None:
    items = book.keys.items
    bulk.copy(
        StockBalance,
        "id facility_id place_id item_id lot_id expires_on owner_id condition outside"
        " on_hand reserved last_seq latest_at",
        (
            (
                balance.key,
                balance.facility,
                balance.place,
                items[balance.lot.item],
                book.keys.lots[balance.lot.number],
                balance.lot.expires_on,
                book.keys.facilities[DEPOT] if spot[1] == RECEIVING else balance.facility,
                "usable",
                balance.outside,
                book.on_hand[balance.key],
                promised.get(lot, 0) if spot == (DEPOT, STOCK) else 0,
                book.seq[balance.key],
                book.latest[balance.key],
            )
            for (spot, lot), balance in book.balances.items()
        ),
    )
