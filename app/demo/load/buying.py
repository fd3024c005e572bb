"""Suppliers, and the order that is expected this morning with its coded cartons."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import time

from app.demo.county import DEPOT
from app.demo.facts import rows_of
from app.demo.items.rows import ItemRow
from app.demo.load.bulk import Bulk
from app.demo.load.contracts import bought_at
from app.demo.load.ledger import Keys
from app.demo.plan import CountyPlan
from app.demo.suppliers import (
    CODED_FROM,
    CODED_ORDER,
    PLAIN_FROM,
    PLAIN_ORDER,
    order_reference,
    ordered_on,
)
from app.kernel.local_time import at_local
from app.purchasing.models import AnnouncedLot, PurchaseOrder, PurchaseOrderLine, Supplier

POSITION = "示意：城市中心附近"
_ORDERED = time(9, 30)
_PLAIN_LINES = 3
_PACKS = 80


def load_suppliers(bulk: Bulk) -> dict[str, int]:
    """Store the demo suppliers; return their keys by code."""
    keys = bulk.keys(Supplier)
    rows = list(rows_of("suppliers.csv"))
    ids = {row["code"]: next(keys) for row in rows}
    bulk.copy(
        Supplier,
        "id code name city latitude longitude position_source phone is_demo",
        [
            (
                ids[row["code"]],
                row["code"],
                row["name"],
                row["city"],
                float(row["lat"]),
                float(row["lon"]),
                POSITION,
                row["phone"],
                True,
            )
            for row in rows
        ],
    )
    return ids


def load_orders(bulk: Bulk, plan: CountyPlan, keys: Keys, suppliers: dict[str, int]) -> None:
    """Store two orders expected today: coded cartons announced, and goods without codes."""
    coded = [(lot.item, lot.number, packs) for lot, packs in plan.codes.announced]
    plain = [(row.code, "", _PACKS) for row in _running_low(plan)]
    numbers = bulk.keys(PurchaseOrder)
    expected = ((CODED_ORDER, CODED_FROM, coded), (PLAIN_ORDER, PLAIN_FROM, plain))
    for number, supplier, wanted in expected:
        if wanted:
            order = (next(numbers), number, suppliers[supplier])
            _write_order(bulk, plan, keys, (order, wanted))


def _running_low(plan: CountyPlan) -> Sequence[ItemRow]:
    """Return uncoded ambient medicines of which the depot has nothing, or else the least."""
    held: defaultdict[str, int] = defaultdict(int)
    for item, year in plan.years.items():
        held[item] = sum(portion.quantity for portion in year.left[DEPOT])
    rows = [
        plan.rows[item]
        for item in plan.stocked
        if not plan.rows[item].is_coded
        and plan.rows[item].kind == "medicine"
        and plan.rows[item].special_class == "none"
        and plan.rows[item].storage_class == "ambient"
    ]
    return sorted(rows, key=lambda row: (held[row.code] // row.pack.units, row.code))[:_PLAIN_LINES]


def _write_order(
    bulk: Bulk,
    plan: CountyPlan,
    keys: Keys,
    what: tuple[tuple[int, int, int], Sequence[tuple[str, str, int]]],
) -> None:
    (key, number, supplier), wanted = what
    ordered = at_local(ordered_on(plan.today), _ORDERED)
    depot, signed = keys.facilities[DEPOT], (keys.users["buyer"], keys.users["pharmacist"])
    reference = order_reference(plan.today, number)
    head = (key, reference, supplier, depot, "sent", plan.today, *signed, *[ordered] * 4)
    bulk.copy(
        PurchaseOrder,
        "id reference supplier_id facility_id state expected_on user_id approved_by"
        " ordered_at submitted_at approved_at sent_at",
        [head],
    )
    line_keys, lot_keys = bulk.keys(PurchaseOrderLine), bulk.keys(AnnouncedLot)
    lines, lots = [], []
    for item, lot, packs in wanted:
        row, line = plan.rows[item], next(line_keys)
        quantity = packs * row.pack.units
        words = (row.name, row.strength, row.pack.base_unit, row.pack.pack_unit, row.pack.units)
        lines.append((line, key, keys.items[item], *words, quantity, bought_at(row)))
        if lot:
            lots.append((next(lot_keys), line, keys.lots[lot], quantity))
    bulk.copy(
        PurchaseOrderLine,
        "id order_id item_id item_name item_strength base_unit pack_unit units_per_pack"
        " quantity price_fen",
        lines,
    )
    bulk.copy(AnnouncedLot, "id order_line_id lot_id quantity", lots)
