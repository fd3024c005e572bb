"""One county's day as a problem, solved and checked: the piece of work that is spread out."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from time import perf_counter

import numpy as np

from optimizer.province.data import County, Stop, straight_metres
from optimizer.routing.budget import Budget
from optimizer.routing.check import violations
from optimizer.routing.measures import Load, Span, refuse
from optimizer.routing.pricing import objective
from optimizer.routing.problem import (
    CONTROLLED,
    CostCard,
    Order,
    Problem,
    Roads,
    Site,
    Vehicle,
)
from optimizer.routing.stepping import nearest_plan, solve_by_steps
from optimizer.spreading import Executor, Failure, spread, spread_here

HOUR = 3600
DETOUR, METRES_PER_HOUR = 1.45, 35_000
VEHICLES, REFRIGERATED = 12, 4
SHIFT = Span(earliest=int(7.5 * HOUR), latest=18 * HOUR)
TOWNSHIP = (Span(earliest=int(8.5 * HOUR), latest=17 * HOUR),)
VILLAGE = (
    Span(earliest=8 * HOUR, latest=12 * HOUR),
    Span(earliest=14 * HOUR, latest=int(17.5 * HOUR)),
)
PLAIN = CostCard(fen_per_km=160, fen_per_hour=3500, fen_per_day=16000, fen_per_stop=300)
COLD = CostCard(fen_per_km=190, fen_per_hour=3500, fen_per_day=22000, fen_per_stop=300)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A county to plan, with a budget that is the same for all."""

    county: County
    budget: Budget


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What came of a county; ``left`` counts the orders left behind by reason."""

    code: str
    name: str
    city: str
    stops: int
    orders: int
    left: Mapping[str, int]
    runs: int
    metres: int
    cost_fen: int
    below_nearest: float
    seconds: float


def plan_county(task: Task) -> Row:
    """Return the checked plan of a county's day as a row of the table.

    Raises:
        ValueError: there is nothing to deliver to, or the plan did not pass the check.
    """
    began = perf_counter()
    county = task.county
    refuse(f"{county.name} has no institution", when=not county.stops)
    problem = county_day(county, task.budget.seed)
    plan = solve_by_steps(problem, task.budget)
    broken = violations(problem, plan)
    refuse(f"the plan of {county.name} is not sound: {broken[:1]}", when=bool(broken))
    plain = objective(problem, nearest_plan(problem))
    return Row(
        code=county.code,
        name=county.name,
        city=county.city,
        stops=len(county.stops),
        orders=len(problem.orders),
        left=dict(sorted(Counter(one.reason.value for one in plan.unassigned).items())),
        runs=len(plan.routes),
        metres=plan.metres,
        cost_fen=plan.cost.total_fen,
        below_nearest=round(1 - objective(problem, plan) / plain, 4),
        seconds=round(perf_counter() - began, 2),
    )


def plan_province(
    counties: Sequence[County],
    budget: Budget,
    engine: Executor | int,
    heard: Callable[[int, Row | Failure], bool] = lambda *_: True,
) -> list[Row | Failure]:
    """Plan every county; ``engine`` is a number of processes here, or an executor elsewhere.

    A county that fails does not stop the rest.
    """
    tasks = [Task(county=county, budget=budget) for county in counties]
    if isinstance(engine, int):
        return spread_here(plan_county, tasks, engine, heard)
    return spread(plan_county, tasks, engine, heard)


def county_day(county: County, seed: int) -> Problem:
    """Draw a county's orders: everybody gets ambient goods, some cold, a few controlled."""
    chance = np.random.default_rng([seed, int(county.code)])
    places = [(county.lat, county.lon), *((stop.lat, stop.lon) for stop in county.stops)]
    metres = tuple(
        tuple(round(DETOUR * straight_metres(here, there)) for there in places) for here in places
    )
    depot = Site(id="depot", lat=county.lat, lon=county.lon)
    return Problem(
        sites=(depot, *map(_site, county.stops)),
        orders=tuple(order for stop in county.stops for order in _orders(stop, chance)),
        vehicles=tuple(_vehicle(number) for number in range(VEHICLES)),
        roads=Roads(
            metres=metres,
            seconds=tuple(tuple(way * HOUR // METRES_PER_HOUR for way in row) for row in metres),
            provenance=f"straight line x {DETOUR}, {METRES_PER_HOUR // 1000} km/h",
        ),
    )


def _site(stop: Stop) -> Site:
    return Site(
        id=stop.id,
        lat=stop.lat,
        lon=stop.lon,
        windows=VILLAGE if stop.is_village else TOWNSHIP,
        service_seconds=360 if stop.is_village else 720,
    )


def _orders(stop: Stop, chance: np.random.Generator) -> Iterator[Order]:
    numbers = count(1)
    grams = int((15_000 if stop.is_village else 120_000) * chance.uniform(0.5, 1.5))
    cold, controlled = chance.random(2).tolist()
    yield Order(
        id=f"{stop.id}/{next(numbers)}",
        site_id=stop.id,
        ambient=Load(grams=grams, cm3=grams * 5),
    )
    if cold < (0.12 if stop.is_village else 0.6):
        chilled = Load(grams=grams // 20, cm3=grams // 4)
        yield Order(id=f"{stop.id}/{next(numbers)}", site_id=stop.id, cold=chilled, priority=10)
    if controlled < (0 if stop.is_village else 0.2):
        yield Order(
            id=f"{stop.id}/{next(numbers)}",
            site_id=stop.id,
            ambient=Load(grams=2000, cm3=8000),
            skills=frozenset({CONTROLLED}),
            priority=20,
        )


def _vehicle(number: int) -> Vehicle:
    cold = number < REFRIGERATED
    return Vehicle(
        id=f"van-{number + 1}",
        ambient=Load(grams=700_000, cm3=3_500_000)
        if cold
        else Load(grams=1_000_000, cm3=6_000_000),
        cold=Load(grams=150_000, cm3=800_000) if cold else Load(),
        skills=frozenset({CONTROLLED}) if number % 4 == 0 else frozenset(),
        shift=SHIFT,
        start_site_id="depot",
        end_site_id="depot",
        cost=COLD if cold else PLAIN,
    )
