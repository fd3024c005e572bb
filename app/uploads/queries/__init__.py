"""Read side of uploads: what is to be told, what is known for it, and where it stands."""

from app.uploads.queries.bills import (
    BillRow,
    RemnantRow,
    Unbilled,
    containers_of,
    find_bill,
    list_bills,
    list_codes,
    list_remnants,
    unbilled,
)
from app.uploads.queries.deriving import (
    Scope,
    next_postings,
    stock_takes,
    taken_back,
    told_legs,
)
from app.uploads.queries.dispensed import DispensedLine, list_dispensed
from app.uploads.queries.facts import find_codes, find_facts
from app.uploads.queries.figures import (
    CauseRow,
    CoverageRow,
    ShareRow,
    causes,
    coverage,
    shares,
    standing,
)
from app.uploads.queries.gaps import GapRow, list_facility_gaps, list_item_gaps, list_lot_gaps
from app.uploads.queries.showing import (
    NoteRow,
    UploadQuery,
    UploadRow,
    find_body,
    find_upload,
    list_notes,
    list_uploads,
    visible,
)

__all__ = [
    "BillRow",
    "CauseRow",
    "CoverageRow",
    "DispensedLine",
    "GapRow",
    "NoteRow",
    "RemnantRow",
    "Scope",
    "ShareRow",
    "Unbilled",
    "UploadQuery",
    "UploadRow",
    "causes",
    "containers_of",
    "coverage",
    "find_bill",
    "find_body",
    "find_codes",
    "find_facts",
    "find_upload",
    "list_bills",
    "list_codes",
    "list_dispensed",
    "list_facility_gaps",
    "list_item_gaps",
    "list_lot_gaps",
    "list_notes",
    "list_remnants",
    "list_uploads",
    "next_postings",
    "shares",
    "standing",
    "stock_takes",
    "taken_back",
    "told_legs",
    "unbilled",
    "visible",
]
