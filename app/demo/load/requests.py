"""Requisitions with their promises, pick lists, totes and receipts: past ones and today's."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from app.demo.county import DEPOT, Place
from app.demo.history.missing import Missing
from app.demo.history.records import Portion
from app.demo.history.today import SUBMITTED
from app.demo.items.rows import ItemRow
from app.demo.load.bulk import Bulk, json
from app.demo.load.documents import Document, Line, past, present
from app.demo.load.ledger import Keys
from app.demo.plan import CountyPlan
from app.fulfilment.models import (
    ClinicReceipt,
    Discrepancy,
    PickLine,
    PickTask,
    ReceiptLine,
    Requisition,
    RequisitionLine,
    TemplateLine,
    Tote,
    ToteContent,
)
from app.fulfilment.rules import Load, measure
from app.fulfilment.service.settling import PREFIX
from app.inventory.models import StockReservation
from app.kernel.local_time import at_local

PROMISED_FOR = timedelta(days=7)
_SEALED_AFTER = timedelta(minutes=40)
_CONFIRMED_AFTER = timedelta(minutes=25)
_LOADED_BEFORE = timedelta(minutes=80)


@dataclass(slots=True, kw_only=True)
class _Papers:
    """Rows of every table, gathered document by document; keys are handed out on the way."""

    bulk: Bulk
    keys: Keys
    items: Mapping[str, ItemRow]
    compartments: Mapping[str, str]
    places: Mapping[str, Place]
    balances: Mapping[str, int]
    expiries: Mapping[str, date]
    units: Mapping[str, int]
    missing: Mapping[tuple[str, str], Missing]
    rows: dict[type, list[tuple[object, ...]]] = field(default_factory=dict)

    def add(self, model: type, *columns: object) -> None:
        """Keep a row for its table."""
        self.rows.setdefault(model, []).append(columns)


_COLUMNS = {
    Requisition: "id reference facility_id requested_by_id supplier_id state delivery_day"
    " promised_from promised_to created_by_id created_at submitted_at approved_by_id"
    " second_user_id approved_at received_at",
    RequisitionLine: "id requisition_id position item_id item_code item_name item_strength"
    " base_unit pack_unit units_per_pack price_fen storage_class controlled asked suggested"
    " own_usable coming amc centre_available arithmetic decision approved_quantity shortage",
    StockReservation: "id line_kind line_id balance_id quantity taken released expires_at"
    " created_at",
    PickTask: "id reference requisition_id supplier_id created_at done_at",
    PickLine: "id task_id position requisition_line_id reservation_id place_id item_id lot_id"
    " lot_number expires_on compartment quantity picked",
    Tote: "id code unit_id requisition_id supplier_id destination_id compartment state"
    " weight_grams volume_cm3 created_at checked_by_id checked_at sealed_at loaded_at"
    " handed_over_at received_at",
    ToteContent: "id tote_id position pick_line_id item_id lot_id quantity picked_by_id picked_at",
    ClinicReceipt: "id reference tote_id facility_id received_by_id received_at",
    ReceiptLine: "receipt_id content_id sent received",
    Discrepancy: "id reference content_id tote_id facility_id supplier_id item_id lot_id quantity"
    " unit_codes note opened_by_id opened_at",
}
"""Tables in the order their foreign keys need."""


def load_requisitions(
    bulk: Bulk, plan: CountyPlan, keys: Keys, found: tuple[dict[str, int], dict[str, int]]
) -> dict[str, int]:
    """Store all documents; ``found`` are the depot's balances by lot, the totes' units by code.

    Returns the keys of the totes by code.
    """
    balances, units = found
    papers = _Papers(
        bulk=bulk,
        keys=keys,
        items=plan.rows,
        compartments=plan.compartments,
        places={place.fact.code: place for place in plan.places},
        balances=balances,
        expiries={lot.number: lot.expires_on for year in plan.years.values() for lot in year.lots},
        units=units,
        missing={(one.requisition, one.lot): one for one in plan.missing},
    )
    totes: dict[str, int] = {}
    for document in [*map(past, plan.deliveries), *map(present, plan.orders)]:
        _write(papers, document, totes)
    for model, columns in _COLUMNS.items():
        bulk.copy(model, columns, papers.rows.get(model, []))
    _load_templates(bulk, plan, keys)
    return totes


def _write(papers: _Papers, document: Document, totes: dict[str, int]) -> None:
    requisition = next(papers.bulk.keys(Requisition))
    _write_head(papers, document, requisition)
    filled = _write_totes(papers, document, requisition, totes)
    task = next(papers.bulk.keys(PickTask)) if document.state != SUBMITTED else 0
    if task:
        done = document.picked_at if document.is_picked else None
        reference = document.reference.replace("RQ-", "PL-")
        supplier = papers.keys.facilities[DEPOT]
        papers.add(PickTask, task, reference, requisition, supplier, document.approved_at, done)
    receipts = _write_receipts(papers, document, filled)
    position = 0
    for number, line in enumerate(document.lines, start=1):
        key = _write_line(papers, document, (requisition, number), line)
        for portion in line.portions:
            position += 1
            tote = filled.get(papers.compartments[line.item], 0)
            receipt = receipts.get(tote, 0)
            _write_pick(papers, document, (key, task, position), (tote, receipt), (line, portion))


def _write_head(papers: _Papers, document: Document, key: int) -> None:
    users, facilities = papers.keys.users, papers.keys.facilities
    controlled = any(papers.items[line.item].special_class != "none" for line in document.lines)
    decided = document.state != SUBMITTED
    papers.add(
        Requisition,
        key,
        document.reference,
        facilities[document.facility],
        facilities[document.facility],
        facilities[DEPOT],
        document.state,
        document.delivery_day,
        *_promise(papers.places[document.facility], document.delivery_day),
        users["history"],
        document.submitted_at - timedelta(minutes=20),
        document.submitted_at,
        users["pharmacist"] if decided else None,
        users["quality"] if decided and controlled else None,
        document.approved_at,
        document.arrived + _CONFIRMED_AFTER if document.arrived else None,
    )


def _promise(place: Place, day: date) -> tuple[datetime, datetime]:
    window = next(window for window in place.windows if window.weekday == day.weekday())
    return at_local(day, window.opens_at), at_local(day, window.closes_at)


def _write_totes(
    papers: _Papers, document: Document, requisition: int, totes: dict[str, int]
) -> dict[str, int]:
    """Store the totes of a document; return their keys by compartment."""
    facilities = papers.keys.facilities
    filled = {}
    for compartment, code in document.totes.items():
        key = next(papers.bulk.keys(Tote))
        totes[code] = filled[compartment] = key
        arrived, sealed_at = document.arrived, document.picked_at + _SEALED_AFTER
        papers.add(
            Tote,
            key,
            code,
            papers.units[code],
            requisition,
            facilities[DEPOT],
            facilities[document.facility],
            compartment,
            "received" if arrived else "sealed",
            *measure(list(_loads(papers, document, compartment))),
            document.picked_at,
            papers.keys.users["quality"],
            sealed_at,
            sealed_at,
            arrived - _LOADED_BEFORE if arrived else None,
            arrived,
            arrived + _CONFIRMED_AFTER if arrived else None,
        )
    return filled


def _loads(papers: _Papers, document: Document, compartment: str) -> Iterator[Load]:
    for line in document.lines:
        pack = papers.items[line.item].pack
        for portion in line.portions if papers.compartments[line.item] == compartment else ():
            yield Load(portion.quantity, pack.units, pack.weight_grams, pack.volume_cm3)


def _write_receipts(
    papers: _Papers, document: Document, filled: Mapping[str, int]
) -> dict[int, int]:
    """Store the clinic's word on each tote that arrived; return the receipts by tote."""
    if document.arrived is None:
        return {}
    receipts = {}
    for code, tote in zip(document.totes.values(), filled.values(), strict=True):
        receipts[tote] = next(papers.bulk.keys(ClinicReceipt))
        papers.add(
            ClinicReceipt,
            receipts[tote],
            code.replace("TT-", "CR-"),
            tote,
            papers.keys.facilities[document.facility],
            papers.keys.users["history"],
            document.arrived + _CONFIRMED_AFTER,
        )
    return receipts


def _write_line(papers: _Papers, document: Document, placed: tuple[int, int], line: Line) -> int:
    key = next(papers.bulk.keys(RequisitionLine))
    row = papers.items[line.item]
    given = sum(portion.quantity for portion in line.portions)
    decided = document.state != SUBMITTED
    papers.add(
        RequisitionLine,
        key,
        *placed,
        papers.keys.items[line.item],
        row.code,
        row.name,
        row.strength,
        row.pack.base_unit,
        row.pack.pack_unit,
        row.pack.units,
        row.pack.price_fen,
        row.storage_class,
        row.special_class != "none",
        line.asked,
        line.asked,
        line.stock_before,
        0,
        line.monthly,
        given,
        json({}),
        "full" if decided else None,
        line.asked if decided else None,
        line.asked - given if decided else 0,
    )
    return key


def _write_pick(
    papers: _Papers,
    document: Document,
    numbers: tuple[int, int, int],
    into: tuple[int, int],
    what: tuple[Line, Portion],
) -> None:
    """Store the promise of one lot, its pick, where it was put, and what arrived of it."""
    requisition_line, task, position = numbers
    tote, receipt = into
    line, portion = what
    item, lot = papers.keys.items[line.item], papers.keys.lots[portion.lot]
    taken = portion.quantity if document.is_picked else 0
    reservation = next(papers.bulk.keys(StockReservation))
    expires = document.submitted_at + PROMISED_FOR
    promise = ("requisition_line", requisition_line, papers.balances[portion.lot])
    amounts = (portion.quantity, taken, 0, expires, document.approved_at)
    papers.add(StockReservation, reservation, *promise, *amounts)
    pick = next(papers.bulk.keys(PickLine))
    named = (portion.lot, papers.expiries[portion.lot], papers.compartments[line.item])
    listed = (task, position, requisition_line, reservation, papers.keys.shelves.bins[line.item])
    papers.add(PickLine, pick, *listed, item, lot, *named, portion.quantity, taken)
    if tote:
        content = next(papers.bulk.keys(ToteContent))
        by = (papers.keys.users["storekeeper"], document.picked_at)
        papers.add(ToteContent, content, tote, position, pick, item, lot, portion.quantity, *by)
        if receipt:
            lost = papers.missing.get((document.reference, portion.lot))
            received = portion.quantity - (lost.quantity if lost else 0)
            papers.add(ReceiptLine, receipt, content, portion.quantity, received)
            if lost:
                _write_discrepancy(papers, document, (content, tote, item, lot), lost)


def _write_discrepancy(
    papers: _Papers, document: Document, of: tuple[int, int, int, int], lost: Missing
) -> None:
    """Store what the clinic did not find; nobody has said yet what became of it."""
    content, tote, item, lot = of
    key, facilities = next(papers.bulk.keys(Discrepancy)), papers.keys.facilities
    opened = (document.arrived or document.picked_at) + _CONFIRMED_AFTER
    papers.add(
        Discrepancy,
        key,
        f"{PREFIX}-{opened:%Y%m%d}-{key:04d}",
        content,
        tote,
        facilities[document.facility],
        facilities[DEPOT],
        item,
        lot,
        lost.quantity,
        [],
        lost.note,
        papers.keys.users["history"],
        opened,
    )


def _load_templates(bulk: Bulk, plan: CountyPlan, keys: Keys) -> None:
    """Let every facility's template list what it keeps, by pinyin."""
    kept: dict[str, list[str]] = {}
    for item in sorted(plan.stocked, key=lambda code: plan.rows[code].pinyin):
        for facility in plan.years[item].left:
            if facility != DEPOT:
                kept.setdefault(facility, []).append(item)
    bulk.copy(
        TemplateLine,
        "facility_id item_id position",
        (
            (keys.facilities[facility], keys.items[item], position)
            for facility, items in kept.items()
            for position, item in enumerate(items, start=1)
        ),
    )
