"""The pick list in walking order (拣货单)."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import format_datetime
from flask_babel import gettext as _

from app.fulfilment.documents.notes import amount
from app.fulfilment.models import PickTask
from app.fulfilment.queries.overrides import OverrideRow, Overrides
from app.fulfilment.queries.picking import PickLineRow
from app.fulfilment.queries.requisitions import Names
from app.web.documents import pdf as paper
from app.web.documents.pdf import FAMILY, Column
from app.web.labels import label


def pick_list(
    told: tuple[PickTask, Names],
    lines: Sequence[PickLineRow],
    by_hand: Overrides,
    *,
    printed_at: datetime,
) -> bytes:
    """Return the list to walk with, by bin, with a box for what was really taken.

    Lots chosen by hand are named below it with their reasons.
    """
    task, names = told
    page = paper.new_pdf()
    page.set_font(FAMILY, size=16)
    page.cell(0, 9, _("Pick list"), align="C", new_x="LMARGIN", new_y="NEXT")
    page.set_font(FAMILY, size=9.5)
    pairs = ((_("Document"), task.reference), (_("To"), names.facility))
    head = "    ".join(f"{name}: {value}" for name, value in pairs)
    page.cell(0, 6, head, new_x="LMARGIN", new_y="NEXT")
    page.ln(1)
    paper.add_table(page, _columns(), [_row(line) for line in lines])
    page.ln(3)
    page.set_font(FAMILY, size=9.5)
    for override in (one for rows in by_hand.values() for one in rows):
        page.multi_cell(0, 5.5, _by_hand(override), new_x="LMARGIN", new_y="NEXT")
    words = (_("Picked by"), _("Checked by"))
    signatures = "        ".join(f"{word}: ____________" for word in words)
    page.cell(0, 8, signatures, new_x="LMARGIN", new_y="NEXT")
    printed = _("Printed at")
    page.cell(0, 6, f"{printed} {format_datetime(printed_at, 'yyyy-MM-dd HH:mm')}")
    return paper.to_bytes(page)


def _by_hand(override: OverrideRow) -> str:
    lot = _("Lot %(lot)s chosen by hand", lot=override.lot_number)
    why = f"{label(override.reason_code)}: {override.reason_text}"
    return f"{lot} ({override.chosen_by}): {why}"


def _columns() -> list[Column]:
    return [
        Column(_("Bin"), 24),
        Column(_("Item"), 38),
        Column(_("Strength"), 24),
        Column(_("Lot number"), 24),
        Column(_("Expires on"), 20),
        Column(_("Compartment"), 18),
        Column(_("Quantity"), 24, "RIGHT"),
        Column(_("Taken"), 18),
    ]


def _row(line: PickLineRow) -> list[str]:
    units = (line.pack_unit, line.base_unit)
    return [
        line.place_code,
        line.item_name,
        line.strength,
        line.lot_number,
        line.expires_on.isoformat(),
        label(line.compartment),
        amount(line.quantity, line.units_per_pack, units),
        "",
    ]
