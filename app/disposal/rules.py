"""Rules of write-off and destruction over plain values: reasons, states, what is left, days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class LossReason(StrEnum):
    """Why goods leave the book (报损原因)."""

    EXPIRED = "expired"
    DAMAGED = "damaged"
    CONTAMINATED = "contaminated"
    TEMPERATURE = "temperature"
    RECALLED = "recalled"
    LOST = "lost"
    OTHER = "other"

    @property
    def leaves_goods(self) -> bool:
        """Whether there is still something to destroy."""
        return self is not LossReason.LOST


class WriteOffState(StrEnum):
    """Life of a write-off."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    REVERSED = "reversed"


OPEN = (WriteOffState.DRAFT, WriteOffState.SUBMITTED)


class DestructionMethod(StrEnum):
    """How goods were destroyed (销毁方式)."""

    INCINERATION = "incineration"
    CRUSHING = "crushing"
    DILUTION = "dilution"
    CONTRACTOR = "contractor"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A written-off line as it waits: how much is left of it, since which day, and what it is."""

    line_id: int
    item_name: str
    left: int
    since: date
    is_coded: bool
    is_controlled: bool


def needs_words(reason: LossReason, note: str) -> bool:
    """Say whether the reason alone tells nothing and no words were added."""
    return reason is LossReason.OTHER and not note.strip()


def is_day_of_destruction(day: date, goods: Iterable[Waiting], *, today: date) -> bool:
    """Say whether these goods can have been destroyed that day: all written off, none ahead."""
    return day <= today and all(one.since <= day for one in goods)


def split_coded(one: Waiting, quantity: int) -> bool:
    """Say whether coded packs of a line would be torn apart; they go all together."""
    return one.is_coded and quantity != one.left


def needs_authority(goods: Iterable[Waiting], name: str, position: str) -> bool:
    """Say whether the health authority's witness is missing.

    Source: 《麻醉药品和精神药品管理条例》 art. 61: expired or damaged controlled medicines are
    destroyed under the supervision of the county's health authority.
    """
    return any(one.is_controlled for one in goods) and not (name.strip() and position.strip())
