"""Rules of the trace platform's bills (码上放心): which codes a bill carries, in how many parts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.uploads.rules.states import UploadKind

MOST_CODES = 3500
"""Most codes a bill takes (C14)."""
DIGITS = 20


class BillType(StrEnum):
    """Types of bills, by the platform's own numbers (C14)."""

    PURCHASE_IN = "102"
    RETURN_IN = "103"
    REMNANT_IN = "106"
    SUPPLY_IN = "107"
    CONSUMER_RETURN = "116"
    RETURN_OUT = "202"
    DESTROY_OUT = "205"
    SAMPLE_OUT = "206"
    SUPPLY_OUT = "209"
    REMNANT_OUT = "210"
    RETAIL = "321"
    VACCINATION = "322"
    RETAIL_OTHER = "323"


class BillState(StrEnum):
    """Life of a bill: made, taken away as a file, taken or refused by the platform."""

    READY = "ready"
    DOWNLOADED = "downloaded"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class BillOutcome(StrEnum):
    """What the platform made of a bill."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


class DropReason(StrEnum):
    """Why a code does not go into a bill (C16)."""

    NONE = ""
    LENGTH = "length"
    FIRST_DIGIT = "first-digit"


OF_KIND: Mapping[UploadKind, tuple[BillType, BillType]] = {
    UploadKind.PURCHASE: (BillType.PURCHASE_IN, BillType.REMNANT_IN),
    UploadKind.PURCHASE_RETURN: (BillType.RETURN_OUT, BillType.REMNANT_OUT),
    UploadKind.SALE: (BillType.RETAIL, BillType.REMNANT_OUT),
    UploadKind.SALE_RETURN: (BillType.CONSUMER_RETURN, BillType.REMNANT_IN),
    UploadKind.STOCK_CHANGE: (BillType.DESTROY_OUT, BillType.REMNANT_OUT),
}
"""What a message of the insurance is as a bill: with codes, and without (零头)."""


@dataclass(frozen=True, slots=True)
class Sorted:
    """Codes that go into a bill, and those that do not, with the reason."""

    kept: Sequence[str]
    dropped: Mapping[str, DropReason]


def sort_out(codes: Iterable[str]) -> Sorted:
    """Keep codes of 20 digits that start with 8, each once; name the others (C16)."""
    kept: dict[str, None] = {}
    dropped = {}
    for code in codes:
        if len(code) != DIGITS or not (code.isascii() and code.isdigit()):
            dropped[code] = DropReason.LENGTH
        elif not code.startswith("8"):
            dropped[code] = DropReason.FIRST_DIGIT
        else:
            kept[code] = None
    return Sorted(list(kept), dropped)


def parts_of(codes: Sequence[str]) -> list[Sequence[str]]:
    """Cut codes into parts that a bill takes."""
    return [codes[start : start + MOST_CODES] for start in range(0, len(codes), MOST_CODES)]


def mixed(codes: Iterable[str], parents: Mapping[str, Sequence[str]]) -> tuple[str, str] | None:
    """Return a code and a container of it that are both in one bill, or None."""
    named = set(codes)
    for code in sorted(named):
        for parent in parents.get(code, ()):
            if parent in named:
                return parent, code
    return None
