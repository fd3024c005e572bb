"""Decisions of purchasing over plain values."""

from app.purchasing.rules.buying import (
    ContractKind,
    Goods,
    LicenceKind,
    ensure_price,
    ensure_qualified,
    executed_percent,
    needed_licences,
)
from app.purchasing.rules.receiving import (
    FITTING_BINS,
    LONGEST_LIFE,
    LONGEST_LOT,
    Label,
    Storage,
    ensure_fits,
    ensure_same_lot,
    fits,
    gs1_day,
    needs_second_count,
    normalise_lot,
    read_label,
    settle,
)

__all__ = [
    "FITTING_BINS",
    "LONGEST_LIFE",
    "LONGEST_LOT",
    "ContractKind",
    "Goods",
    "Label",
    "LicenceKind",
    "Storage",
    "ensure_fits",
    "ensure_price",
    "ensure_qualified",
    "ensure_same_lot",
    "executed_percent",
    "fits",
    "gs1_day",
    "needed_licences",
    "needs_second_count",
    "normalise_lot",
    "read_label",
    "settle",
]
