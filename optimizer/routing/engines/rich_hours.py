"""The clock of an OR-Tools model: windows, shifts, being late, overtime and lunch.

Rest from driving is not in it: OR-Tools' own limit between breaks counts services as driving,
and a quantity that pauses fill up makes every start take seconds to load. Rests are put in
when a draft is timed, and what there is no time for then goes to other vehicles.
"""

from collections.abc import Sequence
from itertools import pairwise

from ortools.constraint_solver import pywrapcp

from optimizer.routing.engines.rich_layout import Layout
from optimizer.routing.measures import Span
from optimizer.routing.pricing import SECONDS_PER_HOUR, SECONDS_PER_MINUTE

TIME = "time"


def add_hours(layout: Layout) -> None:
    """Add what binds moments and what they cost."""
    problem, model = layout.problem, layout.model
    horizon = max(vehicle.latest_back for vehicle in problem.vehicles)
    transits = {
        profile: model.RegisterTransitMatrix(nodes.seconds.tolist())
        for profile, nodes in layout.by_profile.items()
    }
    by_vehicle = [transits[vehicle.profile] for vehicle in problem.vehicles]
    model.AddDimensionWithVehicleTransits(by_vehicle, horizon, horizon, False, TIME)
    time = model.GetDimensionOrDie(TIME)
    for number, vehicle in layout.vehicles:
        for end in (model.Start(number), model.End(number)):
            time.CumulVar(end).SetRange(vehicle.shift.earliest, vehicle.latest_back)
        time.SetSpanCostCoefficientForVehicle(vehicle.cost.fen_per_hour, number)
        if vehicle.overtime_seconds:
            time.SetCumulVarSoftUpperBound(
                model.End(number), vehicle.shift.latest, vehicle.cost.fen_per_overtime_hour
            )
    _add_windows(layout, time)
    _add_lunches(layout, time)


def _add_windows(layout: Layout, time: pywrapcp.RoutingDimension) -> None:
    for index, (visit, share) in enumerate(
        zip(layout.nodes.visits, layout.visits_there, strict=True)
    ):
        site = layout.problem.site(visit.site_id)
        _open(time.CumulVar(index), site.windows)
        if site.due is not None and site.fen_per_minute_late:
            price = site.fen_per_minute_late * (SECONDS_PER_HOUR // SECONDS_PER_MINUTE)
            time.SetCumulVarSoftUpperBound(index, site.due, price // share)


def _open(moment: pywrapcp.IntVar, windows: Sequence[Span]) -> None:
    if windows:
        moment.SetRange(windows[0].earliest, windows[-1].latest)
    for before, after in pairwise(windows):
        moment.RemoveInterval(before.latest + 1, after.earliest - 1)


def _add_lunches(layout: Layout, time: pywrapcp.RoutingDimension) -> None:
    model = layout.model
    services: list[int] = []
    for number, vehicle in layout.vehicles:
        if vehicle.lunch is None:
            continue
        services = services or [layout.service_seconds(index) for index in range(model.Size())]
        begins = vehicle.lunch.begins
        meal = model.solver().FixedDurationIntervalVar(
            begins.earliest, begins.latest, vehicle.lunch.seconds, False, f"lunch {number}"
        )
        time.SetBreakIntervalsOfVehicle([meal], number, services)
