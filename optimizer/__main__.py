"""``python -m optimizer route | check | province``: instances of the literature, a province."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from optimizer.province import command as province
from optimizer.routing.budget import Budget
from optimizer.routing.check import violations
from optimizer.routing.formats.cvrplib import read_cvrplib
from optimizer.routing.formats.instance import Instance, UnreadableInstance
from optimizer.routing.formats.listing import Listing, as_plan, listing, read_listing
from optimizer.routing.formats.solomon import read_solomon
from optimizer.routing.solver import NoPlan
from optimizer.routing.workers import solve_in_children

UNUSABLE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code: 0 fine, 1 violations, 2 unusable input."""
    given = _parser().parse_args(arguments)
    try:
        return RUNNERS[given.command](given)
    except (NoPlan, OSError, ValueError) as error:
        sys.stderr.write(f"{given.file}: {error}\n")
        return UNUSABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="optimizer", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    route = commands.add_parser("route", help="plan FILE and print one line of JSON")
    route.add_argument("file", type=Path, help="CVRPLIB .vrp or Solomon .txt")
    route.add_argument("--seconds", type=_seconds, default=10.0)
    route.add_argument("--seed", type=_seed, default=0)
    route.add_argument("--out", type=Path, help="write the routes to this JSON file")
    check = commands.add_parser("check", help="print every violation of PLAN")
    check.add_argument("file", type=Path)
    check.add_argument("plan", type=Path)
    province.add_command(commands)
    return parser


def _seconds(text: str) -> float:
    return Budget(seconds=float(text)).seconds


def _seed(text: str) -> int:
    return abs(int(text))


def _read(path: Path, routes: Listing) -> Instance:
    text = path.read_text(encoding="utf-8")
    match path.suffix.lower():
        case ".vrp":
            return read_cvrplib(text, vehicles=len(routes))
        case ".txt":
            return read_solomon(text)
        case suffix:
            raise UnreadableInstance(f"'{suffix}' is neither .vrp nor .txt")


def _route(given: argparse.Namespace) -> int:
    began = perf_counter()
    instance = _read(given.file, [])
    plan = solve_in_children(instance.problem, Budget(seconds=given.seconds, seed=given.seed))
    if given.out is not None:
        given.out.write_text(json.dumps({"routes": listing(plan)}) + "\n", encoding="utf-8")
    answer = {
        "cost": instance.cost(plan.cost.total_fen),
        "routes": len(plan.routes),
        "unassigned": len(plan.unassigned),
        "seconds": round(perf_counter() - began, 2),
        "checked": not violations(instance.problem, plan),
    }
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


def _check(given: argparse.Namespace) -> int:
    routes = read_listing(given.plan.read_text(encoding="utf-8"))
    instance = _read(given.file, routes)
    broken = violations(instance.problem, as_plan(instance.problem, routes))
    for violation in broken:
        sys.stdout.write(f"{violation}\n")
    return 1 if broken else 0


RUNNERS = {"route": _route, "check": _check, "province": province.run}


if __name__ == "__main__":
    sys.exit(main())
