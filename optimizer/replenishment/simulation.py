"""What a way of forecasting does to shelves: order up to a level each period, lose what lacks."""

from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What each series is expected to use over the horizon, and how far that was off so far."""

    expected: Array
    spread: Array


def simulate(trial: Trial, choose: Choose, test: int, factor: float) -> Outcome:
    """Walk the last ``test`` periods: goods come, are used, and the shelf is filled up.

    The order of period t arrives ``horizon − 1`` periods later; the level is the forecast over
    the horizon plus ``factor`` × the error that was measured up to t. Series start filled.
    """
    return _walk(trial, _aims(trial, choose, test), factor)


def _walk(trial: Trial, aims: Sequence[Aim], factor: float) -> Outcome:
    first = trial.demand.shape[1] - len(aims) + 1
    levels = [np.maximum(aim.expected + factor * aim.spread, 0) for aim in aims]
    on_hand = levels[0].copy()
    due = [np.zeros(len(trial.demand)) for _ in range(trial.outlook.horizon - 1)]
    lost, empty, stock = (np.zeros(len(trial.demand)) for _ in range(3))
    for wanted, level in zip(trial.demand[:, first:].T, levels[1:], strict=True):
        if due:
            on_hand = on_hand + due.pop(0)
        missing = np.maximum(wanted - on_hand, 0)
        lost, empty = lost + missing, empty + (missing > TINY)
        on_hand = on_hand - (wanted - missing)
        stock = stock + on_hand
        due.append(np.maximum(level - on_hand - sum(due), 0))
    return _outcome(trial.demand[:, first:], lost, empty, stock)


def _outcome(demand: Array, lost: Array, empty: Array, stock: Array) -> Outcome:
    periods, used = demand.shape[1], float(demand.sum())
    return Outcome(
        unfilled=float(lost.sum()) / used,
        empty=float(empty.mean()) / periods,
        stock=float(stock.sum()) / used,
    )


def _aims(trial: Trial, choose: Choose, test: int) -> list[Aim]:
    """Return what was known before each of the last ``test`` periods, and after the last."""
    periods = trial.demand.shape[1]
    return [_aim(trial, choose, origin) for origin in range(periods - test, periods + 1)]


def _aim(trial: Trial, choose: Choose, origin: int) -> Aim:
    expected = trial.path_of(choose(origin), origin).sum(axis=1)
    return Aim(expected=expected, spread=trial.spread_of(choose, origin))


def simulate_at(trial: Trial, choose: Choose, test: int, *, stock: float) -> Outcome:
    """Return the outcome with the safety that keeps ``stock`` periods of use on the shelf."""
    low, high = -3.0, 6.0
    aims = _aims(trial, choose, test)
    found = _walk(trial, aims, high)
    for _ in range(SEARCH_STEPS):
        middle = (low + high) / 2
        found = _walk(trial, aims, middle)
        low, high = (middle, high) if found.stock < stock else (low, middle)
    return found


def safety_factor(service_level: float) -> float:
    """Return how many standard errors a service level asks for."""
    return NormalDist().inv_cdf(service_level)
