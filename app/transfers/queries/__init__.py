"""Read side of transfers: lists, what they carry, open loans, what nears its expiry."""

from app.transfers.queries.listing import (
    ContentRow,
    LineRow,
    LoanRow,
    TransferQuery,
    TransferRow,
    count_lapsed,
    find_transfer,
    list_contents,
    list_lines,
    list_loans,
    list_transfers,
)
from app.transfers.queries.shelves import (
    HolderRow,
    LotSpot,
    fullest_bins,
    lot_spots,
    near_expiry,
    users_of,
)

__all__ = [
    "ContentRow",
    "HolderRow",
    "LineRow",
    "LoanRow",
    "LotSpot",
    "TransferQuery",
    "TransferRow",
    "count_lapsed",
    "find_transfer",
    "fullest_bins",
    "list_contents",
    "list_lines",
    "list_loans",
    "list_transfers",
    "lot_spots",
    "near_expiry",
    "users_of",
]
