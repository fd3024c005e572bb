"""The room of an OR-Tools model: what is aboard along a run, and what may be together."""

from collections.abc import Callable, Sequence

from ortools.constraint_solver import pywrapcp

from optimizer.routing.engines.rich_layout import Layout
from optimizer.routing.problem import Vehicle
from optimizer.routing.visits import Visit, rooms, stowed

NAMES = (
    "ambient grams",
    "ambient cm3",
    "cold grams",
    "cold cm3",
    "boxed grams",
    "boxed cm3",
    "soiled grams",
    "soiled cm3",
)

Amount = Callable[[Vehicle, Visit], int]
"""What a visit puts into, or takes out of, a compartment of a vehicle."""


def add_cargo(layout: Layout) -> None:
    """Add every measure that anything is measured by, and the goods that must not mix."""
    for place, name in enumerate(NAMES):

        def amount(vehicle: Vehicle, visit: Visit, place: int = place) -> int:
            return stowed(vehicle, visit)[place]

        room = [rooms(vehicle)[place] for vehicle in layout.problem.vehicles]
        _add_measure(layout, name, amount, room)
    _keep_apart(layout)
    _load_first(layout)


def _add_measure(layout: Layout, name: str, amount: Amount, room: Sequence[int]) -> None:
    amounts = _amounts(layout, amount)
    used = [visit for place, visit in enumerate(layout.nodes.visits) if any(amounts[place])]
    if not used:
        return
    if layout.nodes.loadings or any(visit.collected for visit in used):
        _add_aboard(layout, name, amount, room)
    else:
        layout.model.AddDimensionWithVehicleCapacity(
            layout.unary([one for one, *_ in amounts], []), 0, list(room), True, name
        )


def _amounts(layout: Layout, amount: Amount) -> list[list[int]]:
    """Return what each visit puts into each kind of vehicle: without room for used goods, with."""
    kinds = _kinds(layout)
    return [[amount(vehicle, visit) for vehicle in kinds] for visit in layout.nodes.visits]


def _kinds(layout: Layout) -> list[Vehicle]:
    """Return one vehicle of each kind that stows goods in its own way."""
    return list({bool(one.soiled): one for one in layout.problem.vehicles}.values())


def _add_aboard(
    layout: Layout, name: str, amount: Amount, room: Sequence[int]
) -> pywrapcp.RoutingDimension:
    """Add what is aboard when a vehicle comes to a node, and return its dimension.

    Deliveries are aboard from where the trip begins. The dimension may hold more than there
    is, never less: what was collected counts in a second dimension below it, and the rest
    must reach until everything is delivered.
    """
    aboard = _add_flow(layout, name, _signed(amount), room, starts_empty=False)
    if any(visit.collected for visit in layout.nodes.visits):
        collected = _add_flow(
            layout, f"collected {name}", _collected(amount), room, starts_empty=True
        )
        solver = layout.model.solver()
        for index in [*range(layout.model.Size()), *layout.ends]:
            solver.Add(aboard.CumulVar(index) >= collected.CumulVar(index))
    return aboard


def _signed(amount: Amount) -> Amount:
    return lambda vehicle, visit: amount(vehicle, visit) * (1 if visit.collected else -1)


def _collected(amount: Amount) -> Amount:
    return lambda vehicle, visit: amount(vehicle, visit) if visit.collected else 0


def _add_flow(
    layout: Layout, name: str, amount: Amount, room: Sequence[int], *, starts_empty: bool
) -> pywrapcp.RoutingDimension:
    """Add a quantity that visits change, and that loading brings to whatever is wanted."""
    model = layout.model
    emptied = [-room[loading.vehicle] for loading in layout.nodes.loadings]
    kinds = {
        bool(kind.soiled): layout.unary(
            [amount(kind, visit) for visit in layout.nodes.visits], emptied
        )
        for kind in _kinds(layout)
    }
    slack = 2 * max(room) if emptied else 0
    model.AddDimensionWithVehicleTransitAndCapacity(
        [kinds[bool(vehicle.soiled)] for vehicle in layout.problem.vehicles],
        slack,
        list(room),
        starts_empty,
        name,
    )
    flow = model.GetDimensionOrDie(name)
    if emptied:
        for index in set(range(model.Size())) - set(layout.loading_indices):
            flow.SlackVar(index).SetValue(0)
    return flow


def _keep_apart(layout: Layout) -> None:
    """Forbid used goods and others in one compartment at once."""
    visits, vehicles = layout.nodes.visits, layout.problem.vehicles
    if not any(visit.soiled for visit in visits) or all(one.soiled for one in vehicles):
        return
    count = [len(visits)] * len(vehicles)
    soiled = _add_aboard(layout, "soiled visits", _is_soiled, count)
    clean = _add_aboard(layout, "clean visits", _is_clean, count)
    solver = layout.model.solver()
    for index in [*range(layout.model.Size()), *layout.ends]:
        has_soiled = solver.IsGreaterOrEqualCstVar(soiled.CumulVar(index), 1)
        has_clean = solver.IsGreaterOrEqualCstVar(clean.CumulVar(index), 1)
        solver.Add(has_soiled + has_clean <= 1)


def _is_soiled(vehicle: Vehicle, visit: Visit) -> int:
    return int(visit.soiled and not vehicle.soiled)


def _is_clean(vehicle: Vehicle, visit: Visit) -> int:
    return int(bool(visit.ambient) and not visit.soiled and not vehicle.soiled)


def _load_first(layout: Layout) -> None:
    """Let a vehicle under way load again before it delivers what is not aboard."""
    model, solver = layout.model, layout.model.solver()
    under_way = [vehicle for vehicle in layout.problem.vehicles if vehicle.under_way]
    if not under_way or not layout.nodes.loadings:
        return
    loaded = layout.unary([0 for _ in layout.nodes.visits], [1 for _ in layout.nodes.loadings])
    model.AddDimension(loaded, 0, len(layout.nodes.loadings), True, "times loaded")
    times = model.GetDimensionOrDie("times loaded")
    for index, visit in enumerate(layout.nodes.visits):
        # Nobody, who stands for a visit that is not made, has the number -1.
        must = [0, *(int(one.must_load_for(visit)) for one in layout.problem.vehicles)]
        if any(must):
            needed = solver.Element(must, (model.VehicleVar(index) + 1).Var())
            solver.Add(times.CumulVar(index) >= needed)
