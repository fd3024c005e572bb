"""PDF of purchasing: order form, acceptance record, stock-in slip, return note."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import format_date, format_datetime
from flask_babel import gettext as _
from fpdf import FPDF

from app.kernel.local_time import local_day
from app.kernel.quantities import number_text, share_of, shown_unit, yuan_text
from app.purchasing.queries import (
    ClaimRow,
    LineRow,
    OrderHead,
    OrderLineRow,
    ReceiptHead,
    ReturnLineRow,
    ReturnRow,
)
from app.purchasing.rules import Temperatures
from app.web.documents import pdf as paper
from app.web.documents.pdf import A4_LANDSCAPE, FAMILY, Column
from app.web.labels import label


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPaper:
    """What the papers of a receipt tell; prices are of a sales pack, with what one holds."""

    head: ReceiptHead
    lines: Sequence[LineRow]
    claims: Sequence[ClaimRow]
    road: Temperatures | None
    prices: Mapping[int, tuple[int, int]]


def order_form(head: OrderHead, lines: Sequence[OrderLineRow], *, printed_at: datetime) -> bytes:
    """Return the order as the supplier gets it, A4: items, packs, prices, signatures."""
    page = paper.new_pdf()
    _title(page, _("Purchase order"))
    ordered = format_date(local_day(head.ordered_at), "yyyy-MM-dd")
    expected = format_date(head.expected_on, "yyyy-MM-dd")
    for text in (
        f"{_('Order')}: {head.reference}    {_('Ordered on')}: {ordered}",
        f"{_('Supplier')}: {head.supplier}  {head.supplier_phone}",
        f"{_('Deliver to')}: {head.facility}    {_('Expected day')}: {expected}",
    ):
        page.multi_cell(0, 5.5, text, new_x="LMARGIN", new_y="NEXT")
    page.ln(2)
    paper.add_table(page, _order_columns(), [_order_row(line) for line in lines])
    page.set_font(FAMILY, size=9.5)
    page.ln(2)
    total = yuan_text(sum(line.amount_fen for line in lines))
    text = f"{_('Lines')}: {len(lines)}    {_('Total')}: ¥{total}"
    page.cell(0, 6, text, new_x="LMARGIN", new_y="NEXT")
    _sign(page, (_("Written by"), head.writer), (_("Approved by"), head.approver or ""))
    _printed(page, printed_at)
    return paper.to_bytes(page)


def acceptance_record(paper_of: ReceiptPaper, *, printed_at: datetime) -> bytes:
    """Return the record of what was checked at acceptance, refused goods included, A4."""
    head = paper_of.head
    page = paper.new_pdf("A4")
    _title(page, _("Acceptance record"))
    _receipt_head(page, paper_of)
    if paper_of.road:
        low, high = paper_of.road.lowest / 10, paper_of.road.highest / 10
        text = _("On the road: %(lowest)s to %(highest)s °C", lowest=low, highest=high)
        page.multi_cell(0, 5.5, text, new_x="LMARGIN", new_y="NEXT")
    page.ln(2)
    rows = [_accepted_row(line) for line in paper_of.lines]
    paper.add_table(page, _acceptance_columns(), rows + [_refused_row(c) for c in paper_of.claims])
    page.set_font(FAMILY, size=9.5)
    _sign(
        page,
        (_("Accepted by"), head.accepted_by or ""),
        (_("Second person"), head.second_person or ""),
    )
    _printed(page, printed_at)
    return paper.to_bytes(page)


def stock_in_slip(paper_of: ReceiptPaper, *, printed_at: datetime) -> bytes:
    """Return the slip with which goods enter the store, with their value, A4."""
    head = paper_of.head
    page = paper.new_pdf("A4")
    _title(page, _("Stock-in slip"))
    _receipt_head(page, paper_of)
    page.ln(2)
    taken = [line for line in paper_of.lines if line.accepted]
    values = {line.line_id: _value(line, paper_of.prices[line.line_id]) for line in taken}
    rows = [
        _slip_row(line, paper_of.prices[line.line_id][0], values[line.line_id]) for line in taken
    ]
    paper.add_table(page, _slip_columns(), rows)
    page.set_font(FAMILY, size=9.5)
    page.ln(2)
    total = f"{_('Lines')}: {len(taken)}    {_('Total')}: ¥{yuan_text(sum(values.values()))}"
    page.cell(0, 6, total, new_x="LMARGIN", new_y="NEXT")
    _sign(page, (_("Storekeeper"), head.opened_by), (_("Accepted by"), head.accepted_by or ""))
    _printed(page, printed_at)
    return paper.to_bytes(page)


def _receipt_head(page: FPDF, paper_of: ReceiptPaper) -> None:
    head = paper_of.head
    at = format_datetime(head.accepted_at, "yyyy-MM-dd HH:mm") if head.accepted_at else "-"
    for text in (
        f"{_('Receipt')}: {head.reference}    {_('Order')}: {head.order_reference}",
        f"{_('Supplier')}: {head.supplier}    {_('Accepted at')}: {at}",
    ):
        page.multi_cell(0, 5.5, text, new_x="LMARGIN", new_y="NEXT")


def _acceptance_columns() -> list[Column]:
    return [
        Column(_("Item"), 34),
        Column(_("Strength"), 24),
        Column(_("Maker"), 26),
        Column(_("Lot number"), 22),
        Column(_("Expires on"), 20),
        Column(_("Expected"), 18, "RIGHT"),
        Column(_("Accepted quantity"), 18, "RIGHT"),
        Column(_("Unit"), 10),
        Column(_("Conclusion"), 28),
    ]


def _accepted_row(line: LineRow) -> list[str]:
    conclusion = label(line.condition) + (f": {line.reason}" if line.reason else "")
    return [
        line.item_name,
        line.strength,
        line.maker,
        line.lot_number,
        line.expires_on.isoformat(),
        number_text(line.expected, line.base_unit),
        number_text(line.accepted or 0, line.base_unit),
        shown_unit(line.base_unit),
        conclusion,
    ]


def _refused_row(claim: ClaimRow) -> list[str]:
    quantity = number_text(claim.quantity, claim.base_unit)
    refused = f"{_('Refused')} {quantity}: {label(claim.reason)}"
    said = f"{refused} {claim.note}".rstrip()
    return [
        claim.item_name,
        claim.strength,
        "",
        claim.lot_number,
        "",
        quantity,
        "0",
        shown_unit(claim.base_unit),
        said,
    ]


def _slip_columns() -> list[Column]:
    return [
        Column(_("Item"), 36),
        Column(_("Strength"), 32),
        Column(_("Lot number"), 22),
        Column(_("Expires on"), 20),
        Column(_("Quantity"), 17, "RIGHT"),
        Column(_("Unit"), 10),
        Column(_("Price of a pack"), 17, "RIGHT"),
        Column(_("Amount"), 20, "RIGHT"),
        Column(_("Bin"), 18),
    ]


def _slip_row(line: LineRow, price_fen: int, value_fen: int) -> list[str]:
    return [
        line.item_name,
        line.strength,
        line.lot_number,
        line.expires_on.isoformat(),
        number_text(line.accepted or 0, line.base_unit),
        shown_unit(line.base_unit),
        yuan_text(price_fen),
        yuan_text(value_fen),
        line.place_code or "-",
    ]


def _value(line: LineRow, priced: tuple[int, int]) -> int:
    price_fen, units = priced
    return share_of(price_fen, line.accepted or 0, units)


def _title(page: FPDF, text: str) -> None:
    page.set_font(FAMILY, size=16)
    page.cell(0, 9, text, align="C", new_x="LMARGIN", new_y="NEXT")
    page.set_font(FAMILY, size=9.5)


def _sign(page: FPDF, *people: tuple[str, str]) -> None:
    page.ln(4)
    signatures = "        ".join(f"{word}: {name or '____________'}" for word, name in people)
    page.cell(0, 8, signatures, new_x="LMARGIN", new_y="NEXT")


def _printed(page: FPDF, printed_at: datetime) -> None:
    printed = format_datetime(printed_at, "yyyy-MM-dd HH:mm")
    page.cell(0, 6, f"{_('Printed at')} {printed}", new_x="LMARGIN", new_y="NEXT")


def _order_columns() -> list[Column]:
    return [
        Column(_("Code"), 20),
        Column(_("Item"), 38),
        Column(_("Strength"), 30),
        Column(_("Maker"), 34),
        Column(_("Packs ordered"), 18, "RIGHT"),
        Column(_("Unit"), 12),
        Column(_("Price of a pack"), 18, "RIGHT"),
        Column(_("Amount"), 22, "RIGHT"),
    ]


def _order_row(line: OrderLineRow) -> list[str]:
    return [
        line.item_code,
        line.item_name,
        line.item_strength,
        line.maker,
        f"{line.packs:,}",
        line.pack_unit,
        yuan_text(line.price_fen),
        yuan_text(line.amount_fen),
    ]


def return_note(row: ReturnRow, lines: Sequence[ReturnLineRow], *, printed_at: datetime) -> bytes:
    """Return the paper that goes back to the supplier with the goods, A4 across (退货单)."""
    page = paper.new_pdf(A4_LANDSCAPE)
    _title(page, _("Return note"))
    at = format_datetime(row.sent_at or row.created_at, "yyyy-MM-dd HH:mm")
    for text in (
        f"{_('Document no.')}: {row.reference}    {_('Date')}: {at}    {label(row.state)}",
        ": ".join((_("Returned by"), row.facility)),
        f"{_('Supplier')}: {row.supplier}  {row.supplier_phone}",
        f"{_('Reason of return')}: {label(row.reason)}    {row.note}".rstrip(),
    ):
        page.multi_cell(0, 5.5, text, new_x="LMARGIN", new_y="NEXT")
    page.ln(2)
    rows = [_returned_row(number, line) for number, line in enumerate(lines, 1)]
    paper.add_table(page, _return_columns(), rows)
    page.set_font(FAMILY, size=9.5)
    page.ln(2)
    total = yuan_text(sum(line.amount_fen for line in lines))
    text = f"{_('Lines')}: {len(lines)}    {_('Total')}: ¥{total}"
    page.cell(0, 6, text, new_x="LMARGIN", new_y="NEXT")
    _sign(
        page,
        (_("Written by"), row.created_by),
        (_("Approved by"), row.decided_by or ""),
        (_("Issued by"), row.sent_by or ""),
        (_("Carrier"), row.carrier),
        (_("Received for the supplier"), ""),
    )
    _printed(page, printed_at)
    return paper.to_bytes(page)


def _return_columns() -> list[Column]:
    return [
        Column(_("No."), 10),
        Column(_("Item"), 44),
        Column(_("Strength"), 30),
        Column(_("Maker"), 38),
        Column(_("Lot number"), 26),
        Column(_("Expires on"), 22),
        Column(_("Receipt"), 34),
        Column(_("Condition"), 16),
        Column(_("Unit"), 12),
        Column(_("Quantity"), 18, "RIGHT"),
        Column(_("Price of a pack"), 18, "RIGHT"),
        Column(_("Amount"), 22, "RIGHT"),
    ]


def _returned_row(number: int, line: ReturnLineRow) -> list[str]:
    return [
        str(number),
        line.item_name,
        line.strength,
        line.maker,
        line.lot_number,
        line.expires_on.isoformat(),
        line.receipt_reference,
        label(line.condition),
        shown_unit(line.base_unit),
        number_text(line.quantity, line.base_unit),
        yuan_text(line.price_fen),
        yuan_text(line.amount_fen),
    ]
