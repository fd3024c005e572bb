"""What a way of forecasting does to shelves: order up to a level each period, lose what lacks."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from optimizer.replenishment.choosing import Choose, Trial
from optimizer.replenishment.methods import TINY, Array

SEARCH_STEPS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """``unfilled`` is a share of all that was wanted, ``empty`` of all series and periods.

    ``stock`` at the end of a period is in periods of average use, all series together.
    """

    unfilled: float
    empty: float
    stock: float


def simulate(trial: Trial, choose: Choose, test: int, factor: float) -> Outcome:
    """Walk the last ``test`` periods: goods come, are used, and the shelf is filled up.

    The order of period t arrives ``horizon − 1`` periods later; the level is the forecast over
    the horizon plus ``factor`` × the error that was measured up to t. Series start filled.
    """
    demand, horizon = trial.demand, trial.outlook.horizon
    first = demand.shape[1] - test
    levels = [_level(trial, choose, first, factor)]
    on_hand = levels[0].copy()
    due = [np.zeros(len(demand)) for _ in range(horizon - 1)]
    lost, empty, stock = (np.zeros(len(demand)) for _ in range(3))
    for period in range(first, demand.shape[1]):
        if due:
            on_hand = on_hand + due.pop(0)
        missing = np.maximum(demand[:, period] - on_hand, 0)
        lost, empty = lost + missing, empty + (missing > TINY)
        on_hand = on_hand - (demand[:, period] - missing)
        stock = stock + on_hand
        ordered = _level(trial, choose, period + 1, factor) - on_hand - sum(due)
        due.append(np.maximum(ordered, 0))
    return _outcome(demand[:, first:], lost, empty, stock)


def _outcome(demand: Array, lost: Array, empty: Array, stock: Array) -> Outcome:
    periods, used = demand.shape[1], float(demand.sum())
    return Outcome(
        unfilled=float(lost.sum()) / used,
        empty=float(empty.mean()) / periods,
        stock=float(stock.sum()) / used,
    )


def _level(trial: Trial, choose: Choose, origin: int, factor: float) -> Array:
    expected = trial.path_of(choose(origin), origin).sum(axis=1)
    level: Array = np.maximum(expected + factor * trial.spread_of(choose, origin), 0)
    return level


def simulate_at(trial: Trial, choose: Choose, test: int, *, stock: float) -> Outcome:
    """Return the outcome with the safety that keeps ``stock`` periods of use on the shelf."""
    low, high = -3.0, 6.0
    found = simulate(trial, choose, test, high)
    for _ in range(SEARCH_STEPS):
        middle = (low + high) / 2
        found = simulate(trial, choose, test, middle)
        low, high = (middle, high) if found.stock < stock else (low, middle)
    return found


def safety_factor(service_level: float) -> float:
    """Return how many standard errors a service level asks for."""
    return NormalDist().inv_cdf(service_level)
