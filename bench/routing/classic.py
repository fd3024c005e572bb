"""Classic shapes: our plan against PyVRP, VROOM and OR-Tools with equal cores and seconds."""

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from math import sqrt
from pathlib import Path
from statistics import fmean, stdev

from bench.routing import peers
from bench.routing.shapes import solomon_like, x_like
from optimizer.routing.budget import Budget
from optimizer.routing.formats.cvrplib import read_cvrplib
from optimizer.routing.formats.instance import Instance
from optimizer.routing.formats.solomon import read_solomon
from optimizer.routing.plan import Plan, Reason, Unassigned
from optimizer.routing.pricing import objective
from optimizer.routing.problem import Problem
from optimizer.routing.workers import solve_in_children

SEEDS = 3
SHAPES = (
    ("R1", 100), ("C1", 100), ("RC1", 100), ("R2", 100), ("RC2", 100), ("R1", 200), ("RC2", 200),
    ("R1", 400), ("RC2", 400), ("X", 120), ("X", 200), ("X", 300), ("X", 500),
)  # fmt: skip
T_95 = {2: 12.71, 3: 4.30, 4: 3.18, 5: 2.78}
"""Student's t for a mean of so many seeds."""


def report(folder: Path | None) -> None:
    """Print cost ratios, ours to each peer's: means over the seeds with their interval."""
    for seconds in [float(word) for word in (os.environ.get("SECONDS") or "10").split(",")]:
        _table(folder, seconds)


def _table(folder: Path | None, seconds: float) -> None:
    rivals: dict[str, peers.Peer] = {"PyVRP": peers.pyvrp_alone, "OR-Tools": peers.or_tools_alone}
    if find_spec("vroom") is not None:
        rivals["VROOM"] = peers.vroom_alone
    print(f"\\nClassic shapes, {seconds:g} s on {peers.CORES} cores, {SEEDS} seeds: ours / peer")
    print(f"{'instance':<14}" + "".join(f"{name:>20}" for name in rivals))
    means: defaultdict[str, list[float]] = defaultdict(list)
    for name, instance in _instances(folder):
        ratios = _ratios(instance.problem, seconds, rivals)
        cells = ""
        for rival, found in ratios.items():
            means[rival].append(fmean(found))
            cells += f"{_interval(found):>20}"
        print(f"{name:<14}{cells}", flush=True)
    for rival, found in means.items():
        won = sum(ratio < 1 for ratio in found)
        print(
            f"{rival}: mean {fmean(found):.4f}, worst {max(found):.4f}, below on {won} of"
            f" {len(found)}"
        )


def _interval(ratios: list[float]) -> str:
    half = T_95.get(len(ratios), 2) * stdev(ratios) / sqrt(len(ratios)) if len(ratios) > 1 else 0
    return f"{fmean(ratios):.4f} ± {half:.4f}"


def _ratios(
    problem: Problem, seconds: float, rivals: Mapping[str, peers.Peer]
) -> dict[str, list[float]]:
    ratios: defaultdict[str, list[float]] = defaultdict(list)
    plain = {name: peer(problem, seconds, 0) for name, peer in rivals.items() if name == "VROOM"}
    for seed in range(1, SEEDS + 1):
        ours = objective(problem, solve_in_children(problem, Budget(seconds=seconds, seed=seed)))
        for name, peer in rivals.items():
            theirs = plain[name] if name in plain else peer(problem, seconds, seed)
            ratios[name].append(ours / objective(problem, theirs or _nothing(problem)))
    return ratios


def _nothing(problem: Problem) -> Plan:
    """Return the plan of a peer that has none: everything stays behind."""
    left = (Unassigned(order_id=order.id, reason=Reason.FLEET_FULL) for order in problem.orders)
    return Plan(routes=(), unassigned=tuple(left))


def _instances(folder: Path | None) -> Iterator[tuple[str, Instance]]:
    """Yield the invented instances, and those of a folder of published ones."""
    for kind, customers in SHAPES:
        made = (
            x_like(customers, customers)
            if kind == "X"
            else solomon_like(kind, customers, customers)
        )
        yield f"{kind}-{customers}", made
    for path in sorted(folder.iterdir()) if folder else ():
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".vrp":
            yield path.stem, read_cvrplib(text)
        elif path.suffix == ".txt":
            yield path.stem, read_solomon(text)
