"""The delivery note that travels with the goods (随货同行单), and the tote's label."""

from datetime import datetime

from flask_babel import format_date, format_datetime
from flask_babel import gettext as _

from app.fulfilment.models import Tote
from app.fulfilment.queries.totes import ToteNames
from app.fulfilment.service import DeliveryNote
from app.kernel.quantities import amount_text, yuan_text
from app.web.documents import pdf as paper
from app.web.documents.pdf import FAMILY, Column
from app.web.labels import label
from app.web.symbols import qr

LABEL_MM = (50.0, 30.0)
QR_MM = 20.0


def amount(quantity: int, units_per_pack: int, units: tuple[str, str]) -> str:
    """Return base units as packs and the rest: ``10 盒 + 3 粒``; units are (pack, base)."""
    packs, rest = divmod(quantity, units_per_pack)
    parts = [f"{packs:,} {units[0]}"] if packs else []
    if rest or not packs:
        parts.append(amount_text(rest, units[1]))
    return " + ".join(parts)


def delivery_note(note: DeliveryNote, *, printed_at: datetime) -> bytes:
    """Return the note that travels with the goods, A4, as GSP asks: lots, expiry, makers."""
    requisition, names = note.requisition, note.names
    page = paper.new_pdf(paper.A4_LANDSCAPE)
    page.set_font(FAMILY, size=16)
    page.cell(0, 9, _("Delivery note"), align="C", new_x="LMARGIN", new_y="NEXT")
    page.set_font(FAMILY, size=9.5)
    day = format_date(requisition.delivery_day, "yyyy-MM-dd") if requisition.delivery_day else "-"
    totes = "  ".join(f"{one.code}({label(one.compartment)})" for one in note.totes)
    for line in (
        f"{_('Requisition')}: {requisition.reference}    {_('Delivery day')}: {day}",
        f"{_('Sent from')}: {names.supplier}    {_('To')}: {names.facility}  {names.phone}",
        f"{_('Totes')}: {totes}",
    ):
        page.multi_cell(0, 5.5, line, new_x="LMARGIN", new_y="NEXT")
    page.ln(2)
    paper.add_table(page, _columns(), _rows(note))
    page.set_font(FAMILY, size=9.5)
    page.ln(2)
    total = f"{_('Lines')}: {len(note.lines)}    {_('Value')}: ¥{yuan_text(note.value_fen)}"
    page.cell(0, 6, total, new_x="LMARGIN", new_y="NEXT")
    page.ln(4)
    signatures = "        ".join(
        f"{word}: ____________" for word in (_("Issued by"), _("Driver"), _("Received by"))
    )
    page.cell(0, 8, signatures, new_x="LMARGIN", new_y="NEXT")
    printed = format_datetime(printed_at, "yyyy-MM-dd HH:mm")
    page.cell(0, 6, f"{_('Printed at')} {printed}", new_x="LMARGIN", new_y="NEXT")
    return paper.to_bytes(page)


def _columns() -> list[Column]:
    return [
        Column(_("Item"), 34),
        Column(_("Strength"), 24),
        Column(_("Maker"), 26),
        Column(_("Lot number"), 22),
        Column(_("Expires on"), 20),
        Column(_("Quantity"), 22, "RIGHT"),
        Column(_("Price"), 15, "RIGHT"),
        Column(_("Amount"), 18, "RIGHT"),
        Column(_("Tote"), 25),
    ]


def _rows(note: DeliveryNote) -> list[list[str]]:
    return [
        [
            line.lot.item_name,
            line.lot.strength,
            line.maker,
            line.lot.lot_number,
            line.lot.expires_on.isoformat(),
            amount(
                line.lot.quantity,
                line.lot.units_per_pack,
                (line.lot.pack_unit, line.lot.base_unit),
            ),
            yuan_text(line.price_fen),
            yuan_text(line.value_fen),
            line.tote,
        ]
        for line in note.lines
    ]


def tote_label(tote: Tote, names: ToteNames, link: str) -> bytes:
    """Return the label, 50 × 30 mm: QR of the absolute link, then words for people."""
    page = paper.new_pdf(LABEL_MM, margin=0)
    paper.add_symbol(page, qr(link), (1.0, 1.0, QR_MM))
    page.set_font(FAMILY, size=8)
    page.set_xy(QR_MM + 2, 2)
    page.multi_cell(LABEL_MM[0] - QR_MM - 3, 3.6, names.destination, align="L")
    page.set_x(QR_MM + 2)
    day = format_date(names.delivery_day, "MM-dd") if names.delivery_day else ""
    page.multi_cell(LABEL_MM[0] - QR_MM - 3, 3.6, f"{label(tote.compartment)}  {day}", align="L")
    page.set_x(QR_MM + 2)
    page.multi_cell(LABEL_MM[0] - QR_MM - 3, 3.6, names.requisition, align="L")
    page.set_font(FAMILY, size=9)
    page.set_xy(2, QR_MM + 3)
    page.cell(LABEL_MM[0] - 4, 4, tote.code, align="L")
    return paper.to_bytes(page)
