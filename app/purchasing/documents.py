"""PDF of purchasing: the order form for the supplier (采购订单)."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import format_date, format_datetime
from flask_babel import gettext as _
from fpdf import FPDF

from app.kernel.local_time import local_day
from app.kernel.quantities import yuan
from app.purchasing.queries import OrderHead, OrderLineRow
from app.web.documents import pdf as paper
from app.web.documents.pdf import FAMILY, Column


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
    total = yuan(sum(line.amount_fen for line in lines))
    text = f"{_('Lines')}: {len(lines)}    {_('Total')}: ¥{total}"
    page.cell(0, 6, text, new_x="LMARGIN", new_y="NEXT")
    _sign(page, (_("Written by"), head.writer), (_("Approved by"), head.approver or ""))
    _printed(page, printed_at)
    return paper.to_bytes(page)


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
        Column(_("Price"), 18, "RIGHT"),
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
        str(yuan(line.price_fen)),
        str(yuan(line.amount_fen)),
    ]
