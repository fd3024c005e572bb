"""Ready-made days of deliveries, over plain values."""

from datetime import UTC, date, datetime

from app.delivery.rules.day import (
    Card,
    Crew,
    DayInputs,
    DriverOfDay,
    LegBetween,
    PlaceToServe,
    ToteToPlan,
    VehicleOfDay,
)
from app.kernel.ids import DriverId, FacilityId, ToteId, VehicleId

DAY = date(2026, 11, 23)
HOUR = 3600
DEPOT = FacilityId(1)


def a_tote(number: int, facility: int = 2, *, compartment: str = "ambient") -> ToteToPlan:
    return ToteToPlan(
        tote_id=ToteId(number),
        code=f"TT{number:04d}",
        requisition_reference=f"RQ-{number}",
        facility_id=FacilityId(facility),
        compartment=compartment,
        weight_grams=2_000,
        volume_cm3=9_000,
        controlled=compartment == "controlled",
        promised_to=datetime(2026, 11, 23, 4, tzinfo=UTC),
    )


def a_place(
    facility: int, *, window: tuple[int, int] | None = (9 * HOUR, 12 * HOUR)
) -> PlaceToServe:
    return PlaceToServe(
        facility_id=FacilityId(facility),
        name=f"卫生院{facility}",
        latitude=32.5,
        longitude=107.9,
        window=window,
        service_seconds=600,
    )


def a_vehicle(number: int, *, cold: bool = False, escorted: bool = False) -> VehicleOfDay:
    return VehicleOfDay(
        vehicle_id=VehicleId(number),
        code=f"V{number:02d}",
        escorted=escorted,
        ambient=(500_000, 4_000_000),
        cold=(100_000, 500_000) if cold else (0, 0),
        card=Card(fen_per_km=160, fen_per_hour=3_500, fen_per_day=16_000, fen_per_stop=200),
    )


def a_driver(number: int, *, vehicle: int | None = None) -> DriverOfDay:
    return DriverOfDay(
        driver_id=DriverId(number),
        vehicle_id=VehicleId(vehicle) if vehicle else None,
        starts=7 * HOUR,
        ends=18 * HOUR,
    )


def a_day(
    *totes: ToteToPlan,
    places: tuple[PlaceToServe, ...] = (),
    crews: tuple[Crew, ...] | None = None,
) -> DayInputs:
    """A day on roads of 10 km and 20 minutes between any two places."""
    places = places or tuple(a_place(one) for one in sorted({tote.facility_id for tote in totes}))
    ids = [DEPOT, *(place.facility_id for place in places)]
    if crews is None:
        crews = (Crew(vehicle=a_vehicle(1, cold=True, escorted=True), driver=a_driver(1)),)
    return DayInputs(
        day=DAY,
        depot=a_place(DEPOT, window=None),
        totes=totes,
        places=places,
        crews=crews,
        legs={(a, b): LegBetween(metres=10_000, seconds=1_200) for a in ids for b in ids if a != b},
        roads_source="test",
    )
