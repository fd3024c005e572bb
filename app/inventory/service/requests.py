"""What the ledger is asked: movements between spots, postings, demands for stock."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256

from app.inventory.models import Condition, PostingKind, UseTag
from app.inventory.rules import Skip
from app.kernel.ids import FacilityId, ItemId, LotId, PlaceId, PostingId, UserId
from app.traceability.rules import LotState

NO_LINE = ("", 0)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where stock lies, whose it is and in what condition: one balance per lot."""

    place_id: PlaceId
    owner_id: FacilityId
    condition: Condition = Condition.USABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """``quantity`` base units of a lot from one spot to another: two legs, sum zero.

    ``line`` names the document line, one lot at one place; it is posted once per kind.
    ``reservation_id`` takes the goods out of a promise.
    """

    lot_id: LotId
    quantity: int
    source: Spot
    target: Spot
    line: tuple[str, int] = NO_LINE
    origin_line_id: int = 0
    reservation_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingRequest:
    """All movements of one action, under the client's own key.

    ``book_only`` says that nobody opens a cupboard: the goods stay where they are.
    """

    kind: PostingKind
    key: str
    facility_id: FacilityId
    document: str
    occurred_at: datetime
    movements: Sequence[Movement]
    reason: str = ""
    second_user_id: UserId | None = None
    reverses_id: PostingId | None = None
    tag: UseTag = UseTag.ROUTINE
    book_only: bool = False

    def digest(self) -> str:
        """Return what makes two requests the same, whoever repeats them."""
        moves = [
            (
                move.lot_id,
                move.quantity,
                *_told(move.source),
                *_told(move.target),
                *move.line,
                move.origin_line_id,
                move.reservation_id,
            )
            for move in self.movements
        ]
        told = (self.kind.value, self.facility_id, self.document, moves)
        return sha256(repr(told).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoing:
    """Why an entry is undone, under which key, and who signed beside the actor."""

    key: str
    reason: str
    second_user_id: UserId | None = None


def _told(spot: Spot) -> tuple[int, int, str]:
    return spot.place_id, spot.owner_id, spot.condition.value


@dataclass(frozen=True, slots=True)
class Demand:
    """A document line that wants ``quantity`` base units of an item, in whole packs.

    ``monthly_use`` is the destination's; None or 0 tells nothing, and only the shelf life of
    the terms counts. ``lot_id`` is a lot chosen by hand: no other is taken, and of its shelf
    life only that it has not ended counts. ``first`` is a lot chosen by hand too, but others
    fill what it lacks, and its shelf life counts. Lots in ``without`` are not taken: a picker
    found their bin empty, whatever the book says.
    """

    line_kind: str
    line_id: int
    item_id: ItemId
    quantity: int
    pack: int = 1
    monthly_use: int | None = None
    lot_id: LotId | None = None
    first: LotId | None = None
    without: frozenset[LotId] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """From whose bins, usable until when: expiry ≥ ``need_by`` plus ``min_days``.

    With a ``destination_id`` a lot is taken only as far as it will be used there in time.
    """

    facility_id: FacilityId
    destination_id: FacilityId | None = None
    need_by: date
    expires_at: datetime
    min_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """Part of a demand, promised from one balance."""

    reservation_id: int
    balance_id: int
    place_id: PlaceId
    lot_id: LotId
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """What a demand got, what it lacks, and which lots were passed over and why.

    ``displaced`` are lots that gave way to one chosen by hand.
    """

    demand: Demand
    picks: list[Reserved] = field(default_factory=list)
    shortage: int = 0
    skipped: list[Skip] = field(default_factory=list)
    displaced: tuple[LotState, ...] = ()
