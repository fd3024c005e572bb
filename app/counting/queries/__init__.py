"""Read side of counting: sheets, their lines, and what the plan needs to know."""

from app.counting.queries.plan import (
    counted_on,
    facilities_with_stock,
    items_on_shelves,
    used_value,
)
from app.counting.queries.sheets import (
    LineRow,
    ScannedCode,
    SheetQuery,
    SheetRow,
    controlled_lines,
    counters_of,
    find_sheet,
    item_names,
    later_counts,
    list_lines,
    list_sheets,
    scanned_codes,
    shelf_spots,
)

__all__ = [
    "LineRow",
    "ScannedCode",
    "SheetQuery",
    "SheetRow",
    "controlled_lines",
    "counted_on",
    "counters_of",
    "facilities_with_stock",
    "find_sheet",
    "item_names",
    "items_on_shelves",
    "later_counts",
    "list_lines",
    "list_sheets",
    "scanned_codes",
    "shelf_spots",
    "used_value",
]
