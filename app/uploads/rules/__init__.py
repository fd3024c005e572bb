"""Rules of uploads over plain values."""

from app.uploads.rules.facts import Facts
from app.uploads.rules.filling import Filled, Gap, fill, fill_message, fill_query, is_found
from app.uploads.rules.profile import Message, Patience, Profile, Query, merged, read_profile
from app.uploads.rules.states import (
    FINAL,
    Outcome,
    StockChange,
    UploadFault,
    UploadKind,
    UploadState,
    UploadStep,
    batch_number,
    delay_after,
    message_id,
)

__all__ = [
    "FINAL",
    "Facts",
    "Filled",
    "Gap",
    "Message",
    "Outcome",
    "Patience",
    "Profile",
    "Query",
    "StockChange",
    "UploadFault",
    "UploadKind",
    "UploadState",
    "UploadStep",
    "batch_number",
    "delay_after",
    "fill",
    "fill_message",
    "fill_query",
    "is_found",
    "merged",
    "message_id",
    "read_profile",
]
