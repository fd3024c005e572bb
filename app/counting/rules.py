"""Counting rules over plain values: ABC classes, what is due, tolerance, differences."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from app.kernel.ids import ItemId

YEAR_DAYS = 365
MOST_ROUNDS = 9
AHEAD = timedelta(minutes=5)
"""How far a phone's clock may run ahead of ours."""


class AbcClass(StrEnum):
    """How much of the year's consumption an item makes up by value (ABC 分类)."""

    A = "a"
    B = "b"
    C = "c"


class SheetKind(StrEnum):
    """Why somebody counts."""

    CYCLE = "cycle"
    SPOT = "spot"


class SheetState(StrEnum):
    """Life of a count sheet."""

    PROPOSED = "proposed"
    COUNTING = "counting"
    REVIEW = "review"
    POSTED = "posted"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How a facility counts: days between counts, class bounds in percent, tolerance."""

    a_days: int = 30
    b_days: int = 90
    c_days: int = 365
    a_percent: int = 80
    b_percent: int = 95
    tolerance_percent: int = 2
    tolerance_fen: int = 5_000
    items_a_day: int = 15

    def days_of(self, kind: AbcClass) -> int:
        """Return how many days may pass between two counts of an item of this class."""
        return {AbcClass.A: self.a_days, AbcClass.B: self.b_days, AbcClass.C: self.c_days}[kind]


def classify(used_fen: Mapping[ItemId, int], policy: Policy) -> dict[ItemId, AbcClass]:
    """Return each item's class by the value consumed, most first.

    An item belongs to the class in which the share of those before it still lies; what was
    not used at all is C.
    """
    total = sum(used_fen.values())
    classes = {}
    before = 0
    for item_id, value in sorted(used_fen.items(), key=lambda pair: (-pair[1], pair[0])):
        share = before * 100
        kind = AbcClass.C
        if value > 0 and share < policy.a_percent * total:
            kind = AbcClass.A
        elif value > 0 and share < policy.b_percent * total:
            kind = AbcClass.B
        classes[item_id] = kind
        before += value
    return classes


@dataclass(frozen=True, slots=True)
class Due:
    """An item to count: its class and by how many days it is overdue; None was never counted."""

    item_id: ItemId
    kind: AbcClass
    overdue_days: int | None


def due_items(
    classes: Mapping[ItemId, AbcClass],
    counted_on: Mapping[ItemId, date],
    policy: Policy,
    *,
    today: date,
) -> list[Due]:
    """Return what is due today, A before B before C, the longest overdue first."""
    found = []
    for item_id, kind in classes.items():
        last = counted_on.get(item_id)
        overdue = None if last is None else (today - last).days - policy.days_of(kind)
        if overdue is None or overdue >= 0:
            found.append(Due(item_id, kind, overdue))
    longest = YEAR_DAYS * 100
    return sorted(
        found,
        key=lambda due: (
            due.kind.value,
            -(longest if due.overdue_days is None else due.overdue_days),
            due.item_id,
        ),
    )


def is_beyond(
    book: int, difference: int, value_fen: int, policy: Policy, *, controlled: bool
) -> bool:
    """Say whether a difference must be counted again before anybody approves it.

    ``value_fen`` is the absolute value of the difference; a controlled medicine tolerates none.
    """
    if difference == 0:
        return False
    if controlled or value_fen > policy.tolerance_fen:
        return True
    return abs(difference) * 100 > policy.tolerance_percent * max(book, 0)


def base_units(packs: int, loose: int, units_per_pack: int) -> int:
    """Return packs and loose base units as base units."""
    return packs * units_per_pack + loose


def is_countable_time(counted_at: datetime, *, opened_at: datetime, now: datetime) -> bool:
    """Say whether somebody can have counted then: not before the sheet, not ahead of now."""
    return opened_at - AHEAD <= counted_at <= now + AHEAD


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedPack:
    """A coded pack the record places at the counted spot; ``since`` is its last trace."""

    code: str
    remaining: int
    since: datetime


def missing_packs(
    standing: Iterable[CodedPack], scanned: Collection[str], *, counted_from: datetime
) -> list[CodedPack]:
    """Return packs that should have been found (账有实无).

    A pack that came, was opened or moved after the count had begun is not missing.
    """
    return [pack for pack in standing if pack.code not in scanned and pack.since <= counted_from]


def digest_of(differences: Sequence[tuple[int, int]]) -> str:
    """Return what an approver saw, in short: line and difference of every line."""
    return sha256(repr(sorted(differences)).encode()).hexdigest()[:16]
