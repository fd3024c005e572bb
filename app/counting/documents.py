"""PDF of counting: the blind sheet to fill in (盘点表) and the result with differences."""

from collections.abc import Sequence

from flask_babel import format_datetime
from flask_babel import gettext as _
from fpdf import FPDF

from app.counting.queries import LineRow, SheetRow
from app.counting.service import Difference
from app.kernel.quantities import yuan_text
from app.web.documents import pdf as paper
from app.web.documents.pdf import FAMILY, Column
from app.web.labels import bin_label, label


def blank_sheet(sheet: SheetRow, lines: Sequence[LineRow]) -> bytes:
    """Return the sheet without any quantity, in walking order."""
    page = _headed(_("Stock count sheet"), sheet)
    columns = [
        Column(_("Bin"), 20),
        Column(_("Item"), 40),
        Column(_("Strength"), 26),
        Column(_("Lot number"), 24),
        Column(_("Expires on"), 20),
        Column(_("Unit"), 12),
        Column(_("Counted quantity"), 22),
        Column(_("Counted at"), 22),
    ]
    rows = [
        [
            bin_label(line.place_code),
            line.item_name,
            line.strength,
            line.lot_number,
            line.expires_on.isoformat(),
            line.base_unit,
            "",
            "",
        ]
        for line in lines
    ]
    paper.add_table(page, columns, rows)
    return _signed(page, (_("Counted by"), _("Checked by")))


def result(sheet: SheetRow, found: Sequence[Difference]) -> bytes:
    """Return every line with book, count and difference, and what it is worth."""
    page = _headed(_("Stock count result"), sheet)
    columns = [
        Column(_("Bin"), 18),
        Column(_("Item"), 36),
        Column(_("Lot number"), 22),
        Column(_("Expires on"), 20),
        Column(_("Book"), 16, "RIGHT"),
        Column(_("Counted quantity"), 16, "RIGHT"),
        Column(_("Difference"), 16, "RIGHT"),
        Column(_("Value (yuan)"), 18, "RIGHT"),
        Column(_("Counted at"), 24),
    ]
    paper.add_table(page, columns, [_result_row(one) for one in found])
    page.set_font(FAMILY, size=9.5)
    page.ln(2)
    gain = sum(one.value_fen for one in found if one.value_fen > 0)
    loss = sum(one.value_fen for one in found if one.value_fen < 0)
    told = f"{_('Surplus')} ¥{yuan_text(gain)}    {_('Shortage')} ¥{yuan_text(-loss)}"
    page.cell(0, 6, told, new_x="LMARGIN", new_y="NEXT")
    if sheet.reason:
        page.multi_cell(0, 6, f"{_('Reason')}: {sheet.reason}", new_x="LMARGIN", new_y="NEXT")
    names = (_("Counted by"), _("Approved by"), _("Second person"))
    return _signed(page, names)


def _result_row(one: Difference) -> list[str]:
    line = one.line
    at = format_datetime(line.counted_at, "MM-dd HH:mm") if line.counted_at else ""
    return [
        bin_label(line.place_code),
        f"{line.item_name} {line.strength}",
        line.lot_number,
        line.expires_on.isoformat(),
        f"{one.book:,}",
        f"{line.counted:,}",
        f"{one.difference:+,}" if one.difference else "0",
        yuan_text(one.value_fen),
        at,
    ]


def _headed(title: str, sheet: SheetRow) -> FPDF:
    page = paper.new_pdf()
    page.set_font(FAMILY, size=16)
    page.cell(0, 9, title, align="C", new_x="LMARGIN", new_y="NEXT")
    page.set_font(FAMILY, size=9.5)
    told = f"{sheet.reference}    {sheet.facility}    {label(sheet.kind)}    {sheet.planned_on}"
    page.cell(0, 6, told, new_x="LMARGIN", new_y="NEXT")
    page.ln(1)
    return page


def _signed(page: FPDF, names: Sequence[str]) -> bytes:
    page.set_font(FAMILY, size=9.5)
    page.ln(6)
    page.cell(0, 8, "        ".join(f"{name}: ____________" for name in names))
    return paper.to_bytes(page)
