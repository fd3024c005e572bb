"""What the formats have in common: customers on a plane, equal vehicles, distance as the cost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import hypot

from optimizer.routing.measures import Load, Span
from optimizer.routing.problem import CostCard, Order, Problem, Roads, Site, Vehicle

DEPOT = "0"
ALWAYS = Span(earliest=0, latest=2**30)
DISTANCE_ONLY = CostCard(fen_per_km=1000)


class UnreadableInstance(ValueError):
    """The file is not of the format its name says, or of a kind that is not supported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A node of the plane; the depot is one without demand."""

    x: float
    y: float
    demand: int = 0
    window: Span = ALWAYS
    service: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A problem whose fen, metres and seconds are ``unit`` to one of the instance's own.

    The customers are orders and sites called "1", "2", … in the order of the file.
    """

    problem: Problem
    unit: int

    def cost(self, fen: int) -> float:
        """Return a cost in the instance's own convention."""
        return fen if self.unit == 1 else fen / self.unit


def on_the_plane(
    nodes: Sequence[Customer],
    *,
    vehicles: int,
    capacity: int,
    length: Callable[[float], int],
    provenance: str,
) -> Problem:
    """Return the problem of serving all nodes but the first from there.

    ``length`` turns a Euclidean distance into the instance's whole-number one, which is also
    the driving time.
    """
    matrix = tuple(tuple(length(hypot(a.x - b.x, a.y - b.y)) for b in nodes) for a in nodes)
    return Problem(
        sites=tuple(
            Site(
                id=str(number),
                lat=0,
                lon=0,
                windows=(node.window,),
                service_seconds=node.service,
            )
            for number, node in enumerate(nodes)
        ),
        orders=tuple(
            Order(id=str(number), site_id=str(number), ambient=Load(grams=node.demand))
            for number, node in enumerate(nodes[1:], start=1)
        ),
        vehicles=tuple(
            Vehicle(
                id=str(number),
                ambient=Load(grams=capacity),
                shift=nodes[0].window,
                start_site_id=DEPOT,
                end_site_id=DEPOT,
                cost=DISTANCE_ONLY,
            )
            for number in range(1, vehicles + 1)
        ),
        roads=Roads(metres=matrix, seconds=matrix, provenance=provenance),
    )
