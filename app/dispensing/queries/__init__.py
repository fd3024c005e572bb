"""Read side of dispensing: documents, who gave a pack last, what may be recorded as used."""

from app.dispensing.queries.documents import (
    ControlledPapers,
    DocumentRow,
    LineRow,
    UsableItem,
    controlled_names,
    find_papers,
    find_place,
    find_posting,
    item_of_lot,
    list_documents,
    list_lines,
    list_usable,
    names_of,
    shelf_of,
)
from app.dispensing.queries.packs import (
    EarlierLot,
    LastGiven,
    find_by_event,
    find_earlier_lot,
    find_last_given,
    find_trace_event,
)

__all__ = [
    "ControlledPapers",
    "DocumentRow",
    "EarlierLot",
    "LastGiven",
    "LineRow",
    "UsableItem",
    "controlled_names",
    "find_by_event",
    "find_earlier_lot",
    "find_last_given",
    "find_papers",
    "find_place",
    "find_posting",
    "find_trace_event",
    "item_of_lot",
    "list_documents",
    "list_lines",
    "list_usable",
    "names_of",
    "shelf_of",
]
