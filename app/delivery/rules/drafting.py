"""A checked plan as runs and stops: local seconds become moments, costs are shared out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from app.delivery.rules.day import Crew, DayInputs
from app.kernel.ids import FacilityId, ToteId
from app.kernel.local_time import at_local
from optimizer.routing.baseline import fetch_alone
from optimizer.routing.plan import Plan, Route
from optimizer.routing.plan import Stop as PlannedStop
from optimizer.routing.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class StopDraft:
    """A stop to store."""

    facility_id: FacilityId
    tote_ids: tuple[ToteId, ...]
    arrival: datetime
    departure: datetime
    window: tuple[datetime, datetime] | None
    leg_metres: int
    metres_share: int
    fen_share: int
    baseline_metres: int
    baseline_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDraft:
    """A run to store."""

    crew: Crew
    leave: datetime
    back: datetime
    route: Route
    stops: tuple[StopDraft, ...]

    @property
    def baseline_metres(self) -> int:
        """Way of the run's facilities if each fetched alone."""
        return sum(stop.baseline_metres for stop in self.stops)

    @property
    def baseline_fen(self) -> int:
        """Cost of the run's facilities if each fetched alone."""
        return sum(stop.baseline_fen for stop in self.stops)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Alone:
    """What one facility needs to fetch its goods alone."""

    metres: int = 0
    fen: int = 0


def runs_of(inputs: DayInputs, problem: Problem, plan: Plan) -> tuple[RunDraft, ...]:
    """Return the plan's routes as runs, in the order in which the vehicles leave."""
    crews = {str(crew.vehicle.vehicle_id): crew for crew in inputs.crews}
    routes = sorted(plan.routes, key=lambda route: (route.leave, route.vehicle_id))
    counted: set[str] = set()
    drafts = []
    for route in routes:
        alone = [_alone_once(problem, stop, counted) for stop in route.stops]
        drafts.append(_run(inputs, crews[route.vehicle_id], route, alone))
    return tuple(drafts)


def _run(inputs: DayInputs, crew: Crew, route: Route, alone: list[_Alone]) -> RunDraft:
    metres = split(route.metres, [one.metres for one in alone])
    fen = split(route.cost.total_fen, [one.fen for one in alone])
    stops = tuple(
        StopDraft(
            facility_id=_facility(stop),
            tote_ids=tuple(ToteId(int(order_id)) for order_id in stop.order_ids),
            arrival=_moment(inputs.day, stop.arrive),
            departure=_moment(inputs.day, stop.leave),
            window=_window(inputs, stop),
            leg_metres=leg,
            metres_share=metres_share,
            fen_share=fen_share,
            baseline_metres=base.metres,
            baseline_fen=base.fen,
        )
        for stop, leg, base, metres_share, fen_share in zip(
            route.stops, _legs(inputs, route), alone, metres, fen, strict=True
        )
    )
    return RunDraft(
        crew=crew,
        leave=_moment(inputs.day, route.leave),
        back=_moment(inputs.day, route.back),
        route=route,
        stops=stops,
    )


def _alone_once(problem: Problem, stop: PlannedStop, counted: set[str]) -> _Alone:
    """Count a facility's own round trip once, however many vehicles call there."""
    if stop.site_id in counted:
        return _Alone()
    counted.add(stop.site_id)
    own = tuple(order for order in problem.orders if order.site_id == stop.site_id)
    fetching = fetch_alone(replace(problem, orders=own))
    return _Alone(metres=fetching.metres, fen=fetching.cost.total_fen)


def _legs(inputs: DayInputs, route: Route) -> Iterator[int]:
    here = inputs.depot.facility_id
    for stop in route.stops:
        there = _facility(stop)
        yield _metres(inputs, here, there)
        here = there


def _metres(inputs: DayInputs, here: FacilityId, there: FacilityId) -> int:
    direct = inputs.legs.get((here, there))
    if direct is not None or here == there:
        return direct.metres if direct else 0
    depot = inputs.depot.facility_id
    return inputs.legs[here, depot].metres + inputs.legs[depot, there].metres


def _facility(stop: PlannedStop) -> FacilityId:
    return FacilityId(int(stop.site_id))


def _window(inputs: DayInputs, stop: PlannedStop) -> tuple[datetime, datetime] | None:
    window = inputs.place(_facility(stop)).window
    return (_moment(inputs.day, window[0]), _moment(inputs.day, window[1])) if window else None


def _moment(day: date, seconds: int) -> datetime:
    return at_local(day, time()) + timedelta(seconds=seconds)


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Share ``total`` out in proportion to ``weights``, exactly: the largest remainders win.

    Without any weight the parts are equal.
    """
    if not any(weights):
        weights = [1] * len(weights)
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(
        range(len(weights)), key=lambda place: (-(total * weights[place] % whole), place)
    )
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return parts
