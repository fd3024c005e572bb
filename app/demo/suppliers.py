"""Who supplies what, and the numbers of the orders that are expected this morning."""

from datetime import date, timedelta
from functools import cache

from app.demo.facts import rows_of
from app.demo.items.packs import stable
from app.demo.items.rows import ItemRow

CODED_FROM, PLAIN_FROM = "SUP-XA1", "SUP-HZ1"
CODED_ORDER, PLAIN_ORDER = 1, 2


def ordered_on(today: date) -> date:
    """Return the day on which this morning's goods were ordered."""
    return today - timedelta(days=2)


def order_reference(today: date, number: int) -> str:
    """Return the number of an order expected this morning."""
    return f"PO-{ordered_on(today):%Y%m%d}-{number:04d}"


def supplier_name_of(row: ItemRow) -> str:
    """Return who supplied an item in the past year."""
    return supplier_of(row)["name"]


def supplier_of(row: ItemRow) -> dict[str, str]:
    """Return the supplier an item is bought from."""
    kind = "cold" if row.storage_class == "cold" else row.kind
    able = [supplier for supplier in suppliers() if supplier["kinds"] == kind]
    return able[stable(row.code, "supplier", len(able))]


def supplier_name(code: str) -> str:
    """Return a supplier's name by its code."""
    return next(supplier["name"] for supplier in suppliers() if supplier["code"] == code)


@cache
def suppliers() -> tuple[dict[str, str], ...]:
    """Return the demo's suppliers."""
    return tuple(rows_of("suppliers.csv"))
