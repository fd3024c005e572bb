"""Policy of replenishment over plain values: how a place is served, what is near its expiry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.kernel.ids import ItemId
from app.kernel.quantities import packs_for
from optimizer.replenishment.levels import Limits, Position, Terms, reorder

CYCLE_DAYS = 28
"""An order shall last four weeks, so that each item is not ordered with every delivery."""
SERVICE_PERCENT = 95
"""In so many of a hundred cycles stock shall not run out."""
SUPPLIER_LEAD_DAYS = 14
"""From the centre's order to its receipt; suppliers are measured by purchasing."""
WEEK = 7
LEAST_WEEKS, MOST_WEEKS = 26, 156
"""How much history a forecast looks at: three years show two seasons and their trend."""
NEAR_MONTHS = (9, 6, 3, 1)
DAYS_IN_MONTH = 30


class AlertKind(StrEnum):
    """Which list a row stands on (预警类别)."""

    NEAR_EXPIRY = "near_expiry"
    LOW_STOCK = "low_stock"
    OVER_STOCK = "over_stock"
    PROPOSALS = "proposals"


def days_between_deliveries(weekdays: Sequence[int]) -> int:
    """Return the longest gap between two served weekdays; a week where none is known.

    Whoever orders right after the cut-off waits that long.
    """
    served = sorted(set(weekdays))
    if not served:
        return WEEK
    later = [*served[1:], served[0] + WEEK]
    return max(after - before for before, after in zip(served, later, strict=True))


def terms_of(lead_days: int, *, service_percent: int = SERVICE_PERCENT) -> Terms:
    """Return how a place with this lead time is kept."""
    return Terms(lead_days=lead_days, cycle_days=CYCLE_DAYS, service_level=service_percent / 100)


def weeks_of_history(first_use: date | None, today: date) -> int:
    """Return how many whole weeks before ``today`` to look at."""
    if first_use is None:
        return LEAST_WEEKS
    return min(MOST_WEEKS, max(LEAST_WEEKS, (today - first_use).days // WEEK))


def weeks_before(today: date, weeks: int) -> list[tuple[date, int]]:
    """Return the last ``weeks`` weeks that end before ``today``, oldest first."""
    return [(today - timedelta(days=WEEK * back), WEEK) for back in range(weeks, 0, -1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityNeed:
    """What one facility has, awaits, keeps and lacks of an item, in base units.

    ``coming`` is granted and not received; ``asked`` was asked for and is not granted.
    """

    facility: str
    per_month: int
    minimum: int
    maximum: int
    usable: int
    coming: int
    asked: int
    units_per_pack: int

    @property
    def proposed(self) -> int:
        """What it should ask for beside that: up to its maximum, nothing above its minimum."""
        position = Position(usable=self.usable, coming=self.coming, asked=self.asked)
        kept = Limits(safety=0, minimum=self.minimum, maximum=self.maximum)
        return reorder(position, kept, self.units_per_pack)

    @property
    def lacking(self) -> int:
        """What it will ask the centre for."""
        return self.asked + self.proposed


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreStock:
    """One item at the centre, in base units: free, not yet on the shelf, ordered and not come."""

    available: int
    arriving: int
    on_order: int

    @property
    def total(self) -> int:
        """Everything that will be free there without another order."""
        return self.available + self.arriving + self.on_order


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What the centre must buy of an item for the county, with every piece of the sum.

    ``keep`` covers the county's forecast use until the order after this one has come.
    """

    item_id: ItemId
    per_month: int
    wape: float | None
    keep: int
    minimum: int
    stock: CentreStock
    facilities: tuple[FacilityNeed, ...]
    units_per_pack: int

    @property
    def lacking(self) -> int:
        """What facilities will ask for; one facility's surplus does not fill another's gap."""
        return sum(each.lacking for each in self.facilities)

    @property
    def required(self) -> int:
        """What facilities lack, plus what the centre should keep."""
        return self.lacking + self.keep

    @property
    def net(self) -> int:
        """What is to be bought, in base units."""
        return max(0, self.required - self.stock.total)

    @property
    def packs(self) -> int:
        """What is to be bought, in whole sales packs."""
        return packs_for(self.net, self.units_per_pack)

    @property
    def quantity(self) -> int:
        """The whole packs in base units."""
        return self.packs * self.units_per_pack

    @property
    def urgent(self) -> bool:
        """Whether the centre falls to its minimum with all that is ordered."""
        return self.keep > 0 and self.stock.total - self.lacking <= self.minimum


WIDE, TALL, FOOT = 720.0, 180.0, 24.0
"""Units of the drawing: its width, the height of the field, and of the dates below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """History, forecast and interval as SVG points, and a few marks to read them by."""

    used: str
    expected: str
    interval: str
    now: float
    marks: tuple[tuple[float, str], ...]
    most: float


@dataclass(frozen=True, slots=True)
class Expected:
    """A week's forecast and its interval."""

    since: date
    expected: float
    low: float
    high: float


def draw(used: Sequence[tuple[date, float]], ahead: Sequence[Expected]) -> Drawing:
    """Lay weeks out from left to right, the forecast after the history, zero at the bottom."""
    most = max([1.0, *(amount for _, amount in used), *(week.high for week in ahead)])
    step = WIDE / max(1, len(used) + len(ahead) - 1)

    def at(week: int, amount: float) -> str:
        return f"{week * step:.1f},{TALL - TALL * amount / most:.1f}"

    first = len(used)
    high = [at(first + week, point.high) for week, point in enumerate(ahead)]
    low = [at(first + week, point.low) for week, point in enumerate(ahead)]
    days = [*(day for day, _ in used), *(point.since for point in ahead)]
    return Drawing(
        used=" ".join(at(week, amount) for week, (_, amount) in enumerate(used)),
        expected=" ".join(at(first + week, point.expected) for week, point in enumerate(ahead)),
        interval=" ".join([*high, *reversed(low)]),
        now=round(first * step, 1),
        marks=tuple((round(week * step, 1), f"{days[week]:%Y-%m}") for week in range(0, first, 13)),
        most=most,
    )
