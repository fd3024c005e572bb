"""Invoices for the last weeks' receipts: the older ones settled, a few of the newest in dispute."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import select

from app.demo.county import DEPOT
from app.demo.load.bulk import Bulk
from app.demo.load.ledger import Keys
from app.kernel.local_time import at_local, local_day
from app.purchasing.models import (
    Invoice,
    InvoiceDifference,
    InvoiceLine,
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
    Settlement,
    SettlementLine,
)

BILLED_AFTER, SETTLED_AFTER = timedelta(weeks=1), timedelta(weeks=4)
ONE_IN_DISPUTE = 5
OVERCHARGE_FEN = 30
CLOSING = time(15)


@dataclass(kw_only=True)
class _Papers:
    """Rows to copy, and what each supplier is owed for invoices that are settled."""

    invoices: list[tuple[object, ...]] = field(default_factory=list)
    lines: list[tuple[object, ...]] = field(default_factory=list)
    differences: list[tuple[object, ...]] = field(default_factory=list)
    settled: defaultdict[int, list[tuple[int, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )


@dataclass(frozen=True, slots=True)
class _Came:
    """A line of an order received in full."""

    order_id: int
    supplier_id: int
    at: datetime
    line_id: int
    quantity: int
    units: int
    price_fen: int


def load_invoices(bulk: Bulk, today: date, keys: Keys) -> None:
    """Store an invoice for every order received more than a week ago."""
    papers = _Papers()
    for number, (_, lines) in enumerate(groupby(_received(bulk), attrgetter("order_id")), 1):
        _bill(bulk, papers, (number, list(lines)), today=today)
    depot, buyer = keys.facilities[DEPOT], keys.users["buyer"]
    bulk.copy(
        Invoice,
        "id reference number supplier_id order_id state invoiced_on total_fen entered_at"
        " facility_id entered_by",
        [(*row, depot, buyer) for row in papers.invoices],
    )
    bulk.copy(InvoiceLine, "invoice_id order_line_id packs quantity price_fen", papers.lines)
    bulk.copy(
        InvoiceDifference,
        "id invoice_id order_line_id kind expected found entered_by",
        [(*row, buyer) for row in papers.differences],
    )
    _settle(bulk, keys, papers, day=today - BILLED_AFTER)


def _received(bulk: Bulk) -> list[_Came]:
    rows: Iterable[Any] = bulk.session.execute(
        select(
            PurchaseOrder.id,
            PurchaseOrder.supplier_id,
            Receipt.accepted_at,
            PurchaseOrderLine.id,
            PurchaseOrderLine.received,
            PurchaseOrderLine.units_per_pack,
            PurchaseOrderLine.price_fen,
        )
        .join(Receipt, Receipt.order_id == PurchaseOrder.id)
        .join(PurchaseOrderLine, PurchaseOrderLine.order_id == PurchaseOrder.id)
        .where(Receipt.accepted_at.is_not(None), PurchaseOrderLine.received > 0)
        .order_by(Receipt.accepted_at, PurchaseOrder.id, PurchaseOrderLine.id)
    )
    return [_Came(*row) for row in rows]


def _bill(bulk: Bulk, papers: _Papers, what: tuple[int, Sequence[_Came]], *, today: date) -> None:
    number, lines = what
    first = lines[0]
    came = local_day(first.at)
    if came + BILLED_AFTER > today:
        return
    settled = came + SETTLED_AFTER <= today
    disputed = not settled and number % ONE_IN_DISPUTE == 0
    invoice, day, total = next(bulk.keys(Invoice)), came + timedelta(days=2), 0
    for line in lines:
        extra = OVERCHARGE_FEN if disputed and line is first else 0
        packs, price = line.quantity // line.units, line.price_fen + extra
        papers.lines.append((invoice, line.line_id, packs, packs * line.units, price))
        total += packs * price
    state = "settled" if settled else "differing" if disputed else "matched"
    names = (f"IV-{day:%Y%m%d}-{number:04d}", f"DEMO{day:%y%m%d}{number:04d}")
    whose = (first.supplier_id, first.order_id, state, day, total, at_local(day, CLOSING))
    papers.invoices.append((invoice, *names, *whose))
    if settled:
        papers.settled[first.supplier_id].append((invoice, total))
    if disputed:
        said = (first.price_fen, first.price_fen + OVERCHARGE_FEN)
        key = next(bulk.keys(InvoiceDifference))
        papers.differences.append((key, invoice, first.line_id, "price_above_order", *said))


def _settle(bulk: Bulk, keys: Keys, papers: _Papers, *, day: date) -> None:
    """Settle the older invoices, one document for each supplier."""
    depot, pharmacist = keys.facilities[DEPOT], keys.users["pharmacist"]
    heads, lines = [], []
    for number, (supplier, bills) in enumerate(papers.settled.items(), 1):
        settlement = next(bulk.keys(Settlement))
        total = sum(amount for _, amount in bills)
        reference = f"ST-{day:%Y%m%d}-{number:04d}"
        at = at_local(day, CLOSING)
        heads.append((settlement, reference, supplier, depot, total, at, pharmacist))
        lines += [(settlement, *bill) for bill in bills]
    bulk.copy(
        Settlement,
        "id reference supplier_id facility_id total_fen settled_at user_id",
        heads,
    )
    bulk.copy(SettlementLine, "settlement_id invoice_id amount_fen", lines)
