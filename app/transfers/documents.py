"""PDF of transfers: the paper that travels with the goods (调拨单、借用单、退库单)."""

from collections.abc import Sequence

from flask_babel import format_datetime
from flask_babel import gettext as _

from app.kernel.quantities import number_text, share_of, shown_unit, yuan_text
from app.transfers.queries import ContentRow, LineRow, TransferRow
from app.web.documents import pdf as paper
from app.web.documents.pdf import FAMILY, Column
from app.web.labels import label


def note(transfer: TransferRow, lines: Sequence[LineRow], contents: Sequence[ContentRow]) -> bytes:
    """Return the note: what was asked for while nothing has left, then lots and amounts."""
    page = paper.new_pdf()
    page.set_font(FAMILY, size=16)
    page.cell(0, 9, label(transfer.kind), align="C", new_x="LMARGIN", new_y="NEXT")
    page.set_font(FAMILY, size=9.5)
    at = format_datetime(transfer.created_at, "yyyy-MM-dd HH:mm")
    told = [
        f"{transfer.reference}    {at}    {label(transfer.state)}",
        (
            f"{_('Sender')}: {transfer.sender}    {_('Receiver')}: {transfer.receiver}"
            f"    {_('Carrier')}: {transfer.carrier or '–'}"
        ),
    ]
    if transfer.due_on:
        told.append(f"{_('To be given back by')}: {transfer.due_on}")
    if transfer.return_reason:
        told.append(f"{_('Reason')}: {label(transfer.return_reason)}")
    if transfer.notes:
        told.append(transfer.notes)
    for line in told:
        page.multi_cell(0, 5.5, line, new_x="LMARGIN", new_y="NEXT")
    page.ln(1)
    prices = {line.id: line for line in lines}
    rows = [_content(one, prices[one.line_id]) for one in contents] or [
        _line(line) for line in lines
    ]
    paper.add_table(page, _columns(), rows)
    page.set_font(FAMILY, size=9.5)
    page.ln(6)
    names = (_("Issued by"), _("Carrier"), _("Received by"), _("Second person"))
    page.cell(0, 8, "      ".join(f"{name}: __________" for name in names))
    return paper.to_bytes(page)


def _columns() -> list[Column]:
    return [
        Column(_("Item"), 42),
        Column(_("Strength"), 26),
        Column(_("Lot number"), 26),
        Column(_("Expires on"), 22),
        Column(_("Unit"), 12),
        Column(_("Quantity"), 18, "RIGHT"),
        Column(_("Amount"), 20, "RIGHT"),
        Column(_("Arrived"), 20, "RIGHT"),
    ]


def _line(line: LineRow) -> list[str]:
    quantity = line.asked if line.approved is None else line.approved - line.shortage
    fen = share_of(line.price_fen, quantity, line.units_per_pack)
    expires = line.expires_on.isoformat() if line.expires_on else ""
    return [
        line.item_name,
        line.strength,
        line.lot_number or "",
        expires,
        shown_unit(line.base_unit),
        number_text(quantity, line.base_unit),
        yuan_text(fen),
        "",
    ]


def _content(one: ContentRow, line: LineRow) -> list[str]:
    fen = share_of(line.price_fen, one.quantity, line.units_per_pack)
    arrived = one.quantity - one.missing
    return [
        one.item_name,
        one.strength,
        one.lot_number,
        one.expires_on.isoformat(),
        shown_unit(one.base_unit),
        number_text(one.quantity, one.base_unit),
        yuan_text(fen),
        number_text(arrived, one.base_unit) if arrived else "",
    ]
