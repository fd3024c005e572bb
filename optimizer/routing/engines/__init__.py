"""Search engines; each improves a draft until its budget is spent."""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Protocol, cast

from optimizer.routing.budget import Budget
from optimizer.routing.drafting import Draft
from optimizer.routing.problem import Problem
from optimizer.routing.visits import Visit

CORE, RICH, RUIN = "core", "rich", "ruin"


class Engine(Protocol):
    """A search that reports every better draft."""

    def search(
        self,
        problem: Problem,
        visits: Sequence[Visit],
        budget: Budget,
        *,
        start: Draft,
        found: Callable[[Draft], None],
    ) -> None:
        """Improve ``start`` until the budget is spent."""


def engine_named(name: str) -> Engine:
    """Return an engine; its library is read only now, for it takes a while."""
    return cast("Engine", import_module(f"{__name__}.{name}"))
