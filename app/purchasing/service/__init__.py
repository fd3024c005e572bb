"""Use cases of purchasing, from the order to the shelf."""

from app.purchasing.service.accepting import accept
from app.purchasing.service.counting import (
    Count,
    Judgement,
    TypedLot,
    add_lot,
    count_again,
    count_line,
    count_second,
    finish_count,
    judge,
)
from app.purchasing.service.notices import NoticeLine, PackCode, take_notice
from app.purchasing.service.opening import get_order, get_receipt, open_receipt
from app.purchasing.service.ordering import OrderedItem, OrderRequest, place_order
from app.purchasing.service.scanning import Scanned, ScanRequest, scan, undo_scan
from app.purchasing.service.shelving import Placement, put_away
from app.purchasing.service.signing import cosigner

__all__ = [
    "Count",
    "Judgement",
    "NoticeLine",
    "OrderRequest",
    "OrderedItem",
    "PackCode",
    "Placement",
    "ScanRequest",
    "Scanned",
    "TypedLot",
    "accept",
    "add_lot",
    "cosigner",
    "count_again",
    "count_line",
    "count_second",
    "finish_count",
    "get_order",
    "get_receipt",
    "judge",
    "open_receipt",
    "place_order",
    "put_away",
    "scan",
    "take_notice",
    "undo_scan",
]
