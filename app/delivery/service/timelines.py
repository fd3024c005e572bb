"""A trial as the desk shows it: one row a vehicle, its blocks, its stops, what is wrong there."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.delivery.queries.day import CrewName, names_of_crews
from app.delivery.rules.day import PlaceToServe, ToteToPlan
from app.delivery.rules.layout import vehicle_of_order
from app.delivery.rules.mapping import COLD
from app.delivery.rules.timeline import Block, blocks_of
from app.delivery.service.trial import Trial
from app.kernel.ids import FacilityId, VehicleId
from optimizer.routing.plan import Route
from optimizer.routing.violation import Violation


@dataclass(frozen=True, slots=True, kw_only=True)
class Halt:
    """A stop on the desk; moments are seconds of the local day."""

    sequence: int
    place: PlaceToServe
    totes: tuple[ToteToPlan, ...]
    arrive: int
    start: int
    leave: int
    late: int
    is_moved: bool
    is_held: bool

    @property
    def codes(self) -> str:
        """The totes by their codes, as a move names them."""
        return ",".join(tote.code for tote in self.totes)

    @property
    def is_cold(self) -> bool:
        """Whether goods of the cold chain are among them."""
        return any(tote.compartment == COLD for tote in self.totes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A vehicle of the day with its run, if it has one."""

    vehicle_id: VehicleId
    code: str
    name: CrewName
    capacity_grams: int
    route: Route | None
    blocks: tuple[Block, ...]
    halts: tuple[Halt, ...]
    is_locked: bool
    is_changed: bool

    @property
    def grams(self) -> int:
        """What its totes weigh."""
        return sum(tote.weight_grams for halt in self.halts for tote in halt.totes)


def rows_of(session: Session, trial: Trial) -> list[Row]:
    """Return a row for each vehicle that can be planned, the driving ones first."""
    names = names_of_crews(session, trial.inputs.crews)
    routes = {route.vehicle_id: route for route in trial.after.routes}
    was = {route.vehicle_id: route for route in trial.before.routes}
    rows = []
    for crew in trial.inputs.crews:
        vehicle_id = str(crew.vehicle.vehicle_id)
        route = routes.get(vehicle_id)
        rows.append(
            Row(
                vehicle_id=crew.vehicle.vehicle_id,
                code=crew.vehicle.code,
                name=names[crew.vehicle.vehicle_id],
                capacity_grams=crew.vehicle.ambient[0] + crew.vehicle.cold[0],
                route=route,
                blocks=blocks_of(trial.problem, route) if route else (),
                halts=_halts(trial, route) if route else (),
                is_locked=vehicle_id in trial.locks.vehicle_ids,
                is_changed=route != was.get(vehicle_id),
            )
        )
    return sorted(rows, key=lambda row: row.route is None)


def _halts(trial: Trial, route: Route) -> tuple[Halt, ...]:
    totes = {str(tote.tote_id): tote for tote in trial.inputs.totes}
    home = vehicle_of_order(trial.before)
    late = _late_at(trial.broken, route)
    calls = [stop for stop in route.stops if stop.order_ids]
    return tuple(
        Halt(
            sequence=sequence,
            place=trial.inputs.place(FacilityId(int(stop.site_id))),
            totes=tuple(totes[order_id] for order_id in stop.order_ids),
            arrive=stop.arrive,
            start=stop.start,
            leave=stop.leave,
            late=late.get(stop.site_id, 0),
            is_moved=any(home.get(one) != route.vehicle_id for one in stop.order_ids),
            is_held=bool(trial.locks.order_ids.intersection(stop.order_ids)),
        )
        for sequence, stop in enumerate(calls, start=1)
    )


def _late_at(broken: tuple[Violation, ...], route: Route) -> dict[str, int]:
    return {
        one.site_id: one.amount
        for one in broken
        if one.site_id and one.vehicle_id == route.vehicle_id and one.kind == "outside-window"
    }


def left_of(trial: Trial) -> list[tuple[ToteToPlan, str]]:
    """Return the totes that stay behind, each with the code of its reason."""
    reasons = {one.order_id: one.reason.value for one in trial.after.unassigned}
    reasons |= {str(tote_id): reason for tote_id, reason in trial.assignment.left_out.items()}
    return [
        (tote, reasons[str(tote.tote_id)])
        for tote in trial.inputs.totes
        if str(tote.tote_id) in reasons
    ]
