"""A day of deliveries as the optimizer's problem."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.delivery.rules.day import Crew, DayInputs, LegBetween, PlaceToServe, ToteToPlan
from app.kernel.ids import FacilityId, ToteId
from optimizer.routing.measures import NOTHING, Load, Span
from optimizer.routing.problem import (
    CONTROLLED,
    TOP_PRIORITY,
    CostCard,
    Matrix,
    Order,
    Problem,
    Roads,
    Site,
    Vehicle,
)

NOT_SERVED_TODAY = "not-served-today"
"""Nobody receives goods at the facility on this weekday."""

NO_ROAD = "no-road"
"""No road between the facility and the depot is known."""

ROAD_CLOSED = "road-closed"
"""A closed road cuts the facility off from the depot, and no other way round is known."""

LOT_HELD = "lot-held"
"""A lot in the tote is on hold or past its last day."""

USUAL_PRIORITY = 50
COLD = "cold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """The problem of a day, and the totes that are left out of it beforehand, with the reason."""

    problem: Problem
    left_out: dict[ToteId, str]


def assignment_of(inputs: DayInputs) -> Assignment:
    """Return what the optimizer is asked, in seconds of the local day, metres, fen, g and cm³."""
    left_out = dict(_left_out(inputs))
    orders = tuple(_order(tote) for tote in inputs.totes if tote.tote_id not in left_out)
    wanted = {order.site_id for order in orders}
    places = [place for place in inputs.places if str(place.facility_id) in wanted]
    problem = Problem(
        sites=(_site(inputs.depot, is_depot=True), *map(_site, places)),
        orders=orders,
        vehicles=tuple(_vehicle(crew, str(inputs.depot.facility_id)) for crew in inputs.crews),
        roads=_roads(inputs, [inputs.depot.facility_id, *(one.facility_id for one in places)]),
    )
    return Assignment(problem=problem, left_out=left_out)


def _left_out(inputs: DayInputs) -> Iterator[tuple[ToteId, str]]:
    served = {place.facility_id for place in inputs.places if place.window}
    depot = inputs.depot.facility_id
    for tote in inputs.totes:
        there = tote.facility_id
        if tote.held:
            yield tote.tote_id, LOT_HELD
        elif there not in served:
            yield tote.tote_id, NOT_SERVED_TODAY
        elif there in inputs.cut_off:
            yield tote.tote_id, ROAD_CLOSED
        elif not {(depot, there), (there, depot)} <= inputs.legs.keys():
            yield tote.tote_id, NO_ROAD


def _site(place: PlaceToServe, *, is_depot: bool = False) -> Site:
    windows = (
        (Span(earliest=place.window[0], latest=place.window[1]),)
        if place.window and not is_depot
        else ()
    )
    return Site(
        id=str(place.facility_id),
        lat=place.latitude,
        lon=place.longitude,
        windows=windows,
        service_seconds=0 if is_depot else place.service_seconds,
    )


def _order(tote: ToteToPlan) -> Order:
    # A tote without recorded weight still takes part: nothing at all would need no compartment.
    load = Load(grams=max(tote.weight_grams, 1), cm3=max(tote.volume_cm3, 1))
    cold = tote.compartment == COLD
    return Order(
        id=str(tote.tote_id),
        site_id=str(tote.facility_id),
        ambient=NOTHING if cold else load,
        cold=load if cold else NOTHING,
        skills=frozenset({CONTROLLED}) if tote.controlled else frozenset(),
        priority=TOP_PRIORITY if tote.overdue else USUAL_PRIORITY,
    )


def _vehicle(crew: Crew, depot: str) -> Vehicle:
    vehicle, card = crew.vehicle, crew.vehicle.card
    return Vehicle(
        id=str(vehicle.vehicle_id),
        ambient=Load(grams=vehicle.ambient[0], cm3=vehicle.ambient[1]),
        cold=Load(grams=vehicle.cold[0], cm3=vehicle.cold[1]),
        shift=Span(earliest=crew.driver.starts, latest=crew.driver.ends),
        start_site_id=depot,
        end_site_id=depot,
        cost=CostCard(
            fen_per_km=card.fen_per_km,
            fen_per_hour=card.fen_per_hour,
            fen_per_day=card.fen_per_day,
            fen_per_stop=card.fen_per_stop,
        ),
        skills=frozenset({CONTROLLED}) if vehicle.escorted else frozenset(),
    )


def _roads(inputs: DayInputs, facilities: list[FacilityId]) -> Roads:
    return Roads(
        metres=_square(inputs, facilities, lambda leg: leg.metres),
        seconds=_square(inputs, facilities, lambda leg: leg.seconds),
        provenance=inputs.roads_source,
    )


def _square(
    inputs: DayInputs, facilities: list[FacilityId], figure: Callable[[LegBetween], int]
) -> Matrix:
    """Return a figure between all facilities; where no direct road is known, by the depot."""
    depot = facilities[0]

    def between(here: FacilityId, there: FacilityId) -> int:
        if here == there:
            return 0
        direct = inputs.legs.get((here, there))
        if direct is not None:
            return figure(direct)
        return figure(inputs.legs[here, depot]) + figure(inputs.legs[depot, there])

    return tuple(tuple(between(here, there) for there in facilities) for here in facilities)
