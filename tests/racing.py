"""Make things happen at the same instant."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

R = TypeVar("R")


def at_once(*calls: Callable[[], R], rivals: int = 1) -> list[R]:
    """Run each call in ``rivals`` threads that all start together; return what each returned."""
    running = [call for call in calls for _ in range(rivals)]
    start = Barrier(len(running))

    def run(call: Callable[[], R]) -> R:
        start.wait(timeout=30)
        return call()

    with ThreadPoolExecutor(len(running)) as pool:
        futures = [pool.submit(run, call) for call in running]
        return [future.result() for future in futures]
