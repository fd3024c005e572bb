"""What the plan is measured against: every facility fetching alone, and a plain day's driving."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.routing.drafting import Draft
from optimizer.routing.measures import refuse
from optimizer.routing.plan import Cost, total
from optimizer.routing.pricing import price
from optimizer.routing.problem import Problem, Vehicle
from optimizer.routing.schedule import first_start
from optimizer.routing.visits import MEASURES, Visit, able_vehicles, measures


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetching:
    """What fetching costs; ``seconds`` are driving and the time at the facility."""

    trips: int
    metres: int
    seconds: int
    cost: Cost


def fetch_alone(problem: Problem) -> Fetching:
    """Price every facility with orders fetching them itself, out and back, on one trip.

    Each trip goes between the facility and a vehicle's start site at that vehicle's cost
    card, by the cheapest of the vehicles. No trip pays a vehicle-day (the facility's own car
    stands there anyway), none waits, and none needs two rides: all three understate the
    saving of delivering together.

    Raises:
        ValueError: there is no vehicle, so no cost card.
    """
    refuse("fetching is priced at a vehicle's cost card", when=not problem.vehicles)
    wanted = {order.site_id for order in problem.orders}
    trips = [_cheapest_trip(problem, site.id) for site in problem.sites if site.id in wanted]
    return Fetching(
        trips=len(trips),
        metres=sum(trip.metres for trip in trips),
        seconds=sum(trip.seconds for trip in trips),
        cost=total(trip.cost for trip in trips),
    )


def _cheapest_trip(problem: Problem, site_id: str) -> Fetching:
    trips = (_trip(problem, vehicle, site_id) for vehicle in problem.vehicles)
    return min(trips, key=lambda trip: trip.cost.total_fen)


def _trip(problem: Problem, vehicle: Vehicle, site_id: str) -> Fetching:
    depot = vehicle.start_site_id
    metres = problem.metres_along([site_id, depot, site_id])
    driving = problem.seconds_between(site_id, depot) + problem.seconds_between(depot, site_id)
    seconds = driving + problem.site(site_id).service_seconds
    cost = price(vehicle.cost, metres=metres, seconds=seconds, stops=1)
    return Fetching(
        trips=1,
        metres=metres,
        seconds=seconds,
        cost=Cost(
            distance_fen=cost.distance_fen, driver_fen=cost.driver_fen, stop_fen=cost.stop_fen
        ),
    )


def nearest_neighbour(problem: Problem, visits: Sequence[Visit]) -> Draft:
    """Drive as one would without a plan: each vehicle in turn to the nearest visit it can make.

    The best equipped vehicles go first, and first to the visits that not every vehicle can
    make, so that cold and controlled goods are not left behind.
    """
    able = able_vehicles(problem, visits)
    ground = _Ground(problem, visits, [len(names) == len(problem.vehicles) for names in able])
    left = np.array([bool(names) for names in able], dtype=np.bool_)
    draft: dict[str, list[Visit]] = {}
    for vehicle in sorted(problem.vehicles, key=_equipment, reverse=True):
        can = left & np.array([vehicle.id in names for names in able], dtype=np.bool_)
        made = _drive(ground, vehicle, can)
        left[made] = False
        draft[vehicle.id] = [visits[number] for number in made]
    return draft


def _equipment(vehicle: Vehicle) -> tuple[bool, int]:
    return vehicle.refrigerated, len(vehicle.skills)


class _Ground:
    """The visits of a day as arrays."""

    def __init__(self, problem: Problem, visits: Sequence[Visit], common: Sequence[bool]) -> None:
        self.problem = problem
        self.sites = [problem.site(visit.site_id) for visit in visits]
        self.rows = np.array([problem.row_of[site.id] for site in self.sites], dtype=np.intp)
        self.common = np.array(common, dtype=np.bool_)
        self.loads = np.array([measures(visit) for visit in visits]).reshape(len(visits), MEASURES)

    def by_nearness(self, here: int, can: NDArray[np.bool_]) -> list[int]:
        """Return the visits that can be made, rare ones first, then the nearest."""
        choices = np.flatnonzero(can)
        seconds = self.problem.roads.grids[1][here, self.rows[choices]]
        order = np.lexsort((seconds, self.common[choices]))
        ranked: list[int] = choices[order].tolist()
        return ranked


def _drive(ground: _Ground, vehicle: Vehicle, can: NDArray[np.bool_]) -> list[int]:
    problem, room = ground.problem, np.array(measures(vehicle))
    here, clock = problem.row_of[vehicle.start_site_id], vehicle.shift.earliest
    made: list[int] = []
    while True:
        can = can & (ground.loads <= room).all(axis=1)
        step = _next(ground, vehicle, ground.by_nearness(here, can), (here, clock))
        if step is None:
            return made
        number, clock = step
        made.append(number)
        room = room - ground.loads[number]
        here, can[number] = int(ground.rows[number]), False


def _next(
    ground: _Ground, vehicle: Vehicle, ranked: Sequence[int], at: tuple[int, int]
) -> tuple[int, int] | None:
    """Return the first visit from which the vehicle is home in time, and when it leaves there."""
    here, clock = at
    problem = ground.problem
    for number in ranked:
        site, row = ground.sites[number], int(ground.rows[number])
        # A second visit of one site is the same call: neither driving nor service.
        if row == here and clock > vehicle.shift.earliest:
            return number, clock
        start = first_start(site.windows, clock + problem.roads.seconds[here][row])
        if start is None:
            continue
        leave = start + site.service_seconds
        if leave + problem.seconds_between(site.id, vehicle.end_site_id) <= vehicle.shift.latest:
            return number, leave
    return None
