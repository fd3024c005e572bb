"""Spread independent pieces of work over processes, here or on a cluster.

Anything that submits like ``concurrent.futures`` will do as executor: a pool of processes of
this machine (``pool``), or the one a cluster's client hands out. Functions and their arguments
must be picklable.
"""

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

Task = TypeVar("Task")
Answer = TypeVar("Answer")


class Executor(Protocol):
    """The one thing asked of an engine that runs work elsewhere."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> "Future[Any]":
        """Begin the call and return its future."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A piece that could not be done; ``lost`` when its process died and took others along."""

    error: str
    lost: bool = False


class Stopped(Exception):
    """Whoever listens has had enough."""


class Inline:
    """Does the work at once, in this process."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> "Future[Any]":
        """Call the function; the future has its answer already."""
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments))
        except Exception as error:  # noqa: BLE001 - whatever it raised belongs to its future
            future.set_exception(error)
        return future


def pool(workers: int) -> ProcessPoolExecutor:
    """Return a pool of spawned processes, each of which does one piece of work at a time.

    Spawned, never forked: a fork would copy the caller's connections and threads.
    """
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))


def spread(
    function: Callable[[Task], Answer],
    tasks: Sequence[Task],
    executor: Executor,
    heard: Callable[[int, Answer | Failure], bool] = lambda *_: True,
) -> list[Answer | Failure]:
    """Do all the work and return the answers in the order of the tasks.

    One that fails does not stop the others. ``heard`` is told each number and answer as it
    comes, and says whether to go on.

    Raises:
        Stopped: ``heard`` said no; what has not begun is cancelled.
    """
    futures = {_begin(executor, function, task): number for number, task in enumerate(tasks)}
    answers: list[Answer | Failure] = [Failure("not done")] * len(tasks)
    for future in as_completed(futures):
        number = futures[future]
        answers[number] = _answer(future)
        if not heard(number, answers[number]):
            for waiting in futures:
                waiting.cancel()
            raise Stopped
    return answers


def spread_here(
    function: Callable[[Task], Answer],
    tasks: Sequence[Task],
    workers: int,
    heard: Callable[[int, Answer | Failure], bool] = lambda *_: True,
) -> list[Answer | Failure]:
    """Do all the work in processes of this machine.

    A process that dies takes the whole pool along; what was lost with it is done again, each
    piece in a process of its own, so that only the one that kills its process fails.
    """

    def heard_unless_lost(number: int, answer: Answer | Failure) -> bool:
        return (isinstance(answer, Failure) and answer.lost) or heard(number, answer)

    with pool(workers) as executor:
        answers = spread(function, tasks, executor, heard_unless_lost)
    for number, answer in enumerate(answers):
        if isinstance(answer, Failure) and answer.lost:
            with pool(1) as executor:
                (answers[number],) = spread(function, [tasks[number]], executor)
            heard(number, answers[number])
    return answers


def _begin(executor: Executor, function: Callable[[Task], Answer], task: Task) -> "Future[Answer]":
    try:
        return executor.submit(function, task)
    except BrokenProcessPool as error:
        future: Future[Answer] = Future()
        future.set_exception(error)
        return future


def _answer(future: "Future[Answer]") -> Answer | Failure:
    error = future.exception()
    if error is None:
        return future.result()
    lost = isinstance(error, BrokenProcessPool)
    return Failure(f"{type(error).__name__}: {error}", lost=lost)
