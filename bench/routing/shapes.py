"""Instances shaped like the classic ones, invented from seeds: Solomon's, and Uchoa's X."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from optimizer.routing.formats.instance import Customer, Instance, on_the_plane
from optimizer.routing.measures import Span

Points = NDArray[np.float64]
TENTHS = 10
SERVICE = 10
SPREAD = 6.0


def solomon_like(kind: str, customers: int, seed: int) -> Instance:
    """Return an instance with windows: ``R1``, ``C1``, ``RC1`` short days, ``R2`` … long ones.

    Random, clustered or mixed places on a square that grows with their number; half to all
    customers have a window, narrow or wide by chance.
    """
    chance = np.random.default_rng([seed, customers, *kind.encode()])
    side = 100 * (customers / 100) ** 0.5
    depot = np.array([[side / 2, side / 2]])
    places = np.vstack([depot, _places(kind[:-1], customers, side, chance)])
    long = kind.endswith("2")
    horizon, capacity = (1000, 1000) if long else (230, 200)
    horizon = int(horizon * (customers / 100) ** 0.5)
    reach = np.hypot(*(places - depot).T)
    share, half = chance.choice([0.5, 0.75, 1.0]), chance.choice([10, 30, 60]) * (4 if long else 1)
    nodes = [Customer(x=places[0, 0], y=places[0, 1], window=_span(0, horizon))]
    for (x, y), far in zip(places[1:], reach[1:], strict=True):
        first, last = int(far) + 1, int(horizon - far - SERVICE) - 1
        centre = int(chance.integers(first, max(first + 1, last)))
        windowed = chance.random() < share
        opens = max(first, centre - half) if windowed else 0
        closes = max(opens, min(last, centre + half)) if windowed else last
        nodes.append(
            Customer(
                x=float(x),
                y=float(y),
                demand=int(chance.integers(5, 31)),
                window=_span(opens, closes),
                service=SERVICE * TENTHS,
            )
        )
    problem = on_the_plane(
        nodes,
        vehicles=customers // 4,
        capacity=capacity,
        length=lambda distance: int(TENTHS * distance),
        provenance=f"{kind}-like, {customers} customers, seed {seed}",
    )
    return Instance(problem=problem, unit=TENTHS)


def x_like(customers: int, seed: int) -> Instance:
    """Return an instance of capacities alone; place, demand and run length vary as in the X set."""
    chance = np.random.default_rng([seed, customers])
    side = 1000
    kind = ("R", "C", "RC")[int(chance.integers(3))]
    places = _places(kind, customers, side, chance)
    depot = [(0.0, 0.0), (side / 2, side / 2), tuple(chance.uniform(0, side, 2))]
    x, y = depot[int(chance.integers(3))]
    low, high = ((1, 1), (1, 10), (5, 10), (1, 100), (50, 100))[int(chance.integers(5))]
    demands = chance.integers(low, high + 1, customers)
    length = chance.triangular(3, 6, 25)
    capacity = max(int(length * demands.mean()), int(demands.max()))
    runs = -(-int(demands.sum()) // capacity)
    nodes = [
        Customer(x=float(x), y=float(y)),
        *(
            Customer(x=float(at[0]), y=float(at[1]), demand=int(demand))
            for at, demand in zip(places, demands, strict=True)
        ),
    ]
    problem = on_the_plane(
        nodes,
        vehicles=runs + runs // 10 + 3,
        capacity=capacity,
        length=lambda distance: int(distance + 0.5),
        provenance=f"X-like, {customers} customers, seed {seed}",
    )
    return Instance(problem=problem, unit=1)


def _places(kind: str, count: int, side: float, chance: np.random.Generator) -> Points:
    kinds: dict[str, Callable[[], Points]] = {
        "R": lambda: np.floor(chance.uniform(0, side, (count, 2))),
        "C": lambda: _clusters(count, side, chance),
        "RC": lambda: np.vstack(
            [
                np.floor(chance.uniform(0, side, (count // 2, 2))),
                _clusters(count - count // 2, side, chance),
            ]
        ),
    }
    return kinds[kind]()


def _clusters(count: int, side: float, chance: np.random.Generator) -> Points:
    centres = chance.uniform(0.1 * side, 0.9 * side, (max(3, count // 12), 2))
    chosen = centres[chance.integers(len(centres), size=count)]
    scattered = chosen + chance.normal(0, SPREAD * side / 150, (count, 2))
    return np.clip(np.floor(scattered), 0, side)


def _span(earliest: int, latest: int) -> Span:
    return Span(earliest=TENTHS * int(earliest), latest=TENTHS * int(latest))
