"""A whole solution under change: where a visit fits, and what it costs there."""

from collections.abc import Sequence
from copy import copy
from itertools import pairwise

import numpy as np

from optimizer.routing.engines.ground import NEVER, Ground
from optimizer.routing.problem import Grid

NOBODY = -1
BLINK_SHARE = 0.01

Windows = list[tuple[int, int]]


class Tours:
    """The visiting order of every vehicle.

    For each place between two nodes of a run, padded arrays hold, one row a vehicle: the node
    before and after, when service at the first begins at the earliest, when it must begin at
    the second at the latest, and what the arc costs. Whether and where a further visit fits
    is then one comparison over all places of all runs at once.
    """

    def __init__(self, ground: Ground, sequences: Sequence[Sequence[int]]) -> None:
        """Start from the given visiting orders, one a vehicle."""
        self.ground = ground
        self.sequences = [list(sequence) for sequence in sequences]
        self.vehicle_of = [NOBODY] * ground.visit_count
        shape = (len(sequences), ground.visit_count + 1)
        self.before, self.after, self.ready, self.gap = (
            np.zeros(shape, dtype=np.int64) for _ in range(4)
        )
        self.latest = np.full(shape, NOBODY, dtype=np.int64)
        self.room = ground.rooms.copy()
        self.costs = [0] * len(sequences)
        for vehicle, sequence in enumerate(self.sequences):
            for visit in sequence:
                self.vehicle_of[visit] = vehicle
                self.room[vehicle] -= ground.loads[visit]
            self._refresh(vehicle)

    def copy(self) -> "Tours":
        """Return a twin that can change on its own."""
        twin = copy(self)
        twin.sequences = [list(sequence) for sequence in self.sequences]
        twin.vehicle_of, twin.costs = list(self.vehicle_of), list(self.costs)
        for name in ("before", "after", "ready", "gap", "latest", "room"):
            setattr(twin, name, getattr(self, name).copy())
        return twin

    @property
    def absent(self) -> list[int]:
        """The visits that nobody makes."""
        return [visit for visit, vehicle in enumerate(self.vehicle_of) if vehicle == NOBODY]

    @property
    def total(self) -> int:
        """The cost of all runs and the price of the absent visits, in 1/3600 fen."""
        return sum(self.costs) + sum(self.ground.penalty[visit] for visit in self.absent)

    def remove(self, vehicle: int, first: int, count: int) -> None:
        """Take ``count`` visits out of a run, from its ``first``-th on."""
        sequence = self.sequences[vehicle]
        for visit in sequence[first : first + count]:
            self.vehicle_of[visit] = NOBODY
            self.room[vehicle] += self.ground.loads[visit]
        del sequence[first : first + count]
        self._refresh(vehicle)

    def insert(self, visit: int, chance: np.random.Generator) -> None:
        """Put an absent visit where it costs least, overlooking a place now and then."""
        width = 1 + max(map(len, self.sequences))
        detour = self._detours(visit, width)
        detour[chance.random(detour.shape) < BLINK_SHARE] = NEVER
        vehicle, place = divmod(int(detour.argmin()), width)
        if detour[vehicle, place] < NEVER:
            self.sequences[vehicle].insert(place, visit)
            self.vehicle_of[visit] = vehicle
            self.room[vehicle] -= self.ground.loads[visit]
            self._refresh(vehicle)

    def _detours(self, visit: int, width: int) -> Grid:
        """Return what the visit costs at each place; where it does not fit, more than ever."""
        ground = self.ground
        before, after = self.before[:, :width], self.after[:, :width]
        seconds = ground.nodes.seconds
        start = _openings(ground.windows[visit], self.ready[:, :width] + seconds[before, visit])
        fits = start + seconds[visit, after] <= self.latest[:, :width]
        fits &= (ground.able[:, visit] & (self.room >= ground.loads[visit]).all(axis=1))[:, None]
        card, price = ground.card[:, None], ground.price
        detour = price[card, before, visit] + price[card, visit, after] - self.gap[:, :width]
        detour[:, 0] += np.where([not sequence for sequence in self.sequences], ground.fixed, 0)
        return np.where(fits, detour, NEVER)

    def _refresh(self, vehicle: int) -> None:
        start, end = self.ground.ends[vehicle]
        path = [start, *self.sequences[vehicle], end]
        size = len(path) - 1
        ready = self._forward(path, self.ground.shifts[vehicle][0])
        latest = self._backward(path, self.ground.shifts[vehicle][1])
        self.before[vehicle, :size] = path[:-1]
        self.after[vehicle, :size] = path[1:]
        self.ready[vehicle, :size] = ready[:-1]
        self.latest[vehicle, :size] = latest[1:]
        self.latest[vehicle, size:] = NOBODY
        self.gap[vehicle, :size] = gaps = self._prices(vehicle, path)
        self.costs[vehicle] = 0
        if size > 1:
            leave = self._backward(path, ready[-1])[0]
            busy = sum(self.ground.seconds[here][there] for here, there in pairwise(path))
            waiting = (ready[-1] - leave - busy) * self.ground.hour[vehicle]
            self.costs[vehicle] = int(gaps.sum() + self.ground.fixed[vehicle]) + waiting

    def _prices(self, vehicle: int, path: list[int]) -> Grid:
        prices: Grid = self.ground.price[self.ground.card[vehicle], path[:-1], path[1:]]
        return prices

    def _forward(self, path: list[int], clock: int) -> list[int]:
        moments = [clock]
        for here, there in pairwise(path):
            clock = _opening(self.ground.windows[there], clock + self.ground.seconds[here][there])
            moments.append(clock)
        return moments

    def _backward(self, path: list[int], clock: int) -> list[int]:
        moments = [clock]
        for there, here in pairwise(reversed(path)):
            clock = _closing(self.ground.windows[here], clock - self.ground.seconds[here][there])
            moments.append(clock)
        moments.reverse()
        return moments


def _opening(windows: Windows, moment: int) -> int:
    for first, last in windows:
        if moment <= last:
            return max(moment, first)
    return NEVER


def _closing(windows: Windows, moment: int) -> int:
    for first, last in reversed(windows):
        if first <= moment:
            return min(moment, last)
    return NOBODY


def _openings(windows: Windows, moments: Grid) -> Grid:
    starts = np.full_like(moments, NEVER)
    for first, last in reversed(windows):
        starts = np.where(moments <= last, np.maximum(moments, first), starts)
    return starts
