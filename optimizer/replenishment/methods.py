"""Forecasting methods, each for all series and from every origin in one pass over time.

``demand`` has a row per series and a column per period. A method answers with ``paths``:
``paths[i, t, k]`` is the forecast of period ``t + k`` of series ``i`` from what happened
before ``t``; NaN where the method has not seen enough.

Sources: Croston (1972), Syntetos and Boylan (2005), Teunter, Syntetos and Babai (2011),
Gardner and McKenzie (1985), Winters (1960).
"""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
TINY = 1e-9
LEAST_INDEX = 0.05
GROWTH = (0.5, 2.0)


class Method(StrEnum):
    """How a forecast is made (预测方法)."""

    NAIVE = "naive"
    AVERAGE = "average"
    SMOOTHING = "smoothing"
    DAMPED_TREND = "damped_trend"
    CROSTON = "croston"
    SBA = "sba"
    TSB = "tsb"
    SEASONAL_NAIVE = "seasonal_naive"
    SEASONAL_GROWTH = "seasonal_growth"
    HOLT_WINTERS = "holt_winters"


def naive(demand: Array, horizon: int) -> Array:
    """Repeat the last period."""
    levels = _blank(demand)
    levels[:, 1:] = demand
    return _flat(levels, horizon)


def average(demand: Array, horizon: int, periods: int) -> Array:
    """Repeat the mean of the last ``periods``, or of as many as there are."""
    sums = np.concatenate([np.zeros((len(demand), 1)), np.cumsum(demand, axis=1)], axis=1)
    levels = _blank(demand)
    for origin in range(1, demand.shape[1] + 1):
        first = max(0, origin - periods)
        levels[:, origin] = (sums[:, origin] - sums[:, first]) / (origin - first)
    return _flat(levels, horizon)


def smoothing(demand: Array, horizon: int, alpha: float) -> Array:
    """Let a level follow each period by the share ``alpha`` of its error."""
    levels = _blank(demand)
    level = demand[:, 0].copy()
    for period in range(demand.shape[1]):
        level = level + alpha * (demand[:, period] - level)
        levels[:, period + 1] = level
    return _flat(levels, horizon)


def damped_trend(demand: Array, horizon: int, alpha: float, beta: float, phi: float) -> Array:
    """Follow level and slope; the slope fades by ``phi`` a period; never below zero."""
    paths = np.full((*_shape(demand), horizon), np.nan)
    fading = np.cumsum(phi ** np.arange(1, horizon + 1))
    level, slope = demand[:, 0].copy(), np.zeros(len(demand))
    for period in range(demand.shape[1]):
        expected = level + phi * slope
        error = demand[:, period] - expected
        level = expected + alpha * error
        slope = phi * slope + alpha * beta * error
        paths[:, period + 1] = level[:, None] + slope[:, None] * fading
    return np.asarray(np.maximum(paths, 0))


def intermittent(demand: Array, horizon: int, alpha: float, kind: Method) -> Array:
    """Smooth the size of demands apart from how often they come.

    Croston divides size by the interval, SBA takes off his bias, TSB smooths the
    probability in every period, so that an item nobody asks for any more fades out.
    """
    levels = _blank(demand)
    size = np.full(len(demand), np.nan)
    interval, gap = np.ones(len(demand)), np.ones(len(demand))
    chance = (demand[:, 0] > 0).astype(float)
    for period in range(demand.shape[1]):
        wanted = demand[:, period] > 0
        grown = np.where(np.isnan(size), demand[:, period], size)
        size = np.where(wanted, grown + alpha * (demand[:, period] - grown), size)
        interval = np.where(wanted, interval + alpha * (gap - interval), interval)
        gap = np.where(wanted, 1, gap + 1)
        chance = chance + alpha * (wanted - chance)
        share = {
            Method.CROSTON: 1 / interval,
            Method.SBA: (1 - alpha / 2) / interval,
            Method.TSB: chance,
        }[kind]
        levels[:, period + 1] = np.nan_to_num(size) * share
    return _flat(levels, horizon)


def seasonal_naive(demand: Array, horizon: int, season: int) -> Array:
    """Repeat what happened a season ago."""
    paths = np.full((*_shape(demand), horizon), np.nan)
    for origin in range(season, demand.shape[1] + 1):
        paths[:, origin] = demand[:, _a_season_ago(origin, season, horizon)]
    return paths


def seasonal_growth(demand: Array, horizon: int, season: int, window: int) -> Array:
    """Repeat a season ago, times how the last ``window`` compares with the same one then."""
    paths = np.full((*_shape(demand), horizon), np.nan)
    for origin in range(season + window, demand.shape[1] + 1):
        now = demand[:, origin - window : origin].sum(axis=1)
        then = demand[:, origin - season - window : origin - season].sum(axis=1)
        growth = np.clip((now + TINY) / (then + TINY), *GROWTH)
        paths[:, origin] = demand[:, _a_season_ago(origin, season, horizon)] * growth[:, None]
    return paths


def holt_winters(
    demand: Array, horizon: int, season: int, weights: tuple[float, float, float], phi: float
) -> Array:
    """Follow level, fading slope and seasonal factors; ``weights`` in that order."""
    paths = np.full((*_shape(demand), horizon), np.nan)
    if demand.shape[1] < 2 * season:
        return paths
    alpha, beta, gamma = weights
    fading = np.cumsum(phi ** np.arange(1, horizon + 1))
    level = np.maximum(demand[:, :season].mean(axis=1), TINY)
    slope = np.zeros(len(demand))
    factors = demand[:, :season] / level[:, None]
    for period in range(season, demand.shape[1]):
        expected = np.maximum(level + phi * slope, TINY)
        factor = np.maximum(factors[:, period % season], LEAST_INDEX)
        error = demand[:, period] / factor - expected
        level = np.maximum(expected + alpha * error, TINY)
        slope = phi * slope + alpha * beta * error
        seen = demand[:, period] / level
        factors[:, period % season] += gamma * (seen - factors[:, period % season])
        ahead = [(period + 1 + step) % season for step in range(horizon)]
        paths[:, period + 1] = (level[:, None] + slope[:, None] * fading) * factors[:, ahead]
    return np.asarray(np.maximum(paths, 0))


def _a_season_ago(origin: int, season: int, horizon: int) -> list[int]:
    return [origin - season + step % season for step in range(horizon)]


def _shape(demand: Array) -> tuple[int, int]:
    return len(demand), demand.shape[1] + 1


def _blank(demand: Array) -> Array:
    return np.full(_shape(demand), np.nan)


def _flat(levels: Array, horizon: int) -> Array:
    return np.repeat(levels[:, :, None], horizon, axis=2)
