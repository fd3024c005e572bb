"""A county's day with all that binds it: returns, used trays, lunch, overtime, habits, trips."""

from dataclasses import replace

import numpy as np

from bench.county import DEPOT, HOUR
from optimizer.routing.hours import Lunch, Reload, Rest
from optimizer.routing.measures import NOTHING, Load, Span
from optimizer.routing.problem import (
    CONTROLLED,
    Order,
    Problem,
    Roads,
    Site,
    Vehicle,
)

MINUTE = 60
LUNCH = Lunch(begins=Span(earliest=int(11.5 * HOUR), latest=13 * HOUR), seconds=30 * MINUTE)
RELOAD = Reload(site_id=DEPOT, seconds=20 * MINUTE, most=1)
OVERTIME_SECONDS, FEN_PER_OVERTIME_HOUR = HOUR, 1750
DUE, FEN_PER_MINUTE_LATE = int(15.5 * HOUR), 20
STRANGER_FEN = 500
TRUCK, TRUCK_SLOWNESS = "truck", 1.12
RETURN_SHARE, TRAYS_SHARE = 0.15, 0.4
TRAYS = Load(grams=8000, cm3=60_000)
TRAY_RACK = Load(grams=60_000, cm3=500_000)
LOCKED_BOX = Load(grams=40_000, cm3=150_000)


def full_day(day: Problem, seed: int) -> Problem:
    """Return a plain day of the bench's county with everything else a county knows."""
    chance = np.random.default_rng(seed)
    vehicles = tuple(_vehicle(number, one) for number, one in enumerate(day.vehicles))
    return replace(
        day,
        sites=tuple(_site(site, vehicles) for site in day.sites),
        orders=(*(_order(order) for order in day.orders), *_collected(day, chance)),
        vehicles=vehicles,
        other_roads={TRUCK: _slower(day.roads)},
        rest=Rest(),
    )


def _site(site: Site, vehicles: tuple[Vehicle, ...]) -> Site:
    """Return the site with the vehicle it is used to: neighbours in the same direction share it."""
    if site.id == DEPOT:
        return site
    turn = np.arctan2(site.lat - 32.5, site.lon - 107.9) / (2 * np.pi) + 0.5
    usual = vehicles[int(turn * len(vehicles)) % len(vehicles)]
    return replace(
        site,
        due=DUE,
        fen_per_minute_late=FEN_PER_MINUTE_LATE,
        usual_vehicle_id=usual.id,
        stranger_fen=STRANGER_FEN,
    )


def _order(order: Order) -> Order:
    if CONTROLLED not in order.skills:
        return order
    return replace(order, ambient=NOTHING, boxed=order.ambient)


def _collected(day: Problem, chance: np.random.Generator) -> list[Order]:
    found: list[Order] = []
    for site in day.sites:
        if site.id == DEPOT:
            continue
        if chance.random() < RETURN_SHARE:
            grams = int(chance.integers(2000, 20_000))
            goods = Load(grams=grams, cm3=grams * 5)
            found.append(
                Order(id=f"{site.id}/return", site_id=site.id, ambient=goods, collected=True)
            )
        if len(site.windows) == 1 and chance.random() < TRAYS_SHARE:
            found.append(
                Order(
                    id=f"{site.id}/trays",
                    site_id=site.id,
                    ambient=TRAYS,
                    collected=True,
                    soiled=True,
                )
            )
    return found


def _vehicle(number: int, vehicle: Vehicle) -> Vehicle:
    return replace(
        vehicle,
        boxed=LOCKED_BOX if CONTROLLED in vehicle.skills else NOTHING,
        soiled=TRAY_RACK if number % 3 == 0 else NOTHING,
        overtime_seconds=OVERTIME_SECONDS,
        cost=replace(vehicle.cost, fen_per_overtime_hour=FEN_PER_OVERTIME_HOUR),
        lunch=LUNCH,
        reload=RELOAD if number % 2 == 0 else None,
        profile=TRUCK if vehicle.refrigerated else vehicle.profile,
    )


def _slower(roads: Roads) -> Roads:
    return replace(
        roads,
        seconds=tuple(tuple(int(value * TRUCK_SLOWNESS) for value in row) for row in roads.seconds),
        provenance=f"{roads.provenance}, trucks x {TRUCK_SLOWNESS}",
    )
