"""Rules of a recall over plain values: classes, states, the clock, the account that must foot."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class RecallKind(StrEnum):
    """Why lots are held: a recall, or a doubt of quality that may be lifted again."""

    RECALL = "recall"
    QUALITY = "quality"


class RecallClass(StrEnum):
    """How dangerous the goods are (召回级别); a quality hold has none."""

    FIRST = "I"
    SECOND = "II"
    THIRD = "III"
    NONE = "none"


class RecallState(StrEnum):
    """Life of a recall; the hold of a closed one goes on until it is lifted."""

    OPEN = "open"
    CLOSED = "closed"
    LIFTED = "lifted"


class Progress(StrEnum):
    """How far a holder is."""

    TOLD = "told"
    SEEN = "seen"
    COLLECTING = "collecting"
    DONE = "done"


class CallState(StrEnum):
    """What became of the call to a patient who got goods of the lot."""

    OPEN = "open"
    REACHED = "reached"
    RETURNED = "returned"
    UNREACHED = "unreached"


class Milestone(StrEnum):
    """What the clock of a recall, or of a drill, stops at."""

    HELD = "held"
    LOCATED = "located"
    FIRST_SEEN = "first_seen"
    ALL_SEEN = "all_seen"
    ALL_DONE = "all_done"
    CLOSED = "closed"


def class_fits(kind: RecallKind, recall_class: RecallClass) -> bool:
    """Say whether a recall names its class and a quality hold none."""
    return (kind is RecallKind.RECALL) == (recall_class is not RecallClass.NONE)


def due_at(started_at: datetime, hours: int) -> datetime:
    """Return when a time limit of so many hours ends."""
    return started_at + timedelta(hours=hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """When a holder was told, looked, began to collect, and reported."""

    seen_at: datetime | None
    collected: bool
    done_at: datetime | None

    @property
    def progress(self) -> Progress:
        """How far the holder is."""
        if self.done_at is not None:
            return Progress.DONE
        if self.collected:
            return Progress.COLLECTING
        return Progress.TOLD if self.seen_at is None else Progress.SEEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """When a recall started and what was measured while it did, in milliseconds."""

    started_at: datetime
    held_ms: int
    located_ms: int
    closed_at: datetime | None = None


def milestones(clock: Clock, steps: Sequence[Step]) -> dict[Milestone, float | None]:
    """Return the seconds from the start to each milestone; None is not reached yet.

    A drill holds nothing and has no time for it.
    """
    seen = [step.seen_at for step in steps]
    done = [step.done_at for step in steps]
    return {
        Milestone.HELD: clock.held_ms / 1000 if clock.held_ms else None,
        Milestone.LOCATED: clock.located_ms / 1000,
        Milestone.FIRST_SEEN: _first(clock, seen),
        Milestone.ALL_SEEN: _last(clock, seen),
        Milestone.ALL_DONE: _last(clock, done),
        Milestone.CLOSED: _first(clock, [clock.closed_at]),
    }


def _first(clock: Clock, moments: Iterable[datetime | None]) -> float | None:
    reached = [moment for moment in moments if moment is not None]
    return (min(reached) - clock.started_at).total_seconds() if reached else None


def _last(clock: Clock, moments: Sequence[datetime | None]) -> float | None:
    reached = [moment for moment in moments if moment is not None]
    if not reached or len(reached) < len(moments):
        return None
    return (max(reached) - clock.started_at).total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What became of a lot, in base units, as the ledger has it.

    ``received`` came from suppliers or was there when the book began, ``shipped`` is how much
    of it was handed over to facilities on the way. All the rest says where it is now.
    """

    received: int = 0
    shipped: int = 0
    on_hand: int = 0
    collected: int = 0
    dispensed: int = 0
    awaiting: int = 0
    destroyed: int = 0
    sent_back: int = 0
    lost: int = 0

    @property
    def accounted(self) -> int:
        """All that is known to be somewhere, or gone."""
        here = self.on_hand + self.collected
        gone = self.dispensed + self.awaiting + self.destroyed + self.sent_back + self.lost
        return here + gone

    @property
    def difference(self) -> int:
        """What does not foot; the ledger being double-entry, this is nothing."""
        return self.received - self.accounted

    def __add__(self, other: "Account") -> "Account":
        return Account(
            **{name: getattr(self, name) + getattr(other, name) for name in Account.__slots__}
        )


def total(accounts: Iterable[Account]) -> Account:
    """Return the sum of accounts, of one unit of measure."""
    return sum(accounts, start=Account())
