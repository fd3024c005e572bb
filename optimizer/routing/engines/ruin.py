"""Ruin and recreate: take strings of neighbouring visits out, put them back better, anneal.

After Christiaens and Vanden Berghe, "Slack induction by string removals for vehicle routing
problems" (Transportation Science, 2020), with whole runs ruined now and then so that vehicles
can be saved.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import count, islice
from math import log
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from optimizer.routing.budget import Budget
from optimizer.routing.drafting import Draft
from optimizer.routing.engines.ground import Ground, survey
from optimizer.routing.engines.tours import NOBODY, Tours
from optimizer.routing.problem import Problem
from optimizer.routing.visits import Visit

LONGEST_STRING = 10
USUAL_REMOVAL = 12
WHOLE_RUN_SHARE = 0.1
HOT, COLD = 2e-2, 1e-4
"""First and last temperature, as shares of the current cost."""


def search(
    problem: Problem,
    visits: Sequence[Visit],
    budget: Budget,
    *,
    start: Draft,
    found: Callable[[Draft], None],
) -> None:
    """Improve the draft ``start`` until the budget is spent; report every better draft.

    It knows room, windows, shifts, skills and prices; a day bound by more it leaves to others.
    """
    if not problem.is_plain:
        return
    began = monotonic()
    ground = survey(problem, visits)
    index_of = {visit.order_ids: index for index, visit in enumerate(visits)}
    order = [vehicle.id for vehicle in problem.vehicles]
    current = Tours(
        ground, [[index_of[one.order_ids] for one in start.get(name, ())] for name in order]
    )
    chance = np.random.default_rng(budget.seed)
    sorting = _sortings(ground)
    best = current.total
    for heat in _heats(budget, began):
        trial = current.copy()
        _ruin(trial, chance)
        _recreate(trial, sorting, chance)
        total = trial.total
        if total < current.total * (1 - heat * log(1 - chance.random())):
            current = trial
        if total < best:
            best = total
            found(
                {
                    name: [visits[index] for index in sequence]
                    for name, sequence in zip(order, trial.sequences, strict=True)
                }
            )


def _heats(budget: Budget, began: float) -> Iterator[float]:
    """Yield the temperature of each step until the budget is spent."""
    for step in islice(count(), budget.steps):
        spent = (monotonic() - began) / budget.seconds
        if spent >= 1:
            return
        share = spent if budget.steps is None else step / budget.steps
        yield HOT * (COLD / HOT) ** share


def _ruin(tours: Tours, chance: np.random.Generator) -> None:
    seed = int(chance.integers(tours.ground.visit_count))
    driven = [len(sequence) for sequence in tours.sequences if sequence]
    if not driven:
        return
    longest = min(LONGEST_STRING, sum(driven) / len(driven))
    strings = int(chance.uniform(1, 4 * USUAL_REMOVAL / (1 + longest)))
    whole = chance.random() < WHOLE_RUN_SHARE
    ruined: set[int] = set()
    for visit in tours.ground.near[seed]:
        vehicle = tours.vehicle_of[visit]
        if vehicle != NOBODY and vehicle not in ruined:
            length = len(tours.sequences[vehicle])
            if whole and not ruined:
                tours.remove(vehicle, 0, length)
            else:
                size = int(chance.uniform(1, 1 + min(length, longest)))
                place = tours.sequences[vehicle].index(visit)
                first = chance.integers(max(0, place - size + 1), min(place, length - size) + 1)
                tours.remove(vehicle, int(first), size)
            ruined.add(vehicle)
            if len(ruined) >= strings:
                return


def _sortings(ground: Ground) -> list[NDArray[np.float64]]:
    """Return sort keys for putting visits back: the hardest, heaviest, farthest … first."""
    count_ = ground.visit_count
    far = ground.nodes.seconds[count_:, :count_].min(axis=0).astype(float)
    heavy = ground.loads.sum(axis=1).astype(float)
    scarce = ground.able.sum(axis=0).astype(float)
    closing = np.array([windows[-1][1] for windows in ground.windows[:count_]], dtype=float)
    return [-heavy, -heavy, -far, far, closing, scarce]


def _recreate(
    tours: Tours, sortings: list[NDArray[np.float64]], chance: np.random.Generator
) -> None:
    absent = np.array(tours.absent)
    choice = int(chance.integers(len(sortings) + 2))
    keys = sortings[choice][absent] if choice < len(sortings) else chance.random(len(absent))
    for visit in absent[np.argsort(keys, kind="stable")].tolist():
        tours.insert(visit, chance)
