"""``python -m optimizer province FOLDER``: plan every county, print the table, survive failures."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from time import perf_counter

from optimizer.province.data import STOPS, County, read_province
from optimizer.province.planning import Row, plan_province
from optimizer.province.table import document, lines_of
from optimizer.routing.stepping import steps_of
from optimizer.spreading import Executor, Failure

FINE, SOME_FAILED = 0, 1


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Tell the parser of the program what this command takes."""
    parser = commands.add_parser("province", help="plan a day of every county of FOLDER")
    parser.add_argument("file", metavar="FOLDER", type=Path, help="tables of counties, townships")
    parser.add_argument("--workers", type=int, default=2, help="processes, one county each")
    parser.add_argument("--scheduler", help="address of a Dask scheduler to use instead")
    parser.add_argument("--steps", type=int, default=1500, help="search steps of each county")
    parser.add_argument("--stops", type=int, default=STOPS, help="institutions of each county")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", help="codes of counties, or their first digits")
    parser.add_argument("--out", type=Path, help="write the table to this JSON file")


def run(given: argparse.Namespace) -> int:
    """Plan the province and print the table; return 1 when a county failed."""
    began = perf_counter()
    counties = read_province(given.file, seed=given.seed, stops=given.stops)
    if given.only:
        counties = [one for one in counties if one.code.startswith(tuple(given.only))]
    budget = steps_of(given.steps, seed=given.seed)
    with _engine(given) as engine:
        answers = plan_province(counties, budget, engine, _teller(counties))
    sys.stdout.writelines(f"{line}\n" for line in lines_of(counties, answers))
    where = given.scheduler or f"{given.workers} processes"
    sys.stdout.write(f"{perf_counter() - began:.1f} s on {where}, {given.steps} steps each\n")
    if given.out is not None:
        text = json.dumps(document(counties, answers), ensure_ascii=False, indent=1)
        given.out.write_text(text + "\n", encoding="utf-8")
    return SOME_FAILED if any(isinstance(one, Failure) for one in answers) else FINE


@contextmanager
def _engine(given: argparse.Namespace) -> Iterator[Executor | int]:
    """Yield a number of processes here, or the executor of an existing cluster."""
    if given.scheduler is None:
        yield given.workers
        return
    with import_module("distributed").Client(given.scheduler) as client:
        yield client.get_executor(pure=False)


def _teller(counties: Sequence[County]) -> Callable[[int, Row | Failure], bool]:
    done = 0

    def tell(number: int, answer: Row | Failure) -> bool:
        nonlocal done
        done += 1
        word = "FAILED" if isinstance(answer, Failure) else f"{answer.seconds:.1f} s"
        sys.stderr.write(f"{done} of {len(counties)}: {counties[number].name} {word}\n")
        return True

    return tell
