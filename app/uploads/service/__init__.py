"""Use cases of uploads: derive messages, tell them, settle what is unknown, mend what failed."""

from app.uploads.service.billing import (
    HandMade,
    get_bill,
    make_bills,
    make_by_hand,
    note_outcome,
    take_away,
)
from app.uploads.service.deriving import begin_after, derive, derive_again
from app.uploads.service.mending import (
    Cause,
    date_lot,
    get_upload,
    name_facility,
    name_item,
    retry,
    retry_all,
)
from app.uploads.service.profiles import load_profile
from app.uploads.service.settlement import settlement_part
from app.uploads.service.settling import Asking, claim_unknown, settle
from app.uploads.service.showing import Overview, facilities_of, list_uploads, overview
from app.uploads.service.telling import Telling, claim, expire, record

__all__ = [
    "Asking",
    "Cause",
    "HandMade",
    "Overview",
    "Telling",
    "begin_after",
    "claim",
    "claim_unknown",
    "date_lot",
    "derive",
    "derive_again",
    "expire",
    "facilities_of",
    "get_bill",
    "get_upload",
    "list_uploads",
    "load_profile",
    "make_bills",
    "make_by_hand",
    "name_facility",
    "name_item",
    "note_outcome",
    "overview",
    "record",
    "retry",
    "retry_all",
    "settle",
    "settlement_part",
    "take_away",
]
