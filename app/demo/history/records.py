"""What a simulated year consists of."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

STOCK = "stock"
PATIENT = "patient"
SUPPLIER = "supplier"
STAGING = "staging"
RECEIVING = "receiving"


@dataclass(frozen=True, slots=True, kw_only=True)
class LotPlan:
    """A lot of an item; ``number`` is unique within the county."""

    item: str
    number: str
    made_on: date
    expires_on: date
    received_on: date
    cost_fen: int
    held_since: datetime | None = None


class Movement(NamedTuple):
    """Stock of one lot goes from one place to another; roles name the place at a facility."""

    at: datetime
    kind: str
    item: str
    lot: str
    source: tuple[str, str]
    target: tuple[str, str]
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Base units of one lot."""

    lot: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveredLine:
    """What one delivery brought of an item, and what had been asked for, in base units."""

    facility: str
    week: int
    item: str
    stock_before: int
    monthly: int
    asked: int
    portions: tuple[Portion, ...]

    @property
    def delivered(self) -> int:
        """Base units that arrived."""
        return sum(portion.quantity for portion in self.portions)


@dataclass(slots=True, kw_only=True)
class ItemYear:
    """One item's year: its lots, every movement, recent deliveries, and what is left where."""

    item: str
    lots: list[LotPlan] = field(default_factory=list)
    movements: list[Movement] = field(default_factory=list)
    lines: list[DeliveredLine] = field(default_factory=list)
    left: dict[str, list[Portion]] = field(default_factory=dict)
