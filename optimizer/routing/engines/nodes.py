"""The graph the engines search: a node for every visit and every site where vehicles end."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.routing.pricing import METRES_PER_KM, SECONDS_PER_HOUR
from optimizer.routing.problem import NO_ROAD, CostCard, Grid, Problem, Roads
from optimizer.routing.visits import Visit

FEN = SECONDS_PER_HOUR
"""Engines count money in 1/3600 fen, so that a driver's second is a whole number."""


NEVER_SECONDS = NEVER_METRES = 10**9
"""What stands in for a road that does not exist: longer than any day, and counted with ease."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """A chance of one vehicle, by its number, to load again."""

    vehicle: int
    site_id: str
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodes:
    """First the visits, then the sites where vehicles start or end, then chances to load.

    ``driving`` is the drive from the first node to the second, ``seconds`` also the service at
    the first. A visit that follows another of its own site costs neither time nor a stop: both
    are one call.
    """

    visits: tuple[Visit, ...]
    depot_ids: tuple[str, ...]
    loadings: tuple[Loading, ...]
    metres: Grid
    driving: Grid
    seconds: Grid
    calls: Grid

    def depot(self, site_id: str) -> int:
        """Return the node where vehicles of that site start or end."""
        return len(self.visits) + self.depot_ids.index(site_id)

    def loading(self, number: int) -> int:
        """Return the node of a chance to load."""
        return len(self.visits) + len(self.depot_ids) + number

    def way_cost(self, card: CostCard) -> Grid:
        """Return what the arcs cost in distance and stops; the driver's time comes on top."""
        way = self.metres * (card.fen_per_km * FEN) // METRES_PER_KM
        return way + self.calls * (card.fen_per_stop * FEN)


def lay_out(
    problem: Problem,
    visits: Sequence[Visit],
    roads: Roads | None = None,
    loadings: Sequence[Loading] = (),
) -> Nodes:
    """Return the graph of the visits, in the order given, by the usual roads or others."""
    depots = {site for one in problem.vehicles for site in (one.start_site_id, one.end_site_id)}
    depot_ids = sorted(depots)
    places = [visit.site_id for visit in visits]
    site_ids = [*places, *depot_ids, *(loading.site_id for loading in loadings)]
    rows = np.array([problem.row_of[site_id] for site_id in site_ids])
    is_visit = np.arange(len(rows)) < len(visits)
    stays = (rows[:, None] == rows) & is_visit[:, None] & is_visit
    service = np.array(
        [
            *(problem.site(site_id).service_seconds for site_id in places),
            *(0 for _ in depot_ids),
            *(loading.seconds for loading in loadings),
        ]
    )
    metres, driving = (grid[np.ix_(rows, rows)] for grid in (roads or problem.roads).grids)
    metres = np.where(metres < NO_ROAD, metres, NEVER_METRES)
    driving = np.where(driving < NO_ROAD, driving, NEVER_SECONDS)
    return Nodes(
        visits=tuple(visits),
        depot_ids=tuple(depot_ids),
        loadings=tuple(loadings),
        metres=np.where(stays, 0, metres),
        driving=np.where(stays, 0, driving),
        seconds=np.where(stays, 0, driving + service[:, None]),
        calls=np.where(stays, 0, is_visit.astype(np.int64)),
    )
