"""Decisions over plain values: what to order, which decisions fit, what a tote weighs."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.kernel.quantities import packs_for

MAXIMUM_MONTHS = 2
"""Months of use a clinic fills its shelf to; villages and townships are served weekly."""
MIN_SHELF_DAYS = 30
"""Days a lot must still be usable after the delivery day to be offered to a clinic."""
RESERVED_DAYS = 7
"""Days after the delivery day at which an unpicked reservation expires."""
MOST_LINES = 3000


class RequisitionState(StrEnum):
    """Life of a requisition (请领单状态)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    PICKING = "picking"
    SEALED = "sealed"
    IN_DELIVERY = "in_delivery"
    RECEIVED = "received"
    CANCELLED = "cancelled"


COMING = frozenset(
    {
        RequisitionState.APPROVED,
        RequisitionState.PICKING,
        RequisitionState.SEALED,
        RequisitionState.IN_DELIVERY,
    }
)
"""States in which approved goods are on their way to the clinic."""


class Source(StrEnum):
    """What a new draft starts from."""

    TEMPLATE = "template"
    LAST_ORDER = "last_order"
    PROPOSAL = "proposal"
    EMPTY = "empty"


class Decision(StrEnum):
    """What the pharmacist decided about a line (审批意见)."""

    FULL = "full"
    CUT = "cut"
    SUBSTITUTED = "substituted"
    REFUSED = "refused"


class ReasonCode(StrEnum):
    """Why a line was not approved as asked; the clinic sees it (原因)."""

    OUT_OF_STOCK = "out_of_stock"
    ENOUGH_IN_STOCK = "enough_in_stock"
    RATIONED = "rationed"
    NEAR_EXPIRY = "near_expiry"
    NOT_FOR_THIS_LEVEL = "not_for_this_level"
    DISCONTINUED = "discontinued"
    OTHER = "other"


class LotReason(StrEnum):
    """Why somebody takes another lot than the one that expires first (换批号原因)."""

    CLINIC_ASKED = "clinic_asked"
    SAME_LOT = "same_lot"
    USED_IN_TIME = "used_in_time"
    NOT_AT_HAND = "not_at_hand"
    PACK_UNFIT = "pack_unfit"
    OTHER = "other"


class ShortReason(StrEnum):
    """Why less was found in the bin than the list says (短拣原因)."""

    NOT_FOUND = "not_found"
    DAMAGED = "damaged"
    LOT_GONE = "lot_gone"


BY_HAND = (ShortReason.NOT_FOUND, ShortReason.DAMAGED)
"""What a picker may report; the lot's bin is then not trusted for this list any more."""


class Compartment(StrEnum):
    """What kind of tote goods travel in (温区)."""

    AMBIENT = "ambient"
    COOL = "cool"
    COLD = "cold"
    CONTROLLED = "controlled"


class ToteState(StrEnum):
    """Life of a tote's trip (周转箱状态)."""

    OPEN = "open"
    PACKED = "packed"
    CHECKED = "checked"
    SEALED = "sealed"
    LOADED = "loaded"
    HANDED_OVER = "handed_over"
    RECEIVED = "received"
    RETURNED = "returned"
    CANCELLED = "cancelled"


ON_THE_WAY = (
    ToteState.OPEN,
    ToteState.PACKED,
    ToteState.CHECKED,
    ToteState.SEALED,
    ToteState.LOADED,
    ToteState.HANDED_OVER,
    ToteState.RETURNED,
)
"""States of totes that may still arrive; while one is left, its requisition has not ended."""


class IssuePaper(StrEnum):
    """What an issue note is printed on: A4, or three-part continuous paper (三联)."""

    A4 = "a4"
    THREE_PART = "three"


class Resolution(StrEnum):
    """How a discrepancy ended (差异处理结果)."""

    FOUND = "found"
    LOST = "lost"
    SENT_WRONG = "sent_wrong"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a facility has, expects and uses of an item, in base units.

    ``amc`` is None where no period tells anything: no suggestion is better than a guess.
    ``limit`` is the planned maximum of the item there, None where nothing is planned yet.
    """

    usable: int
    coming: int
    amc: int | None
    units_per_pack: int
    extra: int = 0
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """The order arithmetic: maximum stock H, the order I, and I in whole packs."""

    maximum: int
    quantity: int
    packs: int


def suggest(need: Need, *, months: int = MAXIMUM_MONTHS) -> Suggestion:
    """Return ``I = max(0, H − usable − coming) + extra``.

    ``H`` is the planned maximum, or without a plan ``AMC × months``.
    Source: OpenLMIS requisition arithmetic, with what is on its way deducted; an extra
    quantity joins the order and never the average.
    """
    maximum = (need.amc or 0) * months if need.limit is None else need.limit
    quantity = max(0, maximum - need.usable - need.coming) + need.extra
    return Suggestion(
        maximum=maximum, quantity=quantity, packs=packs_for(quantity, need.units_per_pack)
    )


def spare(available: int, minimum: int) -> int:
    """Return what a facility can give away and still keep its own minimum."""
    return max(0, available - minimum)


def worth_asking(need: int, spare_there: int, units_per_pack: int) -> int:
    """Return what to ask another facility for: the own need as far as it can spare that.

    Whole packs where it can spare one; a facility without a need is offered one pack.
    """
    wanted = packs_for(need, units_per_pack) * units_per_pack or units_per_pack
    if spare_there < units_per_pack:
        return min(need or spare_there, spare_there)
    return min(wanted, spare_there // units_per_pack * units_per_pack)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One line's decision as the pharmacist gave it; ``quantity`` in base units."""

    decision: Decision
    asked: int
    quantity: int
    reason_code: ReasonCode | None
    reason_text: str
    has_substitute: bool


def fits(verdict: Verdict) -> bool:
    """Say whether decision, quantity and substitute belong together.

    Full means as asked, cut means less, refused means nothing; a substituted line gets
    nothing itself and its substitute carries the quantity.
    """
    if verdict.has_substitute is not (verdict.decision is Decision.SUBSTITUTED):
        return False
    match verdict.decision:
        case Decision.FULL:
            return verdict.quantity == verdict.asked
        case Decision.CUT:
            return 0 < verdict.quantity < verdict.asked
        case Decision.SUBSTITUTED:
            return verdict.quantity > 0
        case Decision.REFUSED:
            return verdict.quantity == 0


def is_explained(verdict: Verdict) -> bool:
    """Say whether the clinic learns why: a code, and words where the code is "other"."""
    if verdict.decision is Decision.FULL:
        return True
    if verdict.reason_code is None:
        return False
    return verdict.reason_code is not ReasonCode.OTHER or bool(verdict.reason_text)


def compartment_of(storage_class: str, *, controlled: bool) -> Compartment:
    """Return the tote an item travels in; controlled goods go apart from all others."""
    return Compartment.CONTROLLED if controlled else Compartment(storage_class)


@dataclass(frozen=True, slots=True)
class Load:
    """Goods in a tote; weight and volume are of one sales pack."""

    quantity: int
    units_per_pack: int
    weight_grams: int
    volume_cm3: int


def measure(loads: Sequence[Load]) -> tuple[int, int]:
    """Return grams and cm³ of goods, each line rounded up: a started pack is a pack."""
    packs = [(packs_for(load.quantity, load.units_per_pack), load) for load in loads]
    grams = sum(count * load.weight_grams for count, load in packs)
    return grams, sum(count * load.volume_cm3 for count, load in packs)


def miscounted(
    expected: dict[tuple[int, int], int], counted: dict[tuple[int, int], int]
) -> list[tuple[int, int]]:
    """Return the (item, lot) keys on which the second look differs from the pick."""
    keys = sorted(expected.keys() | counted.keys())
    return [key for key in keys if expected.get(key, 0) != counted.get(key)]
