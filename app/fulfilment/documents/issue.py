"""The issue note (出库单), on A4 or on three-part continuous paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import format_date, format_datetime
from flask_babel import gettext as _

from app.fulfilment.documents.notes import amount
from app.fulfilment.rules import IssuePaper
from app.fulfilment.service import DeliveryNote
from app.kernel.quantities import yuan
from app.web.documents import pdf as paper
from app.web.documents.pdf import FAMILY, Column


@dataclass(frozen=True, slots=True)
class Form:
    """Size in millimetres, margin, and the size of letters."""

    size: tuple[float, float]
    margin: float
    letters: float


PAPERS: Mapping[IssuePaper, Form] = {
    IssuePaper.A4: Form((210, 297), 12, 9.5),
    # 三联针式打印纸: 241 mm with its tear-off strips, a half page high.
    IssuePaper.THREE_PART: Form((241, 140), 14, 9),
}


def issue_note(note: DeliveryNote, on: IssuePaper, *, printed_at: datetime) -> bytes:
    """Return what left the depot for one requisition: lots, quantities, values, signatures."""
    form = PAPERS[on]
    page = paper.new_pdf(form.size, margin=form.margin)
    page.set_auto_page_break(auto=True, margin=8)
    page.set_y(7)
    page.set_font(FAMILY, size=14)
    title = _("%(facility)s issue note", facility=note.names.supplier)
    page.cell(0, 7, title, align="C", new_x="LMARGIN", new_y="NEXT")
    page.set_font(FAMILY, size=form.letters)
    page.cell(0, 5, _head(note), new_x="LMARGIN", new_y="NEXT")
    page.ln(1)
    paper.add_table(page, _columns(), _rows(note))
    page.set_font(FAMILY, size=form.letters)
    page.ln(1)
    count, value = _("Lines"), _("Value")
    total = f"{count}: {len(note.lines)}    {value}: ¥{yuan(note.value_fen)}"
    page.cell(0, 5, total, new_x="LMARGIN", new_y="NEXT")
    page.ln(2)
    words = (_("Issued by"), _("Checked by"), _("Driver"), _("Received by"))
    page.cell(0, 6, "      ".join(f"{word}: __________" for word in words), new_y="NEXT")
    page.set_x(form.margin)
    printed = _("Printed at")
    page.cell(0, 5, f"{printed} {format_datetime(printed_at, 'yyyy-MM-dd HH:mm')}{_parts(on)}")
    return paper.to_bytes(page)


def _head(note: DeliveryNote) -> str:
    requisition = note.requisition
    day = format_date(requisition.delivery_day, "yyyy-MM-dd") if requisition.delivery_day else "-"
    pairs = (
        (_("Requisition"), requisition.reference),
        (_("To"), note.names.facility),
        (_("Delivery day"), day),
    )
    return "    ".join(f"{name}: {value}" for name, value in pairs)


def _parts(on: IssuePaper) -> str:
    if on is IssuePaper.A4:
        return ""
    return "    " + _("White: depot  Red: receiver  Yellow: accounts")


def _columns() -> list[Column]:
    return [
        Column(_("No."), 8, "RIGHT"),
        Column(_("Item"), 36),
        Column(_("Strength"), 24),
        Column(_("Maker"), 28),
        Column(_("Lot number"), 22),
        Column(_("Expires on"), 20),
        Column(_("Quantity"), 22, "RIGHT"),
        Column(_("Price"), 14, "RIGHT"),
        Column(_("Amount"), 18, "RIGHT"),
    ]


def _rows(note: DeliveryNote) -> list[list[str]]:
    return [
        [
            str(number),
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
            str(yuan(line.price_fen)),
            str(yuan(line.value_fen)),
        ]
        for number, line in enumerate(note.lines, start=1)
    ]
