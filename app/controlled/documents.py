"""The register as pharmacies keep it on paper (麻醉药品、精神药品专用账册)."""

from datetime import date, datetime

from flask_babel import format_datetime
from flask_babel import gettext as _

from app.controlled.queries import RegisterRow
from app.controlled.service import RegisterPage
from app.kernel.local_time import local
from app.web.documents import pdf as paper
from app.web.documents.pdf import FAMILY, Column
from app.web.labels import label

A4_ACROSS = (297.0, 210.0)


def register(page: RegisterPage, month: date, *, printed_at: datetime) -> bytes:
    """Return a month of a register, A4 across, with room for the two who check it."""
    book = page.register
    sheet = paper.new_pdf(A4_ACROSS)
    sheet.set_font(FAMILY, size=16)
    sheet.cell(
        0, 9, _("Register of controlled medicines"), align="C", new_x="LMARGIN", new_y="NEXT"
    )
    sheet.set_font(FAMILY, size=9.5)
    for line in _head(page, month):
        sheet.multi_cell(0, 5.5, line, new_x="LMARGIN", new_y="NEXT")
    sheet.ln(2)
    paper.add_table(sheet, _columns(), [_row(row) for row in book.rows])
    sheet.ln(3)
    sheet.set_font(FAMILY, size=9.5)
    given, back = _("Given to patients"), _("Empty ampoules back")
    ampoules = f"{given} {page.given:,}    {back} {page.ampoules_back:,}"
    sheet.cell(0, 6, ampoules, new_x="LMARGIN", new_y="NEXT")
    waiting = f"{_('Awaiting destruction')} {page.awaiting_destruction:,}"
    sheet.cell(0, 6, waiting, new_x="LMARGIN", new_y="NEXT")
    signatures = "        ".join(
        f"{word}: ____________" for word in (_("Kept by"), _("Checked by"), _("Head of pharmacy"))
    )
    sheet.cell(0, 8, signatures, new_x="LMARGIN", new_y="NEXT")
    printed = format_datetime(printed_at, "yyyy-MM-dd HH:mm")
    sheet.cell(0, 6, f"{_('Printed at')} {printed}", new_x="LMARGIN", new_y="NEXT")
    return paper.to_bytes(sheet)


def _head(page: RegisterPage, month: date) -> list[str]:
    item, book = page.item, page.register
    of_item = [
        (_("Item"), item.name),
        (_("Dose form"), item.dose_form),
        (_("Strength"), item.strength),
        (_("Unit"), item.base_unit),
        (_("Maker"), item.maker),
        (_("Class"), label(item.special_class)),
    ]
    sums = [
        (_("Opening"), f"{book.opening:,}"),
        (_("In"), f"{book.received:,}"),
        (_("Out"), f"{book.issued:,}"),
        (_("Closing"), f"{book.closing:,}"),
    ]
    of_book = [(_("Facility"), page.facility.name), (_("Month"), f"{month:%Y-%m}")]
    return [
        "    ".join(f"{name}: {value}" for name, value in pairs)
        for pairs in (of_book, of_item, sums)
    ]


def _columns() -> list[Column]:
    return [
        Column(_("Time"), 22),
        Column(_("Document"), 34),
        Column(_("What"), 20),
        Column(_("Supplier, patient or facility"), 30),
        Column(_("Prescription and prescriber"), 30),
        Column(_("Lot"), 22),
        Column(_("Expires on"), 20),
        Column(_("In"), 14, "RIGHT"),
        Column(_("Out"), 14, "RIGHT"),
        Column(_("Remaining"), 16, "RIGHT"),
        Column(_("Handled by"), 22),
        Column(_("Checked by"), 22),
    ]


def _row(row: RegisterRow) -> list[str]:
    return [
        f"{local(row.occurred_at):%m-%d %H:%M}",
        row.document,
        label(row.kind),
        row.party,
        f"{row.prescription} {row.prescriber}".strip(),
        row.lot_number,
        row.expires_on.isoformat(),
        f"{row.quantity:,}" if row.quantity > 0 else "",
        f"{-row.quantity:,}" if row.quantity < 0 else "",
        f"{row.remaining:,}",
        row.by,
        row.second,
    ]
