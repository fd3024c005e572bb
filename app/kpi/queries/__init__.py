"""Read side of the indicators: flat rows out of the domains below."""

from app.kpi.queries.devices import DeviceFigures, device_figures
from app.kpi.queries.stock import (
    FacilityStockOut,
    StockOut,
    count_stock_outs,
    first_day_posted_late,
    stock_outs,
)
from app.kpi.queries.supply import DueLines, due_lines, requisitions_by_day

__all__ = [
    "DeviceFigures",
    "DueLines",
    "FacilityStockOut",
    "StockOut",
    "count_stock_outs",
    "device_figures",
    "due_lines",
    "first_day_posted_late",
    "requisitions_by_day",
    "stock_outs",
]
