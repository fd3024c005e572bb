"""Time a piece of work beside its floor, in turns, so that both meet the same machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import Any

from sqlalchemy import Engine, event


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table; seconds are medians, ``most`` is what the issue allows."""

    name: str
    ours: float
    floor: float
    most: str
    note: str = ""

    def __str__(self) -> str:
        return (
            f"{self.ours / self.floor:10.2f}  {self.ours * 1e3:10.1f}  {self.floor * 1e3:10.1f}"
            f"  {self.most:>10}  {self.name}{self.note and f' ({self.note})'}"
        )


@dataclass(slots=True)
class Statements:
    """What the database was asked meanwhile, and how long it took to answer."""

    count: int = 0
    seconds: float = 0
    began: float = field(default=0, repr=False)


def in_turns(
    ours: Callable[[int], object], floor: Callable[[int], object], turns: int
) -> tuple[float, float]:
    """Run both by turns; return the median seconds of each.

    Each goes first every other time: whoever does finds the pages it needs in no cache.
    """
    works = (ours, floor)
    taken: tuple[list[float], list[float]] = ([], [])
    for turn in range(turns):
        for which in (turn % 2, 1 - turn % 2):
            taken[which].append(_timed(works[which], turn))
    return median(taken[0]), median(taken[1])


def _timed(work: Callable[[int], object], turn: int) -> float:
    began = perf_counter()
    work(turn)
    return perf_counter() - began


@contextmanager
def asked(engine: Engine) -> Iterator[Statements]:
    """Count the statements of a block and the time until each was answered."""
    told = Statements()

    def before(*_: Any) -> None:
        told.began = perf_counter()

    def after(*_: Any) -> None:
        told.count += 1
        told.seconds += perf_counter() - told.began

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    yield told
    event.remove(engine, "before_cursor_execute", before)
    event.remove(engine, "after_cursor_execute", after)
