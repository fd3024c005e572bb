"""Labelling rules: what a label says, and where it stands on its paper."""

from app.labelling.rules.layouts import GRIDS, Grid, Layout, Spot, spread
from app.labelling.rules.saying import (
    MOST_LABELS,
    Label,
    LabelKind,
    LabelSource,
    SymbolKind,
    Wording,
    fitted,
    own_code,
    said_by,
    seal_of,
)

__all__ = [
    "GRIDS",
    "MOST_LABELS",
    "Grid",
    "Label",
    "LabelKind",
    "LabelSource",
    "Layout",
    "Spot",
    "SymbolKind",
    "Wording",
    "fitted",
    "own_code",
    "said_by",
    "seal_of",
    "spread",
]
