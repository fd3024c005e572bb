"""What delivering together would save in a stored county, over many planning days.

``python -m bench.routing.savings FOLDER`` recomputes every figure; with the same steps and
seed they are the same figures on any machine.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from time import perf_counter

from bench.routing.planning_days import planning_days, stored_ground
from optimizer.routing.savings.report import Report, report
from optimizer.routing.savings.study import Study, figures
from optimizer.routing.savings.wording import lines_of
from optimizer.routing.stepping import steps_of
from optimizer.spreading import pool

COUNTS, HEADLINE = (1, 2, 3, 4, 6), 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Study the county of a folder, print the tables, and store all figures where asked."""
    given = _parser().parse_args(arguments)
    began = perf_counter()
    found, drops = study_of(given)
    sys.stdout.writelines(f"{line}\n" for line in lines_of(found))
    print(
        f"{len(found.days)} days, {drops} drops, {given.steps} steps each, seed {given.seed}:"
        f" {perf_counter() - began:.0f} s on {given.workers} processes"
    )
    if given.out is not None:
        given.out.write_text(json.dumps(asdict(found), indent=1) + "\n", encoding="utf-8")
    return 0


def study_of(given: argparse.Namespace) -> tuple[Report, int]:
    """Return the report, and how many drops it is about."""
    ground, places = stored_ground(given.folder / "county")
    study = Study(
        ground=ground,
        days=planning_days(places, given.days, given.seed),
        counts=COUNTS,
        headline=HEADLINE,
        budget=steps_of(given.steps, seed=given.seed),
    )
    with pool(given.workers) as executor:
        days = figures(study, executor, _tell)
    return report(study, days), sum(len(day.drops) for day in study.days)


def _tell(done: int, of: int) -> bool:
    if done % 50 == 0:
        print(f"{done} of {of} plans", file=sys.stderr, flush=True)
    return True


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench.routing.savings", description=__doc__)
    parser.add_argument("folder", type=Path, help="the data folder, with county/ in it")
    parser.add_argument("--days", type=int, default=20)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, help="write all figures to this JSON file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
