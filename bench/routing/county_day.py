"""A county day of 80 sites and 12 vehicles: what its plan costs against plainer ways."""

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from bench.county import County, delivery_day, mountain_county, stored_county
from optimizer.routing.baseline import fetch_alone, nearest_neighbour
from optimizer.routing.budget import Budget
from optimizer.routing.check import violations
from optimizer.routing.drafting import complete
from optimizer.routing.engines import rich
from optimizer.routing.plan import Plan
from optimizer.routing.pricing import objective
from optimizer.routing.problem import Problem
from optimizer.routing.solver import Judge, ignore
from optimizer.routing.visits import bundle
from optimizer.routing.workers import solve_in_children

SEEDS = (1, 2, 3)
BUDGET = Budget(seconds=6, seed=1)
HEAD = (
    "day       cost/nearest  cost/OR-Tools  cost/fetching  km/fetching"
    "  checked after  runs  left behind"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One row of the table."""

    name: str
    problem: Problem


def report(data: Path | None) -> None:
    """Print the table; the county of the data folder joins it when there is one."""
    print(f"Routing: {BUDGET.seconds:g} s budget; plan in a child process, start to checked plan")
    print("nearest: each vehicle to the nearest stop it can make. OR-Tools: alone, same seconds.")
    print("fetching: every facility out and back by itself, no vehicle-day charged.")
    print(HEAD)
    for day in _days(data):
        print(_row(day))
    if data is None:
        print("skipped: the stored county (set DATA to its folder)")


def _days(data: Path | None) -> list[Day]:
    counties: list[tuple[str, County]] = [
        (f"invented {seed}", mountain_county(seed)) for seed in SEEDS
    ]
    if data is not None:
        counties.append(("Zhenba", stored_county(data / "county")))
    return [Day(name=name, problem=delivery_day(county, 1)) for name, county in counties]


def _row(day: Day) -> str:
    problem = day.problem
    plain = complete(problem, nearest_neighbour(problem, bundle(problem, problem.orders)))
    alone = fetch_alone(problem)
    peer = objective(problem, _by_or_tools_alone(problem))
    began = perf_counter()
    plan = solve_in_children(problem, BUDGET)
    broken = violations(problem, plan)
    seconds = perf_counter() - began
    cost = objective(problem, plan)
    return (
        f"{day.name:<10}{cost / objective(problem, plain):>11.3f}{cost / peer:>15.3f}"
        f"{cost / alone.cost.total_fen:>15.3f}{plan.metres / alone.metres:>13.3f}"
        f"{seconds:>13.2f} s{len(plan.routes):>6}{len(plan.unassigned):>13}"
        f"{'' if not broken else '  REJECTED'}"
    )


def _by_or_tools_alone(problem: Problem) -> Plan:
    judge = Judge(problem, BUDGET, ignore)
    rich.search(problem, bundle(problem, problem.orders), BUDGET, start={}, found=judge.offer)
    return judge.plan
