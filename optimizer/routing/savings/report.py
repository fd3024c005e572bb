"""The figures of many days as a report: medians with their 10-90 % band, and the split.

Every saving is a share of the baseline. Three are shown, from the mildest to the strictest:

* ``transport``: vehicles and drivers only, nothing charged for the shared store;
* ``full``, the headline: the shared store's handling is charged to the unified side, and the
  way of the goods to the county to both sides at the same price;
* ``strict``: that way is charged to the unified side only, as if each supplier's goods were in
  the county town for nothing when it delivers alone.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from optimizer.routing.savings.sides import Side
from optimizer.routing.savings.study import DayFigures, Study

GOAL = 0.30
LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9
PLACES = 4


@dataclass(frozen=True, slots=True)
class Band:
    """The median of many days, and what one day in ten stays below and above."""

    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """What one number of suppliers would save by delivering together."""

    suppliers: int
    full: Band
    strict: Band
    transport: Band
    kilometres: Band
    hand_overs: Band
    days_at_goal: int
    hub_fen_per_line_at_goal: Band
    """What handling a line at the shared store might cost for the goal to hold just yet."""
    separate: Side
    separate_fen: int
    unified_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the split: what it adds to the cost of all days, and the cost after it."""

    name: str
    change_fen: int
    after_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything a page or a table shows; sums are over all days."""

    days: tuple[DayFigures, ...]
    headline: int
    savings: tuple[Saving, ...]
    goal_reached_at: int | None
    """The smallest number of suppliers whose median saves 30 %; None: none of those asked."""
    goal_surely_at: int | None
    """The smallest at which nine days in ten do."""
    goal_strictly_at: int | None
    """The smallest at which the strict saving's median does."""
    split: tuple[Step, ...]
    unified: Side
    unified_nearest: Side
    fetching: Side
    recorded: Side | None
    hub_fen: int
    haul_fen: int


def report(study: Study, days: Sequence[DayFigures]) -> Report:
    """Return the report of a study's figures."""
    savings = tuple(_saving(days, count) for count in sorted(study.counts))
    recorded = [day.recorded for day in days if day.recorded is not None]
    return Report(
        days=tuple(days),
        headline=study.headline,
        savings=savings,
        goal_reached_at=_first(one.suppliers for one in savings if one.full.median >= GOAL),
        goal_surely_at=_first(one.suppliers for one in savings if one.full.low >= GOAL),
        goal_strictly_at=_first(one.suppliers for one in savings if one.strict.median >= GOAL),
        split=_split(days, study.headline),
        unified=_all(day.unified for day in days),
        unified_nearest=_all(day.unified_nearest for day in days),
        fetching=_all(day.fetching for day in days),
        recorded=_all(recorded) if len(recorded) == len(days) else None,
        hub_fen=sum(day.hub_fen for day in days),
        haul_fen=sum(day.haul_fen[study.headline] for day in days),
    )


def _first(counts: Iterable[int]) -> int | None:
    return min(counts, default=None)


def _all(sides: Iterable[Side]) -> Side:
    return sum(sides, start=Side())


def _saving(days: Sequence[DayFigures], count: int) -> Saving:
    full = [
        _share(day.separate[count].transport_fen + day.haul_fen[count], _unified_fen(day, count))
        for day in days
    ]
    return Saving(
        suppliers=count,
        full=band(full),
        strict=band(
            _share(day.separate[count].transport_fen, _unified_fen(day, count)) for day in days
        ),
        transport=band(
            _share(day.separate[count].transport_fen, day.unified.transport_fen) for day in days
        ),
        kilometres=band(_share(day.separate[count].metres, day.unified.metres) for day in days),
        hand_overs=band(_share(day.separate[count].stops, day.unified.stops) for day in days),
        days_at_goal=sum(share >= GOAL for share in full),
        hub_fen_per_line_at_goal=band(_handling_at_goal(day, count) for day in days),
        separate=_all(day.separate[count] for day in days),
        separate_fen=sum(day.separate[count].transport_fen + day.haul_fen[count] for day in days),
        unified_fen=sum(_unified_fen(day, count) for day in days),
    )


def _unified_fen(day: DayFigures, count: int) -> int:
    return day.unified.transport_fen + day.hub_fen + day.haul_fen[count]


def _share(baseline: int, actual: int) -> float:
    return (baseline - actual) / baseline if baseline else 0.0


def _handling_at_goal(day: DayFigures, count: int) -> float:
    baseline = day.separate[count].transport_fen + day.haul_fen[count]
    left = (1 - GOAL) * baseline - day.unified.transport_fen - day.haul_fen[count]
    return left / day.lines if day.lines else 0.0


def _split(days: Sequence[DayFigures], count: int) -> tuple[Step, ...]:
    """Return how the cost of all days falls from today's way to the unified one.

    Optimisation comes first, at the suppliers who still deliver alone; what follows is
    consolidation, optimised against optimised. The headline counts consolidation only.
    """
    haul = sum(day.haul_fen[count] for day in days)
    nearest = _all(day.separate_nearest for day in days).transport_fen + haul
    separate = _all(day.separate[count] for day in days).transport_fen + haul
    unified = _all(day.unified for day in days).transport_fen + haul
    hub = sum(day.hub_fen for day in days)
    return (
        Step(name="status-quo", change_fen=nearest, after_fen=nearest),
        Step(name="optimisation", change_fen=separate - nearest, after_fen=separate),
        Step(name="consolidation", change_fen=unified - separate, after_fen=unified),
        Step(name="hub", change_fen=hub, after_fen=unified + hub),
    )


def band(values: Iterable[float]) -> Band:
    """Return median and 10-90 % band, interpolated linearly between neighbouring values."""
    ranked = sorted(values)
    return Band(*(round(_quantile(ranked, share), PLACES) for share in (LOW, MIDDLE, HIGH)))


def _quantile(ranked: Sequence[float], share: float) -> float:
    place = share * (len(ranked) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ranked) - 1)
    return ranked[below] + (ranked[above] - ranked[below]) * (place - below)
