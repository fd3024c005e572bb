"""The last weeks' orders as they were received: each receipt names its posting's goods."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, time, timedelta

from app.demo.county import DEPOT
from app.demo.history.arrivals import Arrival
from app.demo.history.records import Movement
from app.demo.load.bulk import Bulk
from app.demo.load.contracts import bought_at
from app.demo.load.ledger import Keys
from app.demo.plan import CountyPlan
from app.kernel.local_time import at_local, local_day
from app.purchasing.models import (
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
    ReceiptLine,
    ReceiptPlacement,
)

_ORDERED = time(9, 30)
_COUNTED_IN = timedelta(minutes=50)
_LATE_EVERY = 7


def load_receipts(bulk: Bulk, plan: CountyPlan, keys: Keys, suppliers: dict[str, int]) -> None:
    """Store order, receipt and lines of every arrival of the last weeks."""
    orders = {one: next(bulk.keys(PurchaseOrder)) for one in range(len(plan.arrivals))}
    receipts = {one: next(bulk.keys(Receipt)) for one in range(len(plan.arrivals))}
    depot, users = keys.facilities[DEPOT], keys.users
    bulk.copy(
        PurchaseOrder,
        "id reference supplier_id facility_id state expected_on user_id approved_by"
        " ordered_at submitted_at approved_at sent_at",
        [
            (
                *(orders[one], arrival.order, suppliers[arrival.supplier], depot, "received"),
                *(_promised(one, arrival), users["buyer"], users["pharmacist"]),
                *[at_local(arrival.ordered_on, _ORDERED)] * 4,
            )
            for one, arrival in enumerate(plan.arrivals)
        ],
    )
    bulk.copy(
        Receipt,
        "id reference order_id facility_id state opened_at opened_by accepted_at accepted_by"
        " second_user_id",
        [
            (
                *(receipts[one], arrival.receipt, orders[one], depot, "put_away"),
                *(arrival.at - _COUNTED_IN, users["storekeeper"], arrival.at, users["quality"]),
                users["pharmacist"] if _is_controlled(keys, arrival) else None,
            )
            for one, arrival in enumerate(plan.arrivals)
        ],
    )
    _load_lines(bulk, plan, keys, (orders, receipts))


def _promised(one: int, arrival: Arrival) -> date:
    """Return the day the goods were promised for; every seventh delivery comes a day late."""
    return local_day(arrival.at) - timedelta(days=one % _LATE_EVERY == 0)


def _is_controlled(keys: Keys, arrival: Arrival) -> bool:
    return any(move.item in keys.shelves.controlled for move in arrival.movements)


def _load_lines(
    bulk: Bulk, plan: CountyPlan, keys: Keys, heads: tuple[dict[int, int], dict[int, int]]
) -> None:
    orders, receipts = heads
    line_keys = bulk.keys(PurchaseOrderLine)
    ordered: list[tuple[object, ...]] = []
    received: list[tuple[object, ...]] = []
    placed: list[tuple[object, ...]] = []
    for one, arrival in enumerate(plan.arrivals):
        for item, movements in _by_item(arrival):
            row, line = plan.rows[item], next(line_keys)
            words = (row.name, row.strength, row.pack.base_unit, row.pack.pack_unit)
            quantity = sum(move.quantity for move in movements)
            amounts = (row.pack.units, quantity, bought_at(row), quantity)
            ordered.append((line, orders[one], keys.items[item], *words, *amounts))
            counted = [*_counted(bulk, keys, (receipts[one], line), (arrival, movements))]
            received += counted
            placed += _placed(bulk, keys, counted, movements)
    bulk.copy(
        PurchaseOrderLine,
        "id order_id item_id item_name item_strength base_unit pack_unit units_per_pack"
        " quantity price_fen received",
        ordered,
    )
    bulk.copy(
        ReceiptLine,
        "id receipt_id order_line_id item_id lot_id expected first_count first_by accepted"
        " placed_at",
        received,
    )
    columns = "id line_id place_id quantity placed_at placed_by"
    bulk.copy(ReceiptPlacement, columns, placed)


def _by_item(arrival: Arrival) -> Iterator[tuple[str, list[Movement]]]:
    brought: defaultdict[str, list[Movement]] = defaultdict(list)
    for move in arrival.movements:
        brought[move.item].append(move)
    yield from sorted(brought.items())


def _counted(
    bulk: Bulk, keys: Keys, of: tuple[int, int], came: tuple[Arrival, list[Movement]]
) -> Iterator[tuple[object, ...]]:
    """Yield a line per lot, counted once and right."""
    arrival, movements = came
    by = keys.users["storekeeper"]
    for move in movements:
        what = (keys.items[move.item], keys.lots[move.lot])
        counted = (move.quantity, move.quantity, by, move.quantity)
        yield (next(bulk.keys(ReceiptLine)), *of, *what, *counted, arrival.at)


def _placed(
    bulk: Bulk, keys: Keys, lines: list[tuple[object, ...]], movements: list[Movement]
) -> Iterator[tuple[object, ...]]:
    """Yield where each line lies: all of it in the bin of its item."""
    for (line, *_, quantity, placed_at), move in zip(lines, movements, strict=True):
        place = keys.shelves.bins[move.item]
        by = keys.users["storekeeper"]
        yield (next(bulk.keys(ReceiptPlacement)), line, place, quantity, placed_at, by)
