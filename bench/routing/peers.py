"""Other solvers at the same problem: each gets the same seconds, cores and model building."""

import json
import multiprocessing
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from multiprocessing.connection import Connection
from time import monotonic

from optimizer.routing.budget import Budget
from optimizer.routing.check import violations
from optimizer.routing.drafting import Draft, complete
from optimizer.routing.plan import Plan
from optimizer.routing.pricing import objective
from optimizer.routing.problem import Problem
from optimizer.routing.visits import bundle

CORES = 2
GRACE_SECONDS = 3
MOST_EXPLORATION = 5
Sequences = dict[str, list[int]]
Peer = Callable[[Problem, float, int], Plan | None]
"""``(problem, seconds, seed)``: the best checked plan, or None."""


def pyvrp_alone(problem: Problem, seconds: float, seed: int) -> Plan | None:
    """Return the better of two runs of PyVRP, one seed a core."""
    return _best(problem, seconds, _by_pyvrp, [2 * seed, 2 * seed + 1])


def or_tools_alone(problem: Problem, seconds: float, seed: int) -> Plan | None:
    """Return the better of two runs of OR-Tools' guided local search, nodes shuffled."""
    return _best(problem, seconds, _by_or_tools, [2 * seed, 2 * seed + 1])


def vroom_alone(problem: Problem, seconds: float, _seed: int) -> Plan | None:
    """Return what VROOM finds on both cores; it knows no seed."""
    return _best(problem, seconds, _by_vroom, [0])


def _best(
    problem: Problem,
    seconds: float,
    search: Callable[[Problem, float, int], Sequences],
    seeds: Sequence[int],
) -> Plan | None:
    until = monotonic() + seconds
    spawning = multiprocessing.get_context("spawn")
    children = []
    for seed in seeds:
        here, there = spawning.Pipe(duplex=False)
        child = spawning.Process(target=_run, args=(there, search, problem, until, seed))
        child.start()
        there.close()
        children.append((child, here))
    plans = []
    for child, here in children:
        with suppress(EOFError):
            if here.poll(max(0, until + GRACE_SECONDS - monotonic())):
                plans.append(_judged(problem, here.recv()))
        child.kill()
        child.join()
    valid = [plan for plan in plans if plan is not None]
    return min(valid, key=lambda plan: objective(problem, plan), default=None)


def _judged(problem: Problem, sequences: Sequences) -> Plan | None:
    visits = bundle(problem, problem.orders)
    draft: Draft = {name: [visits[one] for one in run] for name, run in sequences.items()}
    plan = complete(problem, draft)
    return None if violations(problem, plan) else plan


def _run(
    connection: Connection,
    search: Callable[[Problem, float, int], Sequences],
    problem: Problem,
    until: float,
    seed: int,
) -> None:
    connection.send(search(problem, until, seed))
    connection.close()


def _by_pyvrp(problem: Problem, until: float, seed: int) -> Sequences:
    from pyvrp.solve import solve  # noqa: PLC0415 - each child reads one library
    from pyvrp.stop import MaxRuntime  # noqa: PLC0415

    from optimizer.routing.engines.core_model import core_of  # noqa: PLC0415

    visits = bundle(problem, problem.orders)
    core = core_of(problem, visits, must_serve=True)
    best = solve(core.data, MaxRuntime(max(0.1, until - monotonic())), seed=seed).best
    return _numbered(problem, core.draft(best) if best.is_feasible() else {})


def _by_or_tools(problem: Problem, until: float, seed: int) -> Sequences:
    from optimizer.routing.engines import rich  # noqa: PLC0415

    found: list[Draft] = [{}]
    budget = Budget(seconds=max(0.1, until - monotonic()), seed=seed)
    rich.search(problem, bundle(problem, problem.orders), budget, start={}, found=found.append)
    return _numbered(problem, found[-1])


def _numbered(problem: Problem, draft: Draft) -> Sequences:
    visits = bundle(problem, problem.orders)
    number = {visit.order_ids: place for place, visit in enumerate(visits)}
    return {name: [number[one.order_ids] for one in run] for name, run in draft.items() if run}


def _by_vroom(problem: Problem, until: float, _seed: int) -> Sequences:
    import vroom  # noqa: PLC0415

    asked = vroom.Input()
    asked._from_json(json.dumps(_as_vroom(problem)), False)  # noqa: SLF001 - or a file on disk
    metres, seconds = problem.roads.grids
    asked.set_durations_matrix("car", seconds)
    asked.set_costs_matrix("car", metres)
    left = timedelta(seconds=max(0.1, until - monotonic()))
    answer = asked.solve(exploration_level=MOST_EXPLORATION, nb_threads=CORES, timeout=left)
    return {
        problem.vehicles[route["vehicle"]].id: [
            step["id"] for step in route["steps"] if step["type"] == "job"
        ]
        for route in answer.to_dict()["routes"]
    }


def _as_vroom(problem: Problem) -> dict[str, object]:
    """Return a problem of one measure and distance prices as VROOM's JSON."""
    visits = bundle(problem, problem.orders)
    jobs = []
    for number, visit in enumerate(visits):
        site = problem.site(visit.site_id)
        jobs.append(
            {
                "id": number,
                "location_index": problem.row_of[site.id],
                "service": site.service_seconds,
                "delivery": [visit.ambient.grams],
                "time_windows": [[span.earliest, span.latest] for span in site.windows],
            }
        )
    vehicles = [
        {
            "id": number,
            "start_index": problem.row_of[vehicle.start_site_id],
            "end_index": problem.row_of[vehicle.end_site_id],
            "capacity": [vehicle.ambient.grams],
            "time_window": [vehicle.shift.earliest, vehicle.shift.latest],
        }
        for number, vehicle in enumerate(problem.vehicles)
    ]
    return {"jobs": jobs, "vehicles": vehicles}
