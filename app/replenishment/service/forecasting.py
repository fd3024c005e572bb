"""Turn a facility's history into forecasts: method by measured error, path, interval."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, isnan

import numpy as np

from app.inventory.service import MonthUse
from app.kernel.db import Json
from app.kernel.ids import ItemId
from app.replenishment.rules import DAYS_IN_MONTH, WEEK
from optimizer.replenishment.choosing import Indices, Outlook, Trial, try_all
from optimizer.replenishment.history import corrected, unlumped
from optimizer.replenishment.levels import Outlay, Terms
from optimizer.replenishment.methods import Array, Method

QUARTER, YEAR = 13, 52
LEAST_HORIZON = 5
"""Weeks: a month must fit into what is forecast."""
INTERVAL = 1.645
"""Standard errors of a 90 per cent interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What an item will be used, in base units: amounts over spans, and the weekly path."""

    method: Method
    outlay: Outlay
    per_month: int
    wape: float | None
    peers: Json
    points: Json


def forecast(
    history: dict[ItemId, list[MonthUse]], terms: Terms, *, today: date
) -> dict[ItemId, Forecast]:
    """Return the forecast of every item; ``history`` holds the same weeks for each."""
    if not history:
        return {}
    outlook = Outlook(
        horizon=max(LEAST_HORIZON, ceil(terms.horizon_days / WEEK)), window=QUARTER, season=YEAR
    )
    trial = try_all(_demand(list(history.values())), outlook)
    chosen = trial.choose(trial.last_origin)
    paths = trial.path_of(chosen, trial.last_origin)
    spreads = trial.spread_of(trial.choose, trial.last_origin)
    wapes, peers = trial.wape_of(chosen), _peers(trial)
    return {
        item_id: Forecast(
            method=trial.tried[chosen[row]].method,
            outlay=Outlay(
                in_lead=_over(paths[row], terms.lead_days),
                in_horizon=_over(paths[row], terms.horizon_days),
                spread=float(spreads[row]),
            ),
            per_month=ceil(_over(paths[row], DAYS_IN_MONTH)),
            wape=_known(wapes[row]),
            peers={name: _known(errors[row]) for name, errors in peers.items()},
            points={
                "history": [round(float(week), 1) for week in trial.demand[row, -YEAR:]],
                "weeks": _weeks(paths[row], float(spreads[row]), today),
            },
        )
        for row, item_id in enumerate(history)
    }


def _demand(history: Sequence[list[MonthUse]]) -> Array:
    used = np.array([[max(0, week.consumed) for week in weeks] for weeks in history], dtype=float)
    empty = np.array([[week.stock_out_days for week in weeks] for weeks in history], dtype=float)
    return corrected(unlumped(used), empty, WEEK)


def _peers(trial: Trial) -> dict[str, Array]:
    """Return the errors of the plain methods, to show beside the chosen one's."""
    compared: list[tuple[Method, tuple[float, ...]]] = [
        (Method.AVERAGE, (QUARTER,)),
        (Method.NAIVE, ()),
        (Method.SEASONAL_NAIVE, ()),
    ]
    tried = {(one.method, one.parameters): place for place, one in enumerate(trial.tried)}
    return {
        method.value: trial.wape_of(_always(trial, tried[method, parameters]))
        for method, parameters in compared
        if (method, parameters) in tried
    }


def _always(trial: Trial, place: int) -> Indices:
    return np.full(len(trial.demand), place, dtype=np.int64)


def _over(path: Array, days: int) -> float:
    """Return the sum of a weekly path over its first days, the last week in part."""
    whole, rest = divmod(days, WEEK)
    partly = float(path[whole]) * rest / WEEK if rest else 0.0
    return float(path[:whole].sum()) + partly


def _known(error: float) -> float | None:
    return None if isnan(error) else round(float(error), 3)


def _weeks(path: Array, spread: float, today: date) -> list[Json]:
    """Return each week's expectation and its interval, for the chart."""
    margin = INTERVAL * spread / len(path) ** 0.5
    return [
        {
            "since": (today + timedelta(days=WEEK * week)).isoformat(),
            "expected": round(float(expected), 1),
            "low": round(max(0.0, float(expected) - margin), 1),
            "high": round(float(expected) + margin, 1),
        }
        for week, expected in enumerate(path)
    ]
