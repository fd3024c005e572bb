"""PDF of disposal: the write-off slip and the record of a destruction (报损单、销毁记录)."""

from collections.abc import Sequence

from flask_babel import format_datetime
from flask_babel import gettext as _
from fpdf import FPDF

from app.disposal.queries import DestroyedRow, DestructionRow, LineRow, WriteOffRow
from app.kernel.quantities import number_text, shown_unit, yuan_text
from app.web.documents import pdf as paper
from app.web.documents.pdf import A4_LANDSCAPE, FAMILY, Column
from app.web.labels import bin_label, label

NOBODY = "____________"


def write_off_slip(write_off: WriteOffRow, lines: Sequence[LineRow]) -> bytes:
    """Return a write-off, A4 across: lots, value, reason, and who signs."""
    page = paper.new_pdf(A4_LANDSCAPE)
    at = format_datetime(write_off.created_at, "yyyy-MM-dd HH:mm")
    _head(
        page,
        _("Write-off slip"),
        [
            f"{_('Facility')}: {write_off.facility}    {_('Date')}: {at}",
            f"{_('Document no.')}: {write_off.reference}    {label(write_off.state)}",
            f"{_('Reason for write-off')}: {label(write_off.reason)}    {write_off.note}".rstrip(),
        ],
    )
    rows = [_written_off(number, line) for number, line in enumerate(lines, 1)]
    paper.add_table(page, _write_off_columns(), rows)
    total = yuan_text(sum(line.value_fen for line in lines))
    _say(page, f"{_('Lines')}: {len(lines)}    {_('Total')}: ¥{total}")
    names = [
        (_("Proposed by"), write_off.submitted_by),
        (_("Confirmed by"), write_off.decided_by),
        (_("Head of pharmacy"), None),
        (_("Responsible director"), None),
    ]
    if write_off.witness:
        names.insert(2, (_("Second person"), write_off.witness))
    _sign(page, names)
    return paper.to_bytes(page)


def destruction_record(row: DestructionRow, lines: Sequence[DestroyedRow]) -> bytes:
    """Return the record of a destruction, A4 across, with room for everybody who watched."""
    page = paper.new_pdf(A4_LANDSCAPE)
    told = [
        f"{_('Facility')}: {row.facility}    {_('Document no.')}: {row.reference}",
        f"{_('Destroyed on')}: {row.destroyed_on}    {_('Place of destruction')}: {row.place}",
        f"{_('Method of destruction')}: {label(row.method)}",
    ]
    if row.note:
        told.append(f"{_('Note')}: {row.note}")
    _head(page, _("Destruction record"), told)
    rows = [_destroyed(number, line) for number, line in enumerate(lines, 1)]
    paper.add_table(page, _destruction_columns(), rows)
    total = yuan_text(sum(line.value_fen for line in lines))
    _say(page, f"{_('Lines')}: {len(lines)}    {_('Total')}: ¥{total}")
    _sign(page, [(_("Destroyed by"), row.by), (_("Witnessed by"), row.second)])
    if row.authority_name or any(line.is_controlled for line in lines):
        _sign(
            page,
            [
                (_("Witness of the health authority"), row.authority_name),
                (_("Office and position"), row.authority_position),
                (_("Signature"), None),
            ],
        )
    return paper.to_bytes(page)


def _head(page: FPDF, title: str, told: Sequence[str]) -> None:
    page.set_font(FAMILY, size=16)
    page.cell(0, 9, title, align="C", new_x="LMARGIN", new_y="NEXT")
    page.set_font(FAMILY, size=9.5)
    for line in told:
        page.multi_cell(0, 5.5, line, new_x="LMARGIN", new_y="NEXT")
    page.ln(1)


def _say(page: FPDF, text: str) -> None:
    page.ln(2)
    page.set_font(FAMILY, size=9.5)
    page.cell(0, 6, text, new_x="LMARGIN", new_y="NEXT")


def _sign(page: FPDF, names: Sequence[tuple[str, str | None]]) -> None:
    page.ln(3)
    signatures = "        ".join(f"{word}: {name or NOBODY}" for word, name in names)
    page.cell(0, 8, signatures, new_x="LMARGIN", new_y="NEXT")


def _write_off_columns() -> list[Column]:
    return [
        Column(_("No."), 10),
        Column(_("Item"), 46),
        Column(_("Strength"), 30),
        Column(_("Maker"), 40),
        Column(_("Lot number"), 26),
        Column(_("Expires on"), 22),
        Column(_("Bin"), 20),
        Column(_("Condition"), 16),
        Column(_("Unit"), 12),
        Column(_("Quantity"), 20, "RIGHT"),
        Column(_("Amount"), 22, "RIGHT"),
    ]


def _written_off(number: int, line: LineRow) -> list[str]:
    return [
        str(number),
        line.item_name,
        line.strength,
        line.maker,
        line.lot_number,
        line.expires_on.isoformat(),
        bin_label(line.place_code),
        label(line.condition),
        shown_unit(line.base_unit),
        number_text(line.quantity, line.base_unit),
        yuan_text(line.value_fen),
    ]


def _destruction_columns() -> list[Column]:
    return [
        Column(_("No."), 10),
        Column(_("Item"), 46),
        Column(_("Strength"), 30),
        Column(_("Maker"), 40),
        Column(_("Lot number"), 26),
        Column(_("Expires on"), 22),
        Column(_("Reason for write-off"), 20),
        Column(_("Write-off no."), 34),
        Column(_("Unit"), 12),
        Column(_("Quantity"), 20, "RIGHT"),
        Column(_("Amount"), 22, "RIGHT"),
    ]


def _destroyed(number: int, line: DestroyedRow) -> list[str]:
    return [
        str(number),
        line.item_name,
        line.strength,
        line.maker,
        line.lot_number,
        line.expires_on.isoformat(),
        label(line.reason),
        line.write_off,
        shown_unit(line.base_unit),
        number_text(line.quantity, line.base_unit),
        yuan_text(line.value_fen),
    ]
