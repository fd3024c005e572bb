"""Forecasts by measured error against AMC, seasonal naive and naive, on real demand."""

import csv
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from time import perf_counter

import numpy as np

from optimizer.replenishment.choosing import Choose, Outlook, Trial, try_all
from optimizer.replenishment.methods import Array, Method
from optimizer.replenishment.simulation import Outcome, safety_factor, simulate, simulate_at

SERVICE_LEVEL = 0.95
HEAD = (
    "data                      method          WAPE  /AMC   over lead time  /AMC"
    "   unfilled  empty  stock  unfilled at our stock"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """A table of demand, how far ahead to look, and how many last periods to test on."""

    name: str
    demand: Array
    outlook: Outlook
    test: int


def report(data: Path | None) -> None:
    """Print the tables: on the data folder's demand, and on invented county demand."""
    print("Forecast: rolling origins; the method of each item is chosen by past error only.")
    print("WAPE = sum |error| / sum used, per period and over the whole lead time.")
    print(
        f"Simulation: order up to forecast + {safety_factor(SERVICE_LEVEL):.2f} x own measured"
        " error every period; lost sales; stock in periods of use; all series together."
    )
    print(HEAD)
    for each in [*(_stored(data / "demand") if data else []), _invented(1)]:
        _print(each)
    if data is None:
        print("skipped: stored demand (set DATA to its folder)")


def _print(data: Data) -> None:
    began = perf_counter()
    trial = try_all(data.demand, data.outlook)
    chosen: Choose = lru_cache(None)(trial.choose)
    ways: dict[str, Choose] = {"ours, per item": chosen, **_fixed(trial)}
    ours = simulate(trial, chosen, data.test, safety_factor(SERVICE_LEVEL))
    seconds = perf_counter() - began
    amc = _wapes(trial, ways["AMC"], data.test)
    for name, choose in ways.items():
        wapes = _wapes(trial, choose, data.test)
        outcome = simulate(trial, choose, data.test, safety_factor(SERVICE_LEVEL))
        level = simulate_at(trial, choose, data.test, stock=ours.stock)
        print(_row(data.name if choose is chosen else "", name, (wapes, amc)), end="")
        print(_shelf(outcome, level))
    count, periods = data.demand.shape
    print(
        f"  {count} series x {periods} periods, {data.outlook.horizon} ahead, last {data.test}"
        f" tested, {len(trial.tried)} candidates, {seconds:.1f} s"
    )


def _row(data: str, name: str, wapes: tuple[tuple[float, float], tuple[float, float]]) -> str:
    (step, total), (amc_step, amc_total) = wapes
    return (
        f"{data:<26}{name:<15}{step:>5.3f}{step / amc_step:>6.2f}"
        f"{total:>17.3f}{total / amc_total:>6.2f}"
    )


def _shelf(outcome: Outcome, level: Outcome) -> str:
    return (
        f"{outcome.unfilled:>11.2%}{outcome.empty:>7.1%}{outcome.stock:>7.2f}"
        f"{level.unfilled:>23.2%}"
    )


def _fixed(trial: Trial) -> dict[str, Choose]:
    """Return the ways to beat: always the same method for every item."""
    compared = {"AMC": trial.index_of(Method.AVERAGE, trial.outlook.window)}
    if trial.outlook.season is not None:
        compared["seasonal naive"] = trial.index_of(Method.SEASONAL_NAIVE)
    compared["naive"] = trial.index_of(Method.NAIVE)
    return {name: _always(trial, place) for name, place in compared.items()}


def _always(trial: Trial, place: int) -> Choose:
    return lambda _origin: np.full(len(trial.demand), place, dtype=np.int64)


def _wapes(trial: Trial, choose: Choose, test: int) -> tuple[float, float]:
    horizon, periods = trial.outlook.horizon, trial.demand.shape[1]
    steps = sums = used = 0.0
    for origin in range(periods - test, periods - horizon + 1):
        path = trial.path_of(choose(origin), origin)
        actual = trial.demand[:, origin : origin + horizon]
        steps += float(np.abs(path - actual).sum())
        sums += float(np.abs(path.sum(axis=1) - actual.sum(axis=1)).sum())
        used += float(actual.sum())
    return steps / used, sums / used


def _stored(folder: Path) -> list[Data]:
    return [
        Data(
            name="PBS monthly",
            demand=_wide(folder / "pbs_atc2_monthly_scripts.csv"),
            outlook=Outlook(horizon=3, window=3, season=12),
            test=36,
        ),
        Data(
            name="8 drug groups weekly",
            demand=_wide(folder / "pharma_sales_weekly.csv"),
            outlook=Outlook(horizon=4, window=13, season=52),
            test=52,
        ),
        Data(
            name="Chaoyang pharmacy weekly",
            demand=_sales(folder / "chaoyang_pharmacy_sales_2018.csv"),
            outlook=Outlook(horizon=2, window=13, season=None),
            test=10,
        ),
    ]


def _wide(path: Path) -> Array:
    with path.open(encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    return np.array([[float(value or 0) for value in row[1:]] for row in rows]).T


def _sales(path: Path) -> Array:
    with path.open(encoding="utf-8") as file:
        rows = [
            (row["item_code"], date.fromisoformat(row["date"]), float(row["qty"]))
            for row in csv.DictReader(file)
        ]
    first, last = min(day for _, day, _ in rows), max(day for _, day, _ in rows)
    items = sorted({item for item, _, _ in rows})
    weeks = ((last - first).days + 1) // 7
    demand = np.zeros((len(items), weeks))
    for item, day, quantity in rows:
        week = (day - first).days // 7
        if week < weeks:
            demand[items.index(item), week] += quantity
    return np.maximum(demand, 0)


def _invented(seed: int) -> Data:
    """Three years of 300 items at a health centre: steady, seasonal, growing and rare ones."""
    chance = np.random.default_rng(seed)
    weeks = np.arange(156)
    rate = chance.lognormal(2, 1, 300)[:, None]
    wave = chance.choice([0, 0, 0.5], 300)[:, None] * np.cos(2 * np.pi * weeks / 52)
    growth = np.exp(chance.choice([-0.3, 0, 0, 0.3], 300)[:, None] * weeks / 52)
    rare = chance.choice([1, 1, 4], 300)[:, None]
    mean = rate * (1 + wave) * growth
    visits = chance.random(mean.shape) < 1 / rare
    return Data(
        name="invented county weekly",
        demand=np.asarray(chance.poisson(mean * rare) * visits, dtype=float),
        outlook=Outlook(horizon=5, window=13, season=52),
        test=40,
    )
