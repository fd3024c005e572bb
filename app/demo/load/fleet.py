"""Vehicles, drivers and their shifts, and the rounds of the last weeks with what they cost."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from sqlalchemy import select

from app.delivery.models import Driver, DriverShift, Run, Stop, StopTote, Vehicle
from app.delivery.rules.drafting import split
from app.delivery.rules.states import RunState, StopToteState
from app.demo.county import DEPOT, WEEK, Place
from app.demo.facts import rows_of
from app.demo.history.days import LEAVE_TIME
from app.demo.history.deliveries import Delivery
from app.demo.load.bulk import Bulk
from app.demo.load.ledger import Keys
from app.demo.plan import CountyPlan
from app.fulfilment.models import Tote
from app.kernel.local_time import at_local, local_day
from optimizer.routing.plan import Cost
from optimizer.routing.pricing import price
from optimizer.routing.problem import CostCard

HAND_OVER = timedelta(minutes=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """Keys of the vehicles and drivers, in the order of their files, and the cost cards."""

    vehicles: Sequence[int]
    drivers: Sequence[int]
    cards: Sequence[CostCard]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trip:
    """A round of one day as it was driven."""

    day: date
    number: int
    stops: Sequence[Delivery]
    legs: Sequence[int]
    back: datetime

    @property
    def leave(self) -> datetime:
        """When it left the depot."""
        return at_local(self.day, LEAVE_TIME)

    @property
    def metres(self) -> int:
        """The whole way, back to the depot."""
        return sum(self.legs)


def load_fleet(bulk: Bulk, keys: Keys) -> Fleet:
    """Store vehicles, drivers, and shifts on every day of the week."""
    depot = keys.facilities[DEPOT]
    vehicles, cards = _load_vehicles(bulk, depot)
    driver_keys, shift_keys = bulk.keys(Driver), bulk.keys(DriverShift)
    listed = list(rows_of("drivers.csv"))
    drivers = [next(driver_keys) for _ in listed]
    known = [*vehicles, *[None] * len(listed)]
    names = ["driver", *(f"driver{number}" for number in range(2, len(listed) + 1))]
    bulk.copy(
        Driver,
        "id user_id facility_id name phone vehicle_id",
        [
            (key, keys.users[username], depot, row["name"], row["phone"], vehicle)
            for key, username, row, vehicle in zip(drivers, names, listed, known, strict=False)
        ],
    )
    bulk.copy(
        DriverShift,
        "id driver_id weekday starts_at ends_at",
        [
            (
                next(shift_keys),
                key,
                weekday,
                time.fromisoformat(row["shift_start"]),
                time.fromisoformat(row["shift_end"]),
            )
            for key, row in zip(drivers, listed, strict=True)
            for weekday in WEEK
        ],
    )
    return Fleet(vehicles=vehicles, drivers=drivers, cards=cards)


def _load_vehicles(bulk: Bulk, depot: int) -> tuple[list[int], list[CostCard]]:
    rows = list(rows_of("vehicles.csv"))
    numbers = bulk.keys(Vehicle)
    ids = [next(numbers) for _ in rows]
    bulk.copy(
        Vehicle,
        "id code plate facility_id refrigerated escorted ambient_grams ambient_cm3 cold_grams"
        " cold_cm3 fen_per_km fen_per_hour fen_per_day fen_per_stop is_demo",
        [
            (
                key,
                row["code"],
                row["plate"],
                depot,
                int(row["cold_kg"]) > 0,
                row["escorted"] == "1",
                int(row["ambient_kg"]) * 1000,
                int(row["ambient_litres"]) * 1000,
                int(row["cold_kg"]) * 1000,
                int(row["cold_litres"]) * 1000,
                int(row["km_fen"]),
                int(row["hour_fen"]),
                int(row["day_fen"]),
                int(row["stop_fen"]),
                True,
            )
            for key, row in zip(ids, rows, strict=True)
        ],
    )
    return ids, [_card(row) for row in rows]


def _card(row: dict[str, str]) -> CostCard:
    return CostCard(
        fen_per_km=int(row["km_fen"]),
        fen_per_hour=int(row["hour_fen"]),
        fen_per_day=int(row["day_fen"]),
        fen_per_stop=int(row["stop_fen"]),
    )


def load_runs(bulk: Bulk, plan: CountyPlan, fleet: Fleet, keys: Keys) -> None:
    """Store the rounds of the last weeks as closed runs, priced like any other run."""
    places = {place.fact.code: place for place in plan.places}
    totes = _totes_of(bulk)
    alone = {code: _alone(place, plan, fleet) for code, place in places.items() if code != DEPOT}
    runs: list[tuple[object, ...]] = []
    stops: list[tuple[object, ...]] = []
    carried: list[tuple[object, ...]] = []
    for trip in _trips(plan, places):
        run = next(bulk.keys(Run))
        own = [alone[delivery.facility] for delivery in trip.stops]
        cost = _cost(trip, fleet.cards[_vehicle_of(trip, fleet)])
        runs.append((run, *_run_row(trip, fleet, keys.facilities[DEPOT]), *_money(cost, own)))
        shares = zip(
            split(trip.metres, [metres for metres, _ in own]),
            split(cost.total_fen, [fen for _, fen in own]),
            own,
            strict=True,
        )
        for sequence, (delivery, (metres, fen, base)) in enumerate(
            zip(trip.stops, shares, strict=True), start=1
        ):
            stop = next(bulk.keys(Stop))
            window = _window(places[delivery.facility], trip.day)
            numbered = (stop, run, sequence, keys.facilities[delivery.facility])
            times = (delivery.arrived, delivery.arrived + HAND_OVER)
            leg = trip.legs[sequence - 1]
            stops.append((*numbered, "delivered", *times, *window, leg, *times, metres, fen, *base))
            carried += _carried(bulk, stop, delivery, (totes, window[1]))
    _copy_runs(bulk, runs, stops, carried)


def _copy_runs(
    bulk: Bulk,
    runs: Sequence[tuple[object, ...]],
    stops: Sequence[tuple[object, ...]],
    carried: Sequence[tuple[object, ...]],
) -> None:
    bulk.copy(
        Run,
        "id reference facility_id day vehicle_id driver_id state planned_leave planned_back"
        " left_at returned_at closed_at metres seconds cost_fen distance_fen driver_fen"
        " vehicle_fen stop_fen baseline_metres baseline_fen",
        runs,
    )
    bulk.copy(
        Stop,
        "id run_id sequence facility_id state planned_arrival planned_departure window_from"
        " window_to leg_metres arrived_at done_at metres_share fen_share baseline_metres"
        " baseline_fen",
        stops,
    )
    bulk.copy(
        StopTote,
        "id stop_id tote_id tote_code requisition_reference compartment weight_grams volume_cm3"
        " controlled promised_to state",
        carried,
    )


def _trips(plan: CountyPlan, places: Mapping[str, Place]) -> list[_Trip]:
    grouped: defaultdict[tuple[date, int], list[Delivery]] = defaultdict(list)
    for delivery in plan.deliveries:
        if any(line.portions for line in delivery.lines):
            grouped[local_day(delivery.arrived), delivery.round].append(delivery)
    trips = []
    for (day, number), stops in sorted(grouped.items()):
        way = [DEPOT, *(delivery.facility for delivery in stops), DEPOT]
        legs = [plan.ways[here, there] for here, there in pairwise(way)]
        service = timedelta(minutes=places[stops[-1].facility].service_minutes)
        back = stops[-1].arrived + service + timedelta(seconds=legs[-1].seconds)
        driven = [leg.metres for leg in legs]
        trips.append(_Trip(day=day, number=number, stops=stops, legs=driven, back=back))
    return trips


def _vehicle_of(trip: _Trip, fleet: Fleet) -> int:
    """Return the vehicle: a small cold one where cold goods travel, else a small plain one.

    Within a day every round has its own; the last in the file are the small cold ones.
    """
    cold = any("cold" in delivery.totes for delivery in trip.stops)
    return len(fleet.vehicles) - trip.number if cold else trip.number - 1


def _cost(trip: _Trip, card: CostCard) -> Cost:
    seconds = int((trip.back - trip.leave).total_seconds())
    return price(card, metres=trip.metres, seconds=seconds, stops=len(trip.stops))


def _run_row(trip: _Trip, fleet: Fleet, depot: int) -> tuple[object, ...]:
    turn = _vehicle_of(trip, fleet)
    reference = f"DR-{trip.day:%Y%m%d}-{trip.number:04d}"
    crew = (fleet.vehicles[turn], fleet.drivers[turn], RunState.CLOSED.value)
    closed = trip.back + timedelta(minutes=15)
    moments = (trip.leave, trip.back, trip.leave, trip.back, closed)
    seconds = int((trip.back - trip.leave).total_seconds())
    return (reference, depot, trip.day, *crew, *moments, trip.metres, seconds)


def _money(cost: Cost, own: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    parts = (cost.distance_fen, cost.driver_fen, cost.vehicle_fen, cost.stop_fen)
    alone = (sum(metres for metres, _ in own), sum(fen for _, fen in own))
    return (cost.total_fen, *parts, *alone)


def _alone(place: Place, plan: CountyPlan, fleet: Fleet) -> tuple[int, int]:
    """Return metres and fen of fetching alone, by the cheapest card and without a vehicle-day."""
    way = plan.ways[DEPOT, place.fact.code]
    seconds = 2 * way.seconds + 60 * place.service_minutes
    costs = (price(card, metres=2 * way.metres, seconds=seconds, stops=1) for card in fleet.cards)
    return 2 * way.metres, min(cost.total_fen - cost.vehicle_fen for cost in costs)


def _window(place: Place, day: date) -> tuple[datetime | None, datetime | None]:
    for window in place.windows:
        if window.weekday == day.weekday():
            return at_local(day, window.opens_at), at_local(day, window.closes_at)
    return None, None


def _totes_of(bulk: Bulk) -> dict[str, tuple[int, int, int]]:
    """Return key, weight and volume of every tote by its code."""
    columns = select(Tote.code, Tote.id, Tote.weight_grams, Tote.volume_cm3)
    rows = bulk.session.execute(columns)
    return {code: (key, grams, volume) for code, key, grams, volume in rows}


def _carried(
    bulk: Bulk,
    stop: int,
    delivery: Delivery,
    known: tuple[Mapping[str, tuple[int, int, int]], datetime | None],
) -> list[tuple[object, ...]]:
    totes, promised_to = known
    rows: list[tuple[object, ...]] = []
    for compartment, code in delivery.totes.items():
        key, grams, volume = totes[code]
        named = (next(bulk.keys(StopTote)), stop, key, code, delivery.requisition, compartment)
        state = (compartment == "controlled", promised_to, StopToteState.DELIVERED.value)
        rows.append((*named, grams, volume, *state))
    return rows
