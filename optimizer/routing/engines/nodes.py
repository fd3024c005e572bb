"""The graph the engines search: a node for every visit and every site where vehicles end."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.routing.pricing import METRES_PER_KM, SECONDS_PER_HOUR
from optimizer.routing.problem import CostCard, Grid, Problem
from optimizer.routing.visits import Visit

FEN = SECONDS_PER_HOUR
"""Engines count money in 1/3600 fen, so that a driver's second is a whole number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodes:
    """First the visits, then the sites where vehicles start or end.

    ``seconds`` are the service at the first node and the drive to the second. A visit that
    follows another of its own site costs neither time nor a stop: both are one call.
    """

    visits: tuple[Visit, ...]
    depot_ids: tuple[str, ...]
    metres: Grid
    seconds: Grid
    calls: Grid

    def depot(self, site_id: str) -> int:
        """Return the node where vehicles of that site start or end."""
        return len(self.visits) + self.depot_ids.index(site_id)

    def way_cost(self, card: CostCard) -> Grid:
        """Return what the arcs cost in distance and stops; the driver's time comes on top."""
        way = self.metres * (card.fen_per_km * FEN) // METRES_PER_KM
        return way + self.calls * (card.fen_per_stop * FEN)


def lay_out(problem: Problem, visits: Sequence[Visit]) -> Nodes:
    """Return the graph of the visits, in the order given."""
    depots = {site for one in problem.vehicles for site in (one.start_site_id, one.end_site_id)}
    site_ids = [*(visit.site_id for visit in visits), *sorted(depots)]
    rows = np.array([problem.row_of[site_id] for site_id in site_ids])
    is_visit = np.arange(len(rows)) < len(visits)
    stays = (rows[:, None] == rows) & is_visit[:, None] & is_visit
    service = np.array([problem.site(site_id).service_seconds for site_id in site_ids]) * is_visit
    metres, seconds = (grid[np.ix_(rows, rows)] for grid in problem.roads.grids)
    return Nodes(
        visits=tuple(visits),
        depot_ids=tuple(sorted(depots)),
        metres=np.where(stays, 0, metres),
        seconds=np.where(stays, 0, seconds + service[:, None]),
        calls=np.where(stays, 0, is_visit.astype(np.int64)),
    )
