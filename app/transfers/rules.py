"""Rules of transfers over plain values: states, inspection, near-expiry pull-back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.kernel.ids import FacilityId, LotId

DAYS_IN_MONTH = 30


class TransferKind(StrEnum):
    """Why goods go from one facility to another."""

    TRANSFER = "transfer"
    LOAN = "loan"
    LOAN_RETURN = "loan_return"
    RETURN = "return"


BY_HOLDER = frozenset({TransferKind.LOAN_RETURN, TransferKind.RETURN})
"""Asked for by who has the goods; who gets them decides. The others are the other way round."""


PREFIXES = {
    TransferKind.TRANSFER: "DB",
    TransferKind.LOAN: "JY",
    TransferKind.LOAN_RETURN: "HJ",
    TransferKind.RETURN: "TK",
}
"""What the numbers of each kind begin with."""


def is_transfer(reference: str) -> bool:
    """Say whether a document's number is one of a transfer."""
    return reference.split("-", 1)[0] in PREFIXES.values()


class TransferState(StrEnum):
    """Life of a transfer."""

    REQUESTED = "requested"
    APPROVED = "approved"
    HANDED_OVER = "handed_over"
    RECEIVED = "received"
    CLOSED = "closed"
    REFUSED = "refused"
    CANCELLED = "cancelled"


OPEN = (
    TransferState.REQUESTED,
    TransferState.APPROVED,
    TransferState.HANDED_OVER,
    TransferState.RECEIVED,
)


class ReturnReason(StrEnum):
    """Why a facility sends goods back to the central pharmacy."""

    WRONG = "wrong"
    NEAR_EXPIRY = "near_expiry"
    DAMAGED = "damaged"
    RECALL = "recall"
    SURPLUS = "surplus"


class Whereabouts(StrEnum):
    """What became of goods that were handed over and did not arrive."""

    ARRIVED = "arrived"
    NOT_SENT = "not_sent"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """How the base units of one content arrived; what is left over is missing."""

    usable: int = 0
    quarantine: int = 0
    damaged: int = 0

    @property
    def arrived(self) -> int:
        """Base units that are here, in whatever condition."""
        return self.usable + self.quarantine + self.damaged

    def fits(self, quantity: int, *, is_unit: bool) -> bool:
        """Say whether it may be of ``quantity``; a coded pack arrives whole or not at all."""
        parts = (self.usable, self.quarantine, self.damaged)
        if min(parts) < 0 or self.arrived > quantity:
            return False
        return not is_unit or parts.count(0) == len(parts) or max(parts) == quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class NearExpiry:
    """A lot on a facility's shelf that it may not use up in time."""

    facility_id: FacilityId
    lot_id: LotId
    expires_on: date
    free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A facility that uses the item: base units a month, and what it has already."""

    facility_id: FacilityId
    monthly: int
    on_hand: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PullBack:
    """So many base units of a lot should go where they are used in time (近效期调回)."""

    lot: NearExpiry
    quantity: int
    to: FacilityId


def usable_by(user: User, expires_on: date, *, today: date) -> int:
    """Return how much more than its own stock a facility uses up before a day."""
    days = max(0, (expires_on - today).days)
    return max(0, user.monthly * days // DAYS_IN_MONTH - user.on_hand)


def pull_back(lots: Sequence[NearExpiry], users: Iterable[User], *, today: date) -> list[PullBack]:
    """Propose where lots can be used that their own facility cannot use up in time.

    The soonest to expire is placed first, at the facility with the most use left; what
    nobody can use stays out of the answer.
    """
    by_facility = {user.facility_id: user for user in users}
    given: dict[FacilityId, int] = dict.fromkeys(by_facility, 0)
    proposals = []
    for lot in sorted(lots, key=lambda one: (one.expires_on, one.lot_id, one.facility_id)):
        left = lot.free - _own_use(by_facility, lot, today=today)
        others = _takers(by_facility, given, lot, today=today)
        for facility_id, room in others:
            part = min(left, room)
            if part <= 0:
                break
            proposals.append(PullBack(lot=lot, quantity=part, to=facility_id))
            given[facility_id] += part
            left -= part
    return proposals


def _own_use(users: Mapping[FacilityId, User], lot: NearExpiry, *, today: date) -> int:
    own = users.get(lot.facility_id)
    if own is None:
        return 0
    return usable_by(
        User(facility_id=own.facility_id, monthly=own.monthly, on_hand=0),
        lot.expires_on,
        today=today,
    )


def _takers(
    users: Mapping[FacilityId, User],
    given: Mapping[FacilityId, int],
    lot: NearExpiry,
    *,
    today: date,
) -> list[tuple[FacilityId, int]]:
    """Return who else could use how much before the lot expires, the most first."""
    rooms = [
        (user.facility_id, usable_by(user, lot.expires_on, today=today) - given[user.facility_id])
        for user in users.values()
        if user.facility_id != lot.facility_id
    ]
    return sorted((room for room in rooms if room[1] > 0), key=lambda room: (-room[1], room[0]))
