"""Who makes which visits in what order, and the timed and priced plan that follows from it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from optimizer.routing.cargo import is_plain, trips
from optimizer.routing.plan import Cost, Plan, Reason, Route, Stop, Unassigned
from optimizer.routing.precheck import hopeless
from optimizer.routing.pricing import METRES_PER_KM, price, surcharges
from optimizer.routing.problem import Problem, Vehicle
from optimizer.routing.schedule import LOAD, Halts, Timetable, earliest, shortest
from optimizer.routing.visits import Visit, has_room, suits, visit_for

Draft = Mapping[str, Sequence[Visit]]
"""For each vehicle its visits in order; vehicles that stay at home may be missing.

Where a vehicle loads again is not said: it follows from what fits.
"""


Calls = list[tuple[str | None, tuple[str, ...]]]
"""The halts of a run and the orders served there."""


def complete(problem: Problem, draft: Draft) -> Plan:
    """Time and price a draft, mend it, add the orders it forgot where they fit, explain others.

    A vehicle begins with the orders it has to serve first; visits it cannot make, or only too
    late, are taken from it and made by whom they fit.
    """
    visits = {vehicle.id: list(draft.get(vehicle.id, ())) for vehicle in problem.vehicles}
    _keep_beginnings(problem, visits)
    for vehicle in problem.vehicles:
        visits[vehicle.id] = _mended(problem, vehicle, visits[vehicle.id])
    unassigned = tuple(_add_forgotten(problem, visits))
    routes = (
        route(problem, vehicle, visits[vehicle.id])
        for vehicle in problem.vehicles
        if visits[vehicle.id]
    )
    return Plan(routes=tuple(run for run in routes if run is not None), unassigned=unassigned)


def beginnings(problem: Problem) -> dict[str, list[Visit]]:
    """Return for each vehicle the visits it has to make first, as far as it can."""
    first: dict[str, list[Visit]] = {vehicle.id: [] for vehicle in problem.vehicles}
    _keep_beginnings(problem, first)
    return {
        vehicle.id: _mended(problem, vehicle, first[vehicle.id])
        for vehicle in problem.vehicles
        if first[vehicle.id]
    }


def draft_of(plan: Plan, visits: Sequence[Visit]) -> Draft:
    """Return which of the visits a plan makes, whole and at one stop, and in what order."""
    visit_of = {order_id: visit for visit in visits for order_id in visit.order_ids}
    draft: dict[str, list[Visit]] = {}
    for run in plan.routes:
        made = draft.setdefault(run.vehicle_id, [])
        for stop in run.stops:
            there = dict.fromkeys(stop.order_ids)
            found = {
                visit_of[order_id].order_ids: visit_of[order_id]
                for order_id in there
                if order_id in visit_of
            }
            made.extend(one for one in found.values() if there.keys() >= set(one.order_ids))
    return draft


def _keep_beginnings(problem: Problem, visits: dict[str, list[Visit]]) -> None:
    """Move the orders that vehicles serve first to where they belong."""
    beginning = {order_id for vehicle in problem.vehicles for order_id in vehicle.first}
    if not beginning:
        return
    for sequence in visits.values():
        sequence[:] = [visit for visit in sequence if beginning.isdisjoint(visit.order_ids)]
    for vehicle in problem.vehicles:
        known = (problem.order_by_id.get(order_id) for order_id in vehicle.first)
        first = [visit_for(order) for order in known if order and not hopeless(problem, order)]
        visits[vehicle.id][:0] = first


def _mended(problem: Problem, vehicle: Vehicle, sequence: Sequence[Visit]) -> list[Visit]:
    """Return what the vehicle can make of the visits: all, or as many from the first on."""
    made = [visit for visit in sequence if suits(vehicle, visit)]
    if _estimate(problem, vehicle, made) is not None:
        return made
    kept: list[Visit] = []
    for visit in made:
        if _estimate(problem, vehicle, [*kept, visit]) is not None:
            kept.append(visit)
    return kept


def _add_forgotten(problem: Problem, visits: dict[str, list[Visit]]) -> Iterator[Unassigned]:
    placed = {
        order_id
        for sequence in visits.values()
        for visit in sequence
        for order_id in visit.order_ids
    }
    forgotten = [order for order in problem.orders if order.id not in placed]
    for order in sorted(forgotten, key=lambda order: -order.priority):
        reason = hopeless(problem, order) or _insert(problem, visits, visit_for(order))
        if reason is not None:
            yield Unassigned(order_id=order.id, reason=reason)


def _insert(problem: Problem, visits: dict[str, list[Visit]], visit: Visit) -> Reason | None:
    """Put a visit where it costs least; return why not when it fits nowhere.

    Places are tried in the order of the way there, until that alone costs more than the best.
    """
    hosts = {
        vehicle.id: host
        for vehicle in problem.vehicles
        if suits(vehicle, visit)
        for host in [_Host.of(problem, vehicle, visits[vehicle.id], visit)]
        if host is not None
    }
    tries = sorted(one for host in hosts.values() for one in host.tries(problem, visit))
    best: tuple[int, str, int] | None = None
    has_room = False
    for bound, name, place in tries:
        if best is not None and bound >= best[0]:
            break
        fits, extra = hosts[name].addition(problem, visit, place)
        has_room |= fits
        if extra is not None:
            choice = (extra, name, place)
            best = min(best, choice) if best else choice
    if best is None:
        return Reason.NO_TIME_LEFT if has_room else Reason.FLEET_FULL
    _, name, place = best
    visits[name].insert(place, visit)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Host:
    """A vehicle that may take one more visit, and what its run costs without it."""

    vehicle: Vehicle
    sequence: Sequence[Visit]
    always_fits: bool
    before: int

    @staticmethod
    def of(
        problem: Problem, vehicle: Vehicle, sequence: Sequence[Visit], visit: Visit
    ) -> "_Host | None":
        """Return the vehicle as a host, or None when it cannot have the room."""
        more = [*sequence, visit]
        always_fits = is_plain(vehicle, more)
        if always_fits and not has_room(vehicle, more):
            return None
        before = _estimate(problem, vehicle, sequence) or 0
        return _Host(vehicle=vehicle, sequence=sequence, always_fits=always_fits, before=before)

    def tries(self, problem: Problem, visit: Visit) -> Iterator[tuple[int, str, int]]:
        """Yield the places for the visit, each with the price of the way there."""
        vehicle, card = self.vehicle, self.vehicle.cost
        metres = problem.roads_of(vehicle).metres
        there = problem.row_of[visit.site_id]
        sites = [vehicle.start_site_id, *(one.site_id for one in self.sequence)]
        rows = [problem.row_of[site_id] for site_id in [*sites, vehicle.end_site_id]]
        opened = 0 if self.sequence else card.fen_per_day
        begun = sum(1 for one in self.sequence if not vehicle.first_ids.isdisjoint(one.order_ids))
        for place, (here, goal) in enumerate(pairwise(rows)):
            if place >= begun:
                detour = metres[here][there] + metres[there][goal] - metres[here][goal]
                yield detour * card.fen_per_km // METRES_PER_KM + opened, vehicle.id, place

    def addition(self, problem: Problem, visit: Visit, place: int) -> tuple[bool, int | None]:
        """Return whether the visit fits at a place, and what it adds there if it is in time."""
        after = [*self.sequence[:place], visit, *self.sequence[place:]]
        cut = [after] if self.always_fits else trips(problem, self.vehicle, after)
        fen = _price_of(problem, self.vehicle, _calls(cut)) if cut else None
        return bool(cut), None if fen is None else fen - self.before


def _estimate(problem: Problem, vehicle: Vehicle, sequence: Sequence[Visit]) -> int | None:
    """Return what making the visits costs; None when they do not fit or are not in time."""
    cut = trips(problem, vehicle, sequence)
    return _price_of(problem, vehicle, _calls(cut)) if cut else None


def _price_of(problem: Problem, vehicle: Vehicle, calls: Calls) -> int | None:
    if not calls:
        return 0
    halts = [halt for halt, _ in calls]
    table = earliest(problem, vehicle, halts)
    return None if table is None else _price(problem, vehicle, halts, table)[1].total_fen


def _calls(cut: Sequence[Sequence[Visit]]) -> Calls:
    """Join the visits of a trip that follow each other at one site into one call there."""
    calls: Calls = []
    for number, trip in enumerate(cut):
        if number:
            calls.append((LOAD, ()))
        for visit in trip:
            if calls and calls[-1][0] == visit.site_id:
                calls[-1] = (visit.site_id, calls[-1][1] + visit.order_ids)
            else:
                calls.append((visit.site_id, visit.order_ids))
    return calls


def route(problem: Problem, vehicle: Vehicle, sequence: Sequence[Visit]) -> Route | None:
    """Return the run that makes the visits in the least paid time; None when none can."""
    calls = _calls(trips(problem, vehicle, sequence))
    halts = [halt for halt, _ in calls]
    table = shortest(problem, vehicle, halts) if calls else None
    if table is None:
        return None
    metres, cost = _price(problem, vehicle, halts, table)
    stops = tuple(
        Stop(
            site_id=halt or vehicle.base_id,
            order_ids=order_ids,
            arrive=call.arrive,
            start=call.start,
            leave=call.leave,
            loads=halt is LOAD,
        )
        for (halt, order_ids), call in zip(calls, table.calls, strict=True)
    )
    return Route(
        vehicle_id=vehicle.id,
        leave=table.leave,
        stops=stops,
        back=table.back,
        metres=metres,
        cost=cost,
    )


def _price(problem: Problem, vehicle: Vehicle, halts: Halts, table: Timetable) -> tuple[int, Cost]:
    path = [vehicle.start_site_id, *(halt or vehicle.base_id for halt in halts)]
    metres = problem.metres_along([*path, vehicle.end_site_id], problem.roads_of(vehicle))
    starts = [(halt, call.start) for halt, call in zip(halts, table.calls, strict=True) if halt]
    cost = price(vehicle.cost, metres=metres, seconds=table.seconds, stops=len(starts))
    return metres, cost + surcharges(problem, vehicle, starts, back=table.back)
