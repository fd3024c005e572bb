"""Child processes that search side by side: one a core, each on the whole day or a part of it.

The children are spawned, never forked: a fork would copy the caller's database connections and
threads. They are told of a day once, then get one task after the other, and stream every
better draft; cancelling or killing them loses nothing.
"""

import multiprocessing
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from time import monotonic

from optimizer.routing.budget import Budget
from optimizer.routing.drafting import Draft
from optimizer.routing.engines import Engine, engine_named
from optimizer.routing.problem import Problem
from optimizer.routing.visits import Visit

LEAST_SECONDS = 0.05

Sequences = Mapping[str, Sequence[int]]
"""A draft by the numbers of the visits: vehicle → its visits in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A problem and its visits; what a crew is told before it gets tasks."""

    problem: Problem
    visits: tuple[Visit, ...]

    def numbered(self, draft: Draft) -> Sequences:
        """Return a draft by the numbers of its visits."""
        number = {visit.order_ids: place for place, visit in enumerate(self.visits)}
        return {
            vehicle: [number[visit.order_ids] for visit in sequence]
            for vehicle, sequence in draft.items()
            if sequence
        }

    def draft(self, sequences: Sequences) -> Draft:
        """Return the draft of numbered visits."""
        return {
            vehicle: [self.visits[number] for number in sequence]
            for vehicle, sequence in sequences.items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some visits and vehicles of a day, to be planned as if there were no others."""

    visits: tuple[int, ...]
    vehicles: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Improve ``start`` with an engine until a moment of the clock all processes share.

    Without a ``part`` it is the whole day. ``serve_all`` as in a budget.
    """

    engine: str
    start: Sequences
    until: float
    seed: int
    steps: int | None = None
    serve_all: bool = False
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a child found, and for which of its tasks; None: it has finished."""

    child: int
    sequences: Sequences | None


class CrewLost(Exception):
    """A child died or was killed while others waited for it."""


class Crew:
    """Children that know a day and wait for tasks."""

    def __init__(self, children: Sequence[tuple[BaseProcess, Connection]]) -> None:
        """Take over running children."""
        self._children = list(children)

    def __len__(self) -> int:
        return len(self._children)

    def learn(self, day: Day) -> None:
        """Tell every child of a day."""
        for _, connection in self._children:
            connection.send(day)

    def begin(self, child: int, task: Task) -> None:
        """Let a child work on a task; it must not be busy."""
        self._children[child][1].send(task)

    def listen(self, seconds: float) -> list[Proposal]:
        """Wait at most so long, and return what the children have sent.

        Raises:
            CrewLost: one of them is gone.
        """
        ready = wait([connection for _, connection in self._children], seconds)
        try:
            return [
                Proposal(number, connection.recv())
                for number, (_, connection) in enumerate(self._children)
                if connection in ready
            ]
        except (EOFError, OSError) as error:
            raise CrewLost from error

    def dismiss(self) -> None:
        """Kill all children, whatever they are doing."""
        for process, connection in self._children:
            process.kill()
            process.join()
            connection.close()


@contextmanager
def hired(size: int) -> Iterator[Crew]:
    """Spawn a crew, and dismiss it in the end."""
    spawning = multiprocessing.get_context("spawn")
    children: list[tuple[BaseProcess, Connection]] = []
    try:
        for _ in range(size):
            here, there = spawning.Pipe()
            process = spawning.Process(target=serve, args=(there,), daemon=True)
            process.start()
            there.close()
            children.append((process, here))
        yield Crew(children)
    finally:
        Crew(children).dismiss()


def serve(connection: Connection) -> None:
    """Work on tasks until the caller hangs up or sends None; what a child runs."""
    day: Day | None = None
    while True:
        try:
            message = connection.recv()
        except EOFError:
            return
        if message is None:
            return
        if isinstance(message, Day):
            day = message
        elif day is not None:
            _work(connection, day, message)
            connection.send(None)


def _work(connection: Connection, day: Day, task: Task) -> None:
    engine: Engine = engine_named(task.engine)
    visits, problem = list(day.visits), day.problem
    if task.part is not None:
        visits = [day.visits[number] for number in task.part.visits]
        problem = _narrowed(problem, visits, task.part)
    seconds = max(LEAST_SECONDS, task.until - monotonic())
    engine.search(
        problem,
        visits,
        Budget(seconds=seconds, seed=task.seed, steps=task.steps, serve_all=task.serve_all),
        start=day.draft(task.start),
        found=lambda draft: connection.send(day.numbered(draft)),
    )


def _narrowed(problem: Problem, visits: Sequence[Visit], part: Part) -> Problem:
    wanted = {order_id for visit in visits for order_id in visit.order_ids}
    return replace(
        problem,
        orders=tuple(order for order in problem.orders if order.id in wanted),
        vehicles=tuple(one for one in problem.vehicles if one.id in part.vehicles),
    )
