"""The graph of a day as OR-Tools numbers it, and its variables by the day's own names."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ortools.constraint_solver import pywrapcp

from optimizer.routing.engines.nodes import Loading, Nodes, lay_out
from optimizer.routing.problem import Problem, Vehicle
from optimizer.routing.visits import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A problem, its nodes by each profile of roads, and the model under construction."""

    problem: Problem
    nodes: Nodes
    by_profile: dict[str, Nodes]
    manager: pywrapcp.RoutingIndexManager
    model: pywrapcp.RoutingModel

    @property
    def vehicles(self) -> Iterator[tuple[int, Vehicle]]:
        """The vehicles and their numbers."""
        return enumerate(self.problem.vehicles)

    @property
    def visits_there(self) -> list[int]:
        """For each visit how many there are at its site: mostly one call, charged once."""
        there = Counter(visit.site_id for visit in self.nodes.visits)
        return [there[visit.site_id] for visit in self.nodes.visits]

    @property
    def loading_indices(self) -> list[int]:
        """The indices of the chances to load."""
        count = len(self.nodes.loadings)
        return [self.manager.NodeToIndex(self.nodes.loading(number)) for number in range(count)]

    @property
    def ends(self) -> list[int]:
        """The indices where the runs end."""
        return [self.model.End(number) for number, _ in self.vehicles]

    def unary(self, visits: Sequence[int], loadings: Sequence[int]) -> int:
        """Register what each node adds to a dimension, and return the number it got."""
        depots = (0 for _ in self.nodes.depot_ids)
        return int(self.model.RegisterUnaryTransitVector([*visits, *depots, *loadings]))

    def service_seconds(self, index: int) -> int:
        """Return the service time at an index, nothing where several visits may be one call."""
        node = self.manager.IndexToNode(index)
        visits = self.nodes.visits
        if node >= len(visits):
            number = node - self.nodes.loading(0)
            return self.nodes.loadings[number].seconds if number >= 0 else 0
        return self.problem.site(visits[node].site_id).service_seconds


def lay(problem: Problem, visits: Sequence[Visit]) -> Layout:
    """Return the layout of an empty model."""
    loadings = [
        Loading(vehicle=number, site_id=vehicle.reload.site_id, seconds=vehicle.reload.seconds)
        for number, vehicle in enumerate(problem.vehicles)
        if vehicle.reload
        for _ in range(vehicle.reload.most)
    ]
    by_profile = {
        vehicle.profile: lay_out(problem, visits, problem.roads_of(vehicle), loadings)
        for vehicle in {one.profile: one for one in problem.vehicles}.values()
    }
    nodes = by_profile[problem.vehicles[0].profile]
    manager = pywrapcp.RoutingIndexManager(
        len(nodes.metres),
        len(problem.vehicles),
        [nodes.depot(vehicle.start_site_id) for vehicle in problem.vehicles],
        [nodes.depot(vehicle.end_site_id) for vehicle in problem.vehicles],
    )
    return Layout(
        problem=problem,
        nodes=nodes,
        by_profile=by_profile,
        manager=manager,
        model=pywrapcp.RoutingModel(manager),
    )
