"""Files of bills for the trace platform: workbooks whose codes stay texts."""

from collections.abc import Sequence

from flask_babel import gettext as _

from app.uploads.queries import BillRow, RemnantRow
from app.uploads.rules.bills import DropReason
from app.web.documents.workbook import As, SheetColumn, Value, write_workbook


def bill_sheet(
    bill: BillRow, codes: Sequence[tuple[str, DropReason]], remnants: Sequence[RemnantRow]
) -> bytes:
    """Return a bill as its file: one row for each code, or for each lot without codes."""
    head: list[Value] = [bill.type.value, bill.reference, bill.day, bill.partner]
    columns = [
        SheetColumn(_("Bill type"), 10),
        SheetColumn(_("Bill no."), 20),
        SheetColumn(_("Date"), 12, As.DATE),
        SheetColumn(_("Partner"), 28),
    ]
    if remnants:
        columns += [
            SheetColumn(_("Item"), 28),
            SheetColumn(_("Lot"), 16),
            SheetColumn(_("Quantity"), 12, As.NUMBER),
            SheetColumn(_("Unit"), 10),
        ]
        rows = [
            [*head, f"{one.item_name} {one.strength}", one.lot_number, one.quantity, one.base_unit]
            for one in remnants
        ]
        return write_workbook(bill.reference, columns, rows)
    columns.append(SheetColumn(_("Trace code"), 26))
    kept = [code for code, dropped in codes if dropped is DropReason.NONE]
    return write_workbook(bill.reference, columns, [[*head, code] for code in kept])
