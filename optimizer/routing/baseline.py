"""What the plan is measured against: every facility fetching alone, and a plain day's driving."""

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.routing.drafting import Draft
from optimizer.routing.measures import refuse
from optimizer.routing.plan import Cost, total
from optimizer.routing.pricing import price
from optimizer.routing.problem import Problem, Vehicle
from optimizer.routing.schedule import earliest
from optimizer.routing.visits import Visit, capable, has_room, suits


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
    able = {visit.order_ids: len(capable(problem, visit)) for visit in visits}
    left = [visit for visit in visits if able[visit.order_ids]]
    draft: dict[str, list[Visit]] = {}
    for vehicle in sorted(problem.vehicles, key=_equipment, reverse=True):
        draft[vehicle.id] = []
        while (visit := _nearest(problem, vehicle, draft[vehicle.id], left, able)) is not None:
            draft[vehicle.id].append(visit)
            left.remove(visit)
    return draft


def _equipment(vehicle: Vehicle) -> tuple[bool, int]:
    return vehicle.refrigerated, len(vehicle.skills)


def _nearest(
    problem: Problem,
    vehicle: Vehicle,
    sequence: Sequence[Visit],
    left: Sequence[Visit],
    able: dict[tuple[str, ...], int],
) -> Visit | None:
    here = sequence[-1].site_id if sequence else vehicle.start_site_id
    everybody = len(problem.vehicles)
    ranked = sorted(
        left,
        key=lambda visit: (
            able[visit.order_ids] == everybody,
            problem.seconds_between(here, visit.site_id),
        ),
    )
    site_ids = [visit.site_id for visit in sequence]
    for visit in ranked:
        if (
            suits(vehicle, visit)
            and has_room(vehicle, [*sequence, visit])
            and earliest(problem, vehicle, [*site_ids, visit.site_id]) is not None
        ):
            return visit
    return None
