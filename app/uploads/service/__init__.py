"""Use cases of uploads: derive messages, tell them, settle what is unknown."""

from app.uploads.service.deriving import begin_after, derive, derive_again
from app.uploads.service.profiles import load_profile
from app.uploads.service.settling import Asking, claim_unknown, settle
from app.uploads.service.telling import Telling, claim, expire, record

__all__ = [
    "Asking",
    "Telling",
    "begin_after",
    "claim",
    "claim_unknown",
    "derive",
    "derive_again",
    "expire",
    "load_profile",
    "record",
    "settle",
]
