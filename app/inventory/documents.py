"""The bin card as pharmacies keep it on paper (库存账页)."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import format_datetime
from flask_babel import gettext as _

from app.catalogue.queries import ItemRow
from app.inventory.queries import Card, CardLine
from app.kernel.local_time import local
from app.kernel.quantities import number_text, shown_unit
from app.web.documents import pdf as paper
from app.web.documents.pdf import FAMILY, Column
from app.web.labels import label


def bin_card(card: Card, item: ItemRow, of: tuple[str, str], *, printed_at: datetime) -> bytes:
    """Return a bin card, A4; ``of`` is the facility's name and the days."""
    facility, days = of
    page = paper.new_pdf()
    page.set_font(FAMILY, size=16)
    page.cell(0, 9, _("Bin card"), align="C", new_x="LMARGIN", new_y="NEXT")
    page.set_font(FAMILY, size=9.5)
    for pairs in (
        ((_("Facility"), facility), (_("Days"), days)),
        (
            (_("Item"), item.name),
            (_("Strength"), item.strength),
            (_("Unit"), shown_unit(item.base_unit)),
            (_("Maker"), item.maker),
        ),
    ):
        told = "    ".join(f"{name}: {value}" for name, value in pairs)
        page.multi_cell(0, 5.5, told, new_x="LMARGIN", new_y="NEXT")
    page.ln(1)
    paper.add_table(page, _columns(), _rows(card, item.base_unit))
    page.ln(2)
    page.set_font(FAMILY, size=9.5)
    printed = _("Printed at")
    page.cell(0, 6, f"{printed} {format_datetime(printed_at, 'yyyy-MM-dd HH:mm')}")
    return paper.to_bytes(page)


def _columns() -> list[Column]:
    return [
        Column(_("Time"), 22),
        Column(_("Document"), 34),
        Column(_("What"), 26),
        Column(_("Lot"), 24),
        Column(_("In"), 18, "RIGHT"),
        Column(_("Out"), 18, "RIGHT"),
        Column(_("Balance"), 20, "RIGHT"),
        Column(_("Handled by"), 24),
    ]


def _rows(card: Card, unit: str) -> Iterator[list[str]]:
    opening, closing = number_text(card.opening, unit), number_text(card.closing, unit)
    came, went = number_text(card.received, unit), number_text(card.issued, unit)
    yield ["", "", _("Opening"), "", "", "", opening, ""]
    yield from (_row(line, unit) for line in card.lines)
    yield ["", "", _("Closing"), "", came, went, closing, ""]


def _row(line: CardLine, unit: str) -> list[str]:
    return [
        f"{local(line.occurred_at):%m-%d %H:%M}",
        line.document,
        label(line.kind),
        line.lot_number,
        number_text(line.quantity, unit) if line.quantity > 0 else "",
        number_text(-line.quantity, unit) if line.quantity < 0 else "",
        number_text(line.balance, unit),
        line.by,
    ]
