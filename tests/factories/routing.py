"""Tiny delivery days: a depot and sites on one straight road, 10 km and 10 minutes apart."""

from collections.abc import Sequence

from optimizer.routing.measures import Load, Span
from optimizer.routing.plan import Cost, Plan, Route, Stop
from optimizer.routing.problem import CostCard, Order, Problem, Roads, Site, Vehicle

LEG_METRES, LEG_SECONDS = 10_000, 600
EIGHT, NOON, SIX = 8 * 3600, 12 * 3600, 18 * 3600
DAY = Span(earliest=EIGHT, latest=SIX)
CARD = CostCard(fen_per_km=100, fen_per_hour=3600, fen_per_day=10_000, fen_per_stop=200)


def a_site(name: str, *windows: tuple[int, int], service_seconds: int = 300) -> Site:
    """Return a site of five minutes' service that is open in the windows."""
    return Site(
        id=name,
        lat=32.5,
        lon=107.9,
        windows=tuple(Span(earliest=earliest, latest=latest) for earliest, latest in windows),
        service_seconds=service_seconds,
    )


def an_order(name: str, *, to: str, kilograms: int = 10, cold: bool = False) -> Order:
    """Return an order whose goods weigh so much and fill a litre a kilogram."""
    load = Load(grams=1000 * kilograms, cm3=1000 * kilograms)
    if cold:
        return Order(id=name, site_id=to, cold=load)
    return Order(id=name, site_id=to, ambient=load)


def a_vehicle(
    name: str,
    *,
    kilograms: int = 100,
    cold: int = 0,
    skills: Sequence[str] = (),
    shift: Span = DAY,
) -> Vehicle:
    """Return a vehicle of the depot; ``cold`` is its cold compartment in kilograms."""
    return Vehicle(
        id=name,
        ambient=Load(grams=1000 * kilograms, cm3=1000 * kilograms),
        cold=Load(grams=1000 * cold, cm3=1000 * cold),
        skills=frozenset(skills),
        shift=shift,
        start_site_id="depot",
        end_site_id="depot",
        cost=CARD,
    )


def a_road(count: int) -> Roads:
    """Return the straight road of so many places."""
    steps = [[abs(a - b) for b in range(count)] for a in range(count)]
    return Roads(
        metres=tuple(tuple(LEG_METRES * step for step in row) for row in steps),
        seconds=tuple(tuple(LEG_SECONDS * step for step in row) for row in steps),
        provenance="a straight road",
    )


def a_day(sites: Sequence[Site], orders: Sequence[Order], *vehicles: Vehicle) -> Problem:
    """Return the day on which the vehicles deliver the orders along the road."""
    return Problem(
        sites=(a_site("depot"), *sites),
        orders=tuple(orders),
        vehicles=vehicles,
        roads=a_road(len(sites) + 1),
    )


TWO_CLINICS = a_day(
    [a_site("near", (EIGHT, NOON)), a_site("far", (EIGHT, NOON))],
    [an_order("dry", to="near"), an_order("vaccine", to="far", cold=True)],
    a_vehicle("van", cold=20),
)
"""One van carries dry goods to the near clinic and vaccine to the far one."""

BOTH_SERVED = Plan(
    routes=(
        Route(
            vehicle_id="van",
            leave=EIGHT,
            stops=(
                Stop(
                    site_id="near",
                    order_ids=("dry",),
                    arrive=EIGHT + 600,
                    start=EIGHT + 600,
                    leave=EIGHT + 900,
                ),
                Stop(
                    site_id="far",
                    order_ids=("vaccine",),
                    arrive=EIGHT + 1500,
                    start=EIGHT + 1500,
                    leave=EIGHT + 1800,
                ),
            ),
            back=EIGHT + 3000,
            metres=40_000,
            cost=Cost(distance_fen=4000, driver_fen=3000, vehicle_fen=10_000, stop_fen=400),
        ),
    )
)
"""The only sensible plan of the two clinics, worked out by hand."""
