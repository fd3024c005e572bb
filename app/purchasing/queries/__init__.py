"""Read side of purchasing: flat rows for pages and the checks of the use cases."""

from app.purchasing.queries.checks import (
    controlled_names,
    counted_above,
    counted_below,
    is_announced,
    is_ordered,
    item_name,
    supplier_name,
)
from app.purchasing.queries.orders import (
    OPEN_ORDERS,
    OrderLineRow,
    OrderRow,
    ReceiptRow,
    list_order_lines,
    list_orders,
    list_receipts,
)
from app.purchasing.queries.receipts import (
    LineRow,
    ReceiptHead,
    ScanRow,
    TypedChoice,
    fullest_bins,
    get_head,
    get_line_row,
    list_lines,
    list_scans,
    list_typed_choices,
)

__all__ = [
    "OPEN_ORDERS",
    "LineRow",
    "OrderLineRow",
    "OrderRow",
    "ReceiptHead",
    "ReceiptRow",
    "ScanRow",
    "TypedChoice",
    "controlled_names",
    "counted_above",
    "counted_below",
    "fullest_bins",
    "get_head",
    "get_line_row",
    "is_announced",
    "is_ordered",
    "item_name",
    "list_lines",
    "list_order_lines",
    "list_orders",
    "list_receipts",
    "list_scans",
    "list_typed_choices",
    "supplier_name",
]
