"""Read side of the stock ledger: flat rows, never entities."""

from app.inventory.queries.as_at import Moment, PastRow, held_at, list_held_at
from app.inventory.queries.card import Card, CardLine, bin_card
from app.inventory.queries.counted import Counted, book_as_at
from app.inventory.queries.ledger import (
    MovementRow,
    business_time,
    lowest_running,
    movements_of,
)
from app.inventory.queries.levels import (
    CountyLevel,
    Level,
    OpenReservation,
    county_levels,
    levels_across,
    open_reservations,
    stock_levels,
)
from app.inventory.queries.shelves import (
    ItemName,
    LotFacts,
    Site,
    StockFilter,
    StockRow,
    get_lot_facts,
    list_item_names,
    list_lot_stock,
    list_sites,
    list_stock,
)
from app.inventory.queries.usage import (
    LotFlow,
    Scope,
    Subject,
    Used,
    consumption_by_period,
    lot_flows,
    usable_run,
)

__all__ = [
    "Card",
    "CardLine",
    "Counted",
    "CountyLevel",
    "ItemName",
    "Level",
    "LotFacts",
    "LotFlow",
    "Moment",
    "MovementRow",
    "OpenReservation",
    "PastRow",
    "Scope",
    "Site",
    "StockFilter",
    "StockRow",
    "Subject",
    "Used",
    "bin_card",
    "book_as_at",
    "business_time",
    "consumption_by_period",
    "county_levels",
    "get_lot_facts",
    "held_at",
    "levels_across",
    "list_held_at",
    "list_item_names",
    "list_lot_stock",
    "list_sites",
    "list_stock",
    "lot_flows",
    "lowest_running",
    "movements_of",
    "open_reservations",
    "stock_levels",
    "usable_run",
]
