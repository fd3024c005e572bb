"""What a ruin-and-recreate search looks up: prices, times, windows and room, as plain arrays."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.routing.engines.nodes import FEN, Nodes, lay_out
from optimizer.routing.pricing import penalties
from optimizer.routing.problem import Grid, Problem
from optimizer.routing.visits import Visit, able_vehicles, measures

NEVER = 2**50
"""Later than any moment and dearer than any detour."""

ALWAYS = [(0, NEVER)]


def _windows(problem: Problem, visit: Visit) -> list[tuple[int, int]]:
    return [(span.earliest, span.latest) for span in problem.site(visit.site_id).windows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Money is in 1/3600 fen.

    ``price`` holds way and driving time of each arc, for each cost card; ``card`` says which
    card a vehicle has.
    """

    nodes: Nodes
    price: Grid
    card: Grid
    hour: list[int]
    fixed: Grid
    penalty: list[int]
    able: NDArray[np.bool_]
    loads: Grid
    rooms: Grid
    seconds: list[list[int]]
    windows: list[list[tuple[int, int]]]
    shifts: list[tuple[int, int]]
    ends: list[tuple[int, int]]
    near: list[list[int]]

    @property
    def visit_count(self) -> int:
        """How many of the nodes are visits."""
        return len(self.nodes.visits)


def survey(problem: Problem, visits: Sequence[Visit]) -> Ground:
    """Return the ground of a problem."""
    nodes = lay_out(problem, visits)
    price_of = penalties(problem)
    vehicles = problem.vehicles
    able = able_vehicles(problem, visits)
    cards = list(dict.fromkeys(vehicle.cost for vehicle in vehicles))
    count = len(visits)
    return Ground(
        nodes=nodes,
        price=np.stack(
            [nodes.way_cost(card) + nodes.seconds * card.fen_per_hour for card in cards]
        ),
        card=np.array([cards.index(vehicle.cost) for vehicle in vehicles]),
        hour=[vehicle.cost.fen_per_hour for vehicle in vehicles],
        fixed=np.array([vehicle.cost.fen_per_day * FEN for vehicle in vehicles]),
        penalty=[FEN * sum(price_of[order] for order in visit.order_ids) for visit in visits],
        able=np.array([[one.id in ids for ids in able] for one in vehicles], dtype=np.bool_),
        loads=np.array([measures(visit) for visit in visits]),
        rooms=np.array([measures(vehicle) for vehicle in vehicles]),
        seconds=nodes.seconds.tolist(),
        windows=[
            *(_windows(problem, visit) or ALWAYS for visit in visits),
            *(ALWAYS for _ in nodes.depot_ids),
        ],
        shifts=[(vehicle.shift.earliest, vehicle.shift.latest) for vehicle in vehicles],
        ends=[
            (nodes.depot(vehicle.start_site_id), nodes.depot(vehicle.end_site_id))
            for vehicle in vehicles
        ],
        near=np.argsort(nodes.seconds[:count, :count], axis=1, kind="stable").tolist(),
    )
