"""Parts of a plan that lie together, so that each can be improved by itself on its own core."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optimizer.routing.crew import Day, Part, Sequences


class Map:
    """How far apart the visits of a day are, both ways together."""

    def __init__(self, day: Day) -> None:
        """Measure the day."""
        rows = np.array([day.problem.row_of[visit.site_id] for visit in day.visits])
        seconds = day.problem.roads.grids[1][np.ix_(rows, rows)]
        self._day = day
        self._apart = (seconds + seconds.T).astype(np.float64)

    def parts(
        self, sequences: Sequences, count: int, size: int, chance: np.random.Generator
    ) -> list[Part]:
        """Return so many parts of whole runs, each of about ``size`` visits around one of them.

        The first part lies around a run chosen by chance, each further one around the run
        farthest from those before. Vehicles that stay at home, and visits nobody makes, are
        dealt out among the parts.
        """
        names = [name for name, sequence in sequences.items() if sequence]
        apart = self._between([sequences[name] for name in names])
        free = set(range(len(names)))
        centres: list[int] = []
        chosen: list[list[int]] = []
        for _ in range(min(count, len(names))):
            if not free:
                break
            centre = self._centre(apart, centres, sorted(free), chance)
            centres.append(centre)
            taken = self._around(
                apart[centre], [len(sequences[name]) for name in names], free, size
            )
            free -= set(taken)
            chosen.append(taken)
        return self._as_parts([[names[run] for run in runs] for runs in chosen], sequences)

    def _between(self, runs: Sequence[Sequence[int]]) -> NDArray[np.float64]:
        """Return how far runs are from each other: the mean over their visits."""
        member = np.zeros((len(runs), len(self._apart)))
        for place, run in enumerate(runs):
            member[place, list(run)] = 1 / len(run)
        between: NDArray[np.float64] = member @ self._apart @ member.T
        return between

    @staticmethod
    def _centre(
        apart: NDArray[np.float64],
        centres: list[int],
        free: list[int],
        chance: np.random.Generator,
    ) -> int:
        if not centres:
            return int(chance.choice(free))
        nearest = apart[np.ix_(centres, free)].min(axis=0)
        return free[int(nearest.argmax())]

    @staticmethod
    def _around(
        distance: NDArray[np.float64], lengths: Sequence[int], free: set[int], size: int
    ) -> list[int]:
        taken: list[int] = []
        total = 0
        for run in np.argsort(distance, kind="stable").tolist():
            if run in free and (not taken or total + lengths[run] <= size):
                taken.append(run)
                total += lengths[run]
        return taken

    def _as_parts(self, chosen: Sequence[Sequence[str]], sequences: Sequences) -> list[Part]:
        made = {number for sequence in sequences.values() for number in sequence}
        left = [number for number in range(len(self._day.visits)) if number not in made]
        idle = [one.id for one in self._day.problem.vehicles if not sequences.get(one.id)]
        count = len(chosen)
        return [
            Part(
                visits=tuple(
                    sorted(
                        [
                            *(number for name in runs for number in sequences[name]),
                            *left[place::count],
                        ]
                    )
                ),
                vehicles=frozenset([*runs, *idle[place::count]]),
            )
            for place, runs in enumerate(chosen)
        ]
