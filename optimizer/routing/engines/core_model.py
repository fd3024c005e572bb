"""The core of a problem as PyVRP's data: prices, times, windows, room, skills and penalties.

Everything a plan is priced by is in it, so that PyVRP's objective is ours, divided by a whole
number. What the core cannot say is left to the engine that finishes the plan.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import gcd
from typing import Any

import numpy as np
from pyvrp import Client, ClientGroup, Depot, Location, ProblemData, Solution, VehicleType
from pyvrp import Route as CoreRoute

from optimizer.routing.drafting import Draft
from optimizer.routing.engines.nodes import FEN, Nodes, lay_out
from optimizer.routing.measures import Span
from optimizer.routing.pricing import penalties
from optimizer.routing.problem import CostCard, Grid, Problem, Vehicle
from optimizer.routing.schedule import earliest
from optimizer.routing.visits import Visit, measures

NO_WINDOWS = (Span(earliest=0, latest=2**40 - 1),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """A problem as PyVRP sees it, and what its numbers stand for.

    ``visit_of`` says which visit a client is: one for each of its windows. ``fleet`` holds the
    vehicles of each type, which differ in nothing but their names.
    """

    problem: Problem
    nodes: Nodes
    data: ProblemData
    visit_of: tuple[int, ...]
    fleet: tuple[tuple[Vehicle, ...], ...]

    def draft(self, solution: Solution) -> Draft:
        """Return who makes which visits in a solution."""
        idle = [iter(vehicles) for vehicles in self.fleet]
        return {
            next(idle[route.vehicle_type()]).id: [
                self.nodes.visits[self.visit_of[stop.idx]] for stop in route if stop.is_client()
            ]
            for route in solution.routes()
        }

    def solution(self, draft: Draft) -> Solution:
        """Return the solution a draft stands for; visits it does not know are left out."""
        clients = self._clients()
        routes = [
            CoreRoute(self.data, list(self._called(vehicle, draft[vehicle.id], clients)), number)
            for number, vehicles in enumerate(self.fleet)
            for vehicle in vehicles
            if draft.get(vehicle.id)
        ]
        return Solution(self.data, [route for route in routes if route.num_clients()])

    def _clients(self) -> dict[tuple[str, ...], list[int]]:
        clients: dict[tuple[str, ...], list[int]] = {}
        for client, visit in enumerate(self.visit_of):
            clients.setdefault(self.nodes.visits[visit].order_ids, []).append(client)
        return clients

    def _called(
        self,
        vehicle: Vehicle,
        sequence: Sequence[Visit],
        clients: Mapping[tuple[str, ...], Sequence[int]],
    ) -> Iterator[int]:
        """Yield the clients of a run: each visit in the window it would be made in."""
        known = [visit for visit in sequence if visit.order_ids in clients]
        table = earliest(self.problem, vehicle, [visit.site_id for visit in known])
        for place, visit in enumerate(known):
            choices = clients[visit.order_ids]
            windows = self.problem.site(visit.site_id).windows
            start = table.calls[place].start if table else 0
            fitting = (number for number, span in enumerate(windows) if start <= span.latest)
            yield choices[min(next(fitting, 0), len(choices) - 1)]


def core_of(problem: Problem, visits: Sequence[Visit], *, must_serve: bool) -> Core:
    """Return the core of the problem of making these visits.

    ``must_serve`` forbids leaving visits behind, which makes the search quicker where all can
    be made; otherwise each costs its penalty.
    """
    nodes = lay_out(problem, visits)
    cards = sorted({vehicle.cost for vehicle in problem.vehicles}, key=repr)
    fleet = problem.fleet
    price_of = penalties(problem)
    prizes = [FEN * sum(price_of[order] for order in visit.order_ids) for visit in nodes.visits]
    ways = [nodes.way_cost(card) for card in cards]
    unit = _unit(ways, cards, [] if must_serve else prizes)
    clients, groups, visit_of = _demand(
        problem, nodes, [0 if must_serve else prize // unit for prize in prizes], must=must_serve
    )
    return Core(
        problem=problem,
        nodes=nodes,
        data=ProblemData(
            locations=[_place(problem, nodes, node) for node in range(len(nodes.metres))],
            clients=clients,
            depots=[Depot(len(nodes.visits) + number) for number in range(len(nodes.depot_ids))],
            vehicle_types=[_type(nodes, one, cards, unit) for one in fleet],
            distance_matrices=[_given(way // unit) for way in ways],
            duration_matrices=[_given(nodes.seconds)] * len(ways),
            groups=groups,
        ),
        visit_of=visit_of,
        fleet=fleet,
    )


def _given(grid: Grid) -> Any:
    """Return a matrix as PyVRP takes it; its stubs name no type of array that there is."""
    return grid


def _unit(ways: Iterable[Grid], cards: Iterable[CostCard], prizes: Iterable[int]) -> int:
    """Return the largest whole number that divides every price; penalties are scaled to prices."""
    numbers = [int(np.gcd.reduce(way, axis=None)) for way in ways]
    numbers += [part for card in cards for part in (card.fen_per_day * FEN, card.fen_per_hour)]
    return max(1, reduce(gcd, [*numbers, *prizes], 0))


def _place(problem: Problem, nodes: Nodes, node: int) -> Location:
    count = len(nodes.visits)
    site_id = nodes.visits[node].site_id if node < count else nodes.depot_ids[node - count]
    site = problem.site(site_id)
    return Location(site.lon, site.lat)


def _demand(
    problem: Problem, nodes: Nodes, prizes: Sequence[int], *, must: bool
) -> tuple[list[Client], list[ClientGroup], tuple[int, ...]]:
    """Return the clients, those of one visit grouped, and the visit of each client."""
    loads = _loads(nodes)
    clients: list[Client] = []
    groups: list[ClientGroup] = []
    visit_of: list[int] = []
    for number, visit in enumerate(nodes.visits):
        windows = problem.site(visit.site_id).windows or NO_WINDOWS
        group = len(groups) if len(windows) > 1 else None
        if group is not None:
            members = list(range(len(clients), len(clients) + len(windows)))
            groups.append(ClientGroup(members, required=must))
        for window in windows:
            visit_of.append(number)
            clients.append(
                Client(
                    location=number,
                    delivery=[0] * len(loads[number]) if visit.collected else loads[number],
                    pickup=loads[number] if visit.collected else [0] * len(loads[number]),
                    tw_early=window.earliest,
                    tw_late=window.latest,
                    prize=prizes[number],
                    required=must and group is None,
                    group=group,
                )
            )
    return clients, groups, tuple(visit_of)


def _wants(visit: Visit) -> frozenset[str]:
    """Return the skills a visit needs; to be one certain vehicle is a skill like any other."""
    return visit.skills | ({f"to be {visit.vehicle_id}"} if visit.vehicle_id else set())


def _skills(nodes: Nodes) -> list[str]:
    return sorted({skill for visit in nodes.visits for skill in _wants(visit)})


def _loads(nodes: Nodes) -> list[list[int]]:
    skills = _skills(nodes)
    loads = [
        [*measures(visit), *(int(skill in _wants(visit)) for skill in skills)]
        for visit in nodes.visits
    ]
    used = _used(nodes)
    return [[load[place] for place in used] for load in loads]


def _used(nodes: Nodes) -> list[int]:
    """Return which measures anything is measured by at all; the skills follow them."""
    totals = np.array([measures(visit) for visit in nodes.visits]).sum(axis=0)
    plain = [place for place, total in enumerate(totals) if total]
    return [*plain, *(len(totals) + number for number in range(len(_skills(nodes))))]


def _type(nodes: Nodes, group: Sequence[Vehicle], cards: list[CostCard], unit: int) -> VehicleType:
    vehicle = group[0]
    room = [
        *measures(vehicle),
        *(
            len(nodes.visits) * int(skill in vehicle.skills or skill == f"to be {vehicle.id}")
            for skill in _skills(nodes)
        ),
    ]
    return VehicleType(
        num_available=len(group),
        capacity=[room[place] for place in _used(nodes)],
        start_depot=nodes.depot_ids.index(vehicle.start_site_id),
        end_depot=nodes.depot_ids.index(vehicle.end_site_id),
        fixed_cost=vehicle.cost.fen_per_day * FEN // unit,
        tw_early=vehicle.shift.earliest,
        tw_late=vehicle.shift.latest,
        unit_distance_cost=1,
        unit_duration_cost=vehicle.cost.fen_per_hour // unit,
        profile=cards.index(vehicle.cost),
    )
