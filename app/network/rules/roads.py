"""What every source of road figures is asked, and what it answers (道路数据).

A drive is whole seconds and whole metres. Tables are arrays with a row for each place one
leaves and a column for each place one reaches; ``UNKNOWN`` stands where nothing is known.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.kernel.ids import FacilityId

UNKNOWN = -1
VAN = "van"
"""The profile of the fleet's vehicles; figures of other profiles are kept apart."""

MOST_PLACES = 100
"""As many places as an OSRM server takes in one question."""
_HALF = MOST_PLACES // 2
_FAR = np.int64(2**40)

Grid = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadPoint:
    """A place as roads know it: WGS-84 degrees, altitude where known, township as sector."""

    id: FacilityId
    latitude: float
    longitude: float
    altitude_metres: int | None
    township: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadTable:
    """Drives from some places to others."""

    metres: Grid
    seconds: Grid


class RoadSource(Protocol):
    """Where figures come from: entered drives, a table service, or the great circle."""

    @property
    def name(self) -> str:
        """Name and version of the data: what a plan is traced to."""
        ...

    def table(self, origins: Sequence[RoadPoint], targets: Sequence[RoadPoint]) -> RoadTable:
        """Return the drives from each origin to each target."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive:
    """One drive by road."""

    origin_id: FacilityId
    target_id: FacilityId
    seconds: int
    metres: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EnteredDrives:
    """Drives somebody entered or a service told, as a source like any other."""

    name: str
    drives: Sequence[Drive]

    def table(self, origins: Sequence[RoadPoint], targets: Sequence[RoadPoint]) -> RoadTable:
        """Return what was entered; the rest is unknown."""
        rows = {point.id: row for row, point in enumerate(origins)}
        columns = {point.id: column for column, point in enumerate(targets)}
        table = nothing_known(len(origins), len(targets))
        for drive in self.drives:
            row, column = rows.get(drive.origin_id), columns.get(drive.target_id)
            if row is not None and column is not None:
                table.metres[row, column] = drive.metres
                table.seconds[row, column] = drive.seconds
        return table


def nothing_known(rows: int, columns: int) -> RoadTable:
    """Return a table without any figure."""
    shape = (rows, columns)
    return RoadTable(
        metres=np.full(shape, UNKNOWN, dtype=np.int64),
        seconds=np.full(shape, UNKNOWN, dtype=np.int64),
    )


def filled(table: RoadTable, source: RoadTable) -> int:
    """Fill what is unknown in ``table`` from ``source``; return how many drives that gave."""
    news = (table.seconds == UNKNOWN) & (source.seconds != UNKNOWN)
    table.seconds[news], table.metres[news] = source.seconds[news], source.metres[news]
    return int(news.sum())


def shortest(table: RoadTable) -> RoadTable:
    """Return the quickest ways of a square table, by other places where that is quicker.

    Figures of several sources, or calibrated ones, need not agree: without this a plan would
    find shortcuts that exist only between two sources.
    """
    unknown = table.seconds == UNKNOWN
    seconds, metres = np.where(unknown, _FAR, table.seconds), np.where(unknown, 0, table.metres)
    for by in range(len(seconds)):
        way = seconds[:, by, None] + seconds[None, by, :]
        better = way < seconds
        if better.any():
            seconds[better] = way[better]
            metres[better] = (metres[:, by, None] + metres[None, by, :])[better]
    apart = seconds >= _FAR
    seconds[apart], metres[apart] = UNKNOWN, UNKNOWN
    return RoadTable(metres=metres, seconds=seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Places to ask a table service about at once."""

    origins: tuple[FacilityId, ...]
    targets: tuple[FacilityId, ...]


def blocks_of(missing: Mapping[FacilityId, frozenset[FacilityId]]) -> Iterator[Block]:
    """Split missing drives, targets by origin, into questions of at most 100 places.

    Origins that lack the same targets share questions, so a new place costs its own row and
    its own column, and what is known is not asked for again. Nobody lacks the drive to itself,
    so it may be asked for along with others.
    """
    usual = Counter(wanted for one, ends in missing.items() for wanted in (ends, ends | {one}))
    alike: dict[frozenset[FacilityId], list[FacilityId]] = {}
    for origin, ends in sorted(missing.items()):
        with_itself = ends | {origin}
        alike.setdefault(max(ends, with_itself, key=usual.__getitem__), []).append(origin)
    for wanted, origins in alike.items():
        # One new column of two hundred rows is three questions, not five.
        width = min(len(wanted), max(_HALF, MOST_PLACES - len(origins)))
        for rows in _chunks(origins, MOST_PLACES - width):
            for columns in _chunks(sorted(wanted), width):
                yield Block(origins=rows, targets=columns)


def _chunks(ids: Sequence[FacilityId], size: int) -> Iterator[tuple[FacilityId, ...]]:
    for start in range(0, len(ids), size):
        yield tuple(ids[start : start + size])
