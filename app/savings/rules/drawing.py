"""Where the lines and bars of the page's charts stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDE, TALL = 640, 220
LEFT, TOP, BOTTOM = 44, 16, 30
GOAL = 0.30
STEP = 0.1


@dataclass(frozen=True, slots=True)
class Mark:
    """A number of suppliers: band from ``high`` to ``low``, median, and that of transport only."""

    x: float
    high: float
    low: float
    median: float
    transport: float
    suppliers: int
    text: str


@dataclass(frozen=True, slots=True)
class Bands:
    """The chart of savings by number of suppliers."""

    marks: tuple[Mark, ...]
    lines: tuple[tuple[float, str], ...]
    goal: float
    zero: float


@dataclass(frozen=True, slots=True)
class Fall:
    """A bar of the split: where it begins and ends in percent of the dearest."""

    name: str
    start: float
    width: float
    change_fen: int
    after_fen: int
    series: int


def bands_of(savings: Sequence[Mapping[str, Any]]) -> Bands:
    """Return the chart; its scale holds every band, zero and the goal."""
    shares = [one[kind][end] for one in savings for kind, end in _ENDS]
    least = _floor(min(*shares, 0.0))
    most = -_floor(-max(*shares, GOAL))

    def at(share: float) -> float:
        return round(TOP + (TALL - TOP - BOTTOM) * (most - share) / (most - least), 1)

    wide = (WIDE - LEFT) / len(savings)
    steps = round((most - least) / STEP)
    marks = tuple(
        Mark(
            x=round(LEFT + (number + 0.5) * wide, 1),
            high=at(one["full"]["high"]),
            low=at(one["full"]["low"]),
            median=at(one["full"]["median"]),
            transport=at(one["transport"]["median"]),
            suppliers=one["suppliers"],
            text=f"{one['full']['median']:.1%}",
        )
        for number, one in enumerate(savings)
    )
    every = 1 if steps <= _MOST_LINES else 2
    lines = tuple(
        (at(least + step * STEP), f"{least + step * STEP:.0%}")
        for step in range(0, steps + 1, every)
    )
    return Bands(marks=marks, lines=lines, goal=at(GOAL), zero=at(0.0))


_ENDS = (("full", "low"), ("full", "high"), ("transport", "median"))
_MOST_LINES = 8


def _floor(share: float) -> float:
    steps = int(share / STEP)
    return STEP * (steps - (share < steps * STEP))


def falls_of(split: Sequence[Mapping[str, Any]]) -> tuple[Fall, ...]:
    """Return the bars of the split, the status quo first and what remains last."""
    dearest = max(step["after_fen"] for step in split) or 1
    falls = [_fall(step, dearest) for step in split]
    last = split[-1]["after_fen"]
    whole = {"name": "unified", "change_fen": last, "after_fen": last}
    return (*falls, _fall(whole, dearest))


def _fall(step: Mapping[str, Any], dearest: int) -> Fall:
    change, after = step["change_fen"], step["after_fen"]
    begin = min(after, after - change)
    return Fall(
        name=step["name"],
        start=round(100 * begin / dearest, 2),
        width=round(100 * abs(change) / dearest, 2),
        change_fen=change,
        after_fen=after,
        series=_SERIES[step["name"]],
    )


_SERIES = {"status-quo": 4, "optimisation": 2, "consolidation": 1, "hub": 3, "unified": 4}
