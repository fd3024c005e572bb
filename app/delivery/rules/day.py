"""The values a day is planned from."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from app.kernel.ids import DriverId, FacilityId, ToteId, VehicleId

SECONDS_PER_HOUR = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class ToteToPlan:
    """A released tote: weight, destination, promise; ``held``: a lot inside may not leave."""

    tote_id: ToteId
    code: str
    requisition_reference: str
    facility_id: FacilityId
    compartment: str
    weight_grams: int
    volume_cm3: int
    controlled: bool
    promised_to: datetime | None
    overdue: bool = False
    held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceToServe:
    """A facility: position, and when unloading may start, in seconds of the local day.

    ``window`` is None where nobody receives goods on this day.
    """

    facility_id: FacilityId
    name: str
    latitude: float
    longitude: float
    window: tuple[int, int] | None
    service_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a vehicle costs, in fen."""

    fen_per_km: int
    fen_per_hour: int
    fen_per_day: int
    fen_per_stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleOfDay:
    """A vehicle that can be planned."""

    vehicle_id: VehicleId
    code: str
    escorted: bool
    ambient: tuple[int, int]
    cold: tuple[int, int]
    card: Card


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverOfDay:
    """A driver on shift, in seconds of the local day; ``vehicle_id`` is the usual vehicle."""

    driver_id: DriverId
    vehicle_id: VehicleId | None
    starts: int
    ends: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """A vehicle with its driver for the day."""

    vehicle: VehicleOfDay
    driver: DriverOfDay


@dataclass(frozen=True, slots=True, kw_only=True)
class LegBetween:
    """Metres and seconds by road."""

    metres: int
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayInputs:
    """Everything a plan follows from."""

    day: date
    depot: PlaceToServe
    totes: tuple[ToteToPlan, ...]
    places: tuple[PlaceToServe, ...]
    crews: tuple[Crew, ...]
    legs: Mapping[tuple[FacilityId, FacilityId], LegBetween]
    roads_source: str
    cut_off: frozenset[FacilityId] = frozenset()

    def place(self, facility_id: FacilityId) -> PlaceToServe:
        """Return the place of a facility that orders."""
        return next(place for place in self.places if place.facility_id == facility_id)


def seconds_of(clock: time) -> int:
    """Return a local clock time as seconds of the day."""
    return clock.hour * SECONDS_PER_HOUR + clock.minute * 60 + clock.second


def pair(vehicles: Sequence[VehicleOfDay], drivers: Sequence[DriverOfDay]) -> tuple[Crew, ...]:
    """Put drivers into vehicles: each into the usual one, the others into those left, in order."""
    free = {vehicle.vehicle_id: vehicle for vehicle in vehicles}
    crews: list[Crew] = []
    waiting: list[DriverOfDay] = []
    for driver in drivers:
        usual = free.pop(driver.vehicle_id, None) if driver.vehicle_id else None
        if usual:
            crews.append(Crew(vehicle=usual, driver=driver))
        else:
            waiting.append(driver)
    rest = [Crew(vehicle=v, driver=d) for v, d in zip(free.values(), waiting, strict=False)]
    return tuple(sorted([*crews, *rest], key=lambda crew: crew.vehicle.code))


def leaving_from(crews: Sequence[Crew], earliest: int | None) -> tuple[Crew, ...]:
    """Let nobody leave before ``earliest``; a crew whose shift is over by then stays at home."""
    if earliest is None:
        return tuple(crews)
    return tuple(
        replace(crew, driver=replace(crew.driver, starts=max(crew.driver.starts, earliest)))
        for crew in crews
        if crew.driver.ends > earliest
    )


def digest(inputs: DayInputs) -> str:
    """Name the inputs: another digest means that the plan was made for something else."""
    parts = [
        inputs.day.isoformat(),
        repr(inputs.depot),
        *sorted(map(repr, inputs.totes)),
        *sorted(map(repr, inputs.places)),
        *map(repr, inputs.crews),
        *sorted(f"{pair} {leg}" for pair, leg in inputs.legs.items()),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
