"""Choose a method per series by its measured error, from origins that roll through the past.

The error of a candidate at an origin is half the mean absolute error per period and half
that of the sum over the horizon: the first is what people compare, the second is what stock
must cover. Older origins weigh less. A short history is noisy, so each series borrows
``BORROWED`` origins' worth of what the candidate cost all series together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from optimizer.replenishment import methods
from optimizer.replenishment.methods import TINY, Array, Method

FADE = 0.97
BORROWED = 5.0
MOST_RELATIVE = 5.0
Indices = NDArray[np.int64]
Choose = Callable[[int], Indices]
"""Origin → candidate of each series, from what was known then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What to forecast: so many periods ahead; ``window`` is three months in periods.

    ``season`` is None where a year is not long enough ago to be known.
    """

    horizon: int
    window: int
    season: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A method with its parameters, and its forecasts of all series from every origin."""

    method: Method
    parameters: tuple[float, ...]
    paths: Array


def candidates(demand: Array, outlook: Outlook) -> list[Candidate]:
    """Return every method with the parameters worth trying."""
    return [*_plain(demand, outlook), *_sparse(demand, outlook), *_seasonal(demand, outlook)]


def _plain(demand: Array, outlook: Outlook) -> list[Candidate]:
    ahead, window = outlook.horizon, outlook.window
    found = [_named(Method.NAIVE, methods.naive(demand, ahead))]
    found += [
        _named(Method.AVERAGE, methods.average(demand, ahead, periods), periods)
        for periods in (window, 2 * window, 4 * window)
    ]
    found += [
        _named(Method.SMOOTHING, methods.smoothing(demand, ahead, alpha), alpha)
        for alpha in (0.05, 0.1, 0.2, 0.3, 0.5)
    ]
    return found + [
        _named(
            Method.DAMPED_TREND,
            methods.damped_trend(demand, ahead, alpha, beta, phi),
            *(alpha, beta, phi),
        )
        for alpha in (0.1, 0.2, 0.4, 0.6)
        for beta in (0.1, 0.3)
        for phi in (0.8, 0.95)
    ]


def _sparse(demand: Array, outlook: Outlook) -> list[Candidate]:
    return [
        _named(kind, methods.intermittent(demand, outlook.horizon, alpha, kind), alpha)
        for alpha in (0.05, 0.1, 0.2)
        for kind in (Method.CROSTON, Method.SBA, Method.TSB)
    ]


def _seasonal(demand: Array, outlook: Outlook) -> list[Candidate]:
    ahead, season, window = outlook.horizon, outlook.season, outlook.window
    if season is None or demand.shape[1] < season + window:
        return []
    found = [
        _named(Method.SEASONAL_NAIVE, methods.seasonal_naive(demand, ahead, season)),
        _named(
            Method.SEASONAL_GROWTH, methods.seasonal_growth(demand, ahead, season, window), window
        ),
    ]
    return found + [
        _named(
            Method.HOLT_WINTERS,
            methods.holt_winters(demand, ahead, season, (alpha, beta, gamma), 0.95),
            *(alpha, beta, gamma),
        )
        for alpha in (0.1, 0.3, 0.5)
        for beta in (0.0, 0.1)
        for gamma in (0.1, 0.3, 0.6)
    ]


def _named(method: Method, paths: Array, *parameters: float) -> Candidate:
    return Candidate(method=method, parameters=parameters, paths=paths)


@dataclass(frozen=True)
class Trial:
    """All candidates tried on all series from every origin whose horizon is over."""

    demand: Array
    outlook: Outlook
    tried: Sequence[Candidate]

    @property
    def last_origin(self) -> int:
        """The origin of the forecast that is needed now: everything is known before it."""
        return int(self.demand.shape[1])

    @cached_property
    def origins(self) -> Indices:
        """Origins that can be judged: a quarter's history before, the whole horizon after."""
        first = max(2, self.outlook.window // 2)
        return np.arange(first, self.last_origin - self.outlook.horizon + 1, dtype=np.int64)

    @cached_property
    def actual(self) -> Array:
        """What was used: series × origin × step ahead."""
        steps = self.origins[:, None] + np.arange(self.outlook.horizon)
        return self.demand[:, steps]

    @cached_property
    def step_errors(self) -> Array:
        """Absolute errors per period, summed over the horizon: candidate × series × origin."""
        found = [np.abs(one.paths[:, self.origins] - self.actual).sum(axis=2) for one in self.tried]
        return np.stack(found)

    @cached_property
    def sum_errors(self) -> Array:
        """Signed errors of the sum over the horizon: candidate × series × origin."""
        total = self.actual.sum(axis=2)
        return np.stack([one.paths[:, self.origins].sum(axis=2) - total for one in self.tried])

    def choose(self, origin: int) -> Indices:
        """Return the best candidate of each series, judged only by what was known then."""
        known = self.origins + self.outlook.horizon <= origin
        if not known.any():
            return np.zeros(len(self.demand), dtype=np.int64)
        weights = FADE ** (origin - self.origins[known]).astype(float)
        errors = (self.step_errors + np.abs(self.sum_errors))[:, :, known] / 2
        told = (~np.isnan(errors) * weights).sum(axis=2)
        scale = np.maximum(self.demand[:, :origin].mean(axis=1), TINY) * self.outlook.horizon
        cost = (np.nan_to_num(errors) * weights).sum(axis=2) / scale
        with np.errstate(invalid="ignore", divide="ignore"):
            shared = np.minimum(cost / told, MOST_RELATIVE).mean(axis=1)
            score = (cost + BORROWED * shared[:, None]) / (told + BORROWED)
        blind = np.array([np.isnan(one.paths[:, origin, 0]) for one in self.tried])
        score = np.where(blind | np.isnan(score), np.inf, score)
        return np.asarray(score.argmin(axis=0), dtype=np.int64)

    def path_of(self, chosen: Indices, origin: int) -> Array:
        """Return the chosen candidates' forecasts from an origin: series × step."""
        every = np.stack([one.paths[:, origin] for one in self.tried])
        return np.asarray(every[chosen, np.arange(len(self.demand))])

    def wape_of(self, chosen: Indices) -> Array:
        """Return Σ|error| ÷ Σ actual per series over all origins; NaN where nothing was used."""
        errors = self.step_errors[chosen, np.arange(len(self.demand))]
        used = np.where(np.isnan(errors), 0, self.actual.sum(axis=2)).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.where(used > 0, np.nansum(errors, axis=1) / used, np.nan))

    def spread_of(self, choose: Choose, origin: int) -> Array:
        """Return the root mean square error of the sum over the horizon, per series.

        The error is that of whatever ``choose`` would have taken at each origin before, so
        the luck of the chosen one does not flatter it; it includes any bias. Without a
        judged origin the series' own spread stands in.
        """
        known = np.flatnonzero(self.origins + self.outlook.horizon <= origin)
        own = np.asarray(self.demand[:, :origin].std(axis=1) * np.sqrt(self.outlook.horizon))
        if not len(known):
            return own
        rows = np.arange(len(self.demand))
        errors = np.stack(
            [self.sum_errors[choose(int(self.origins[at])), rows, at] for at in known], axis=1
        )
        told = (~np.isnan(errors)).sum(axis=1)
        squares = np.nansum(errors**2, axis=1) / np.maximum(told, 1)
        return np.asarray(np.where(told > 0, np.sqrt(squares), own))

    def index_of(self, method: Method, *parameters: float) -> int:
        """Return the place of a candidate in the list."""
        wanted = (method, parameters)
        return next(
            place for place, one in enumerate(self.tried) if (one.method, one.parameters) == wanted
        )


def try_all(demand: Array, outlook: Outlook) -> Trial:
    """Try every candidate on every series."""
    return Trial(demand, outlook, candidates(demand, outlook))
