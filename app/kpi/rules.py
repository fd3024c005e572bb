"""Indicators as plain arithmetic; definitions stand in docs/kpi.md."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Rate:
    """A share that keeps what it was made of; without a denominator there is no value."""

    numerator: int
    denominator: int

    @property
    def value(self) -> float | None:
        """The share as a fraction, or None."""
        return self.numerator / self.denominator if self.denominator else None

    @property
    def percent(self) -> float | None:
        """The share in percent with one decimal, or None."""
        return None if self.value is None else round(self.value * 100, 1)

    def __add__(self, other: "Rate") -> "Rate":
        """Add numerators and denominators, never percentages."""
        return Rate(self.numerator + other.numerator, self.denominator + other.denominator)


NOTHING = Rate(0, 0)


def total(rates: Iterable[Rate]) -> Rate:
    """Return the rate of all parts together."""
    return sum(rates, NOTHING)


@dataclass(frozen=True, slots=True)
class Saving:
    """What shared delivery used, and what every facility fetching alone would have used."""

    actual: int
    baseline: int

    @property
    def percent(self) -> float | None:
        """Saved share of the baseline in percent with one decimal (配送成本降幅)."""
        if self.baseline == 0:
            return None
        return round((self.baseline - self.actual) / self.baseline * 100, 1)


def days_until(last: date, count: int) -> list[date]:
    """Return ``count`` days that end with ``last``, oldest first."""
    return [last - timedelta(days=back) for back in range(count - 1, -1, -1)]
