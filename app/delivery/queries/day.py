"""What a day is planned from: free vehicles, drivers on shift, places to serve."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app.delivery.models import Driver, DriverShift, Run, Stop, StopTote, Vehicle
from app.delivery.rules.day import (
    Card,
    Crew,
    DriverOfDay,
    PlaceToServe,
    VehicleOfDay,
    seconds_of,
)
from app.delivery.rules.states import LIVE_TOTES, OUT_RUNS
from app.kernel.ids import FacilityId, ToteId, VehicleId
from app.network.models import DeliveryDay, Facility

SECONDS_PER_MINUTE = 60


def free_vehicles(session: Session, facility_id: FacilityId, day: date) -> list[VehicleOfDay]:
    """Return the depot's vehicles that are not out on a run of this day, by code."""
    out = select(Run.vehicle_id).where(Run.day == day, Run.state.in_(OUT_RUNS))
    rows = session.scalars(
        select(Vehicle)
        .where(Vehicle.facility_id == facility_id, Vehicle.active, Vehicle.id.not_in(out))
        .order_by(Vehicle.code)
    )
    return [
        VehicleOfDay(
            vehicle_id=row.id,
            code=row.code,
            escorted=row.escorted,
            ambient=(row.ambient_grams, row.ambient_cm3),
            cold=(row.cold_grams, row.cold_cm3),
            card=Card(
                fen_per_km=row.fen_per_km,
                fen_per_hour=row.fen_per_hour,
                fen_per_day=row.fen_per_day,
                fen_per_stop=row.fen_per_stop,
            ),
        )
        for row in rows
    ]


def drivers_on_shift(session: Session, facility_id: FacilityId, day: date) -> list[DriverOfDay]:
    """Return the depot's drivers who work on this weekday and are not out yet."""
    out = select(Run.driver_id).where(Run.day == day, Run.state.in_(OUT_RUNS))
    rows = session.execute(
        select(Driver.id, Driver.vehicle_id, DriverShift.starts_at, DriverShift.ends_at)
        .join(DriverShift, DriverShift.driver_id == Driver.id)
        .where(
            Driver.facility_id == facility_id,
            Driver.active,
            DriverShift.weekday == day.weekday(),
            Driver.id.not_in(out),
        )
        .order_by(Driver.id)
    )
    return [
        DriverOfDay(
            driver_id=driver_id,
            vehicle_id=vehicle_id,
            starts=seconds_of(starts_at),
            ends=seconds_of(ends_at),
        )
        for driver_id, vehicle_id, starts_at, ends_at in rows
    ]


def places_to_serve(
    session: Session, facility_ids: Sequence[FacilityId], day: date
) -> list[PlaceToServe]:
    """Return these facilities with their window of the weekday, by key."""
    rows = session.execute(
        select(Facility, DeliveryDay.opens_at, DeliveryDay.closes_at)
        .outerjoin(
            DeliveryDay,
            and_(DeliveryDay.facility_id == Facility.id, DeliveryDay.weekday == day.weekday()),
        )
        .where(Facility.id.in_(facility_ids))
        .order_by(Facility.id)
    )
    return [
        PlaceToServe(
            facility_id=facility.id,
            name=facility.short_name,
            latitude=facility.latitude,
            longitude=facility.longitude,
            window=(seconds_of(opens_at), seconds_of(closes_at)) if opens_at else None,
            service_seconds=facility.service_minutes * SECONDS_PER_MINUTE,
        )
        for facility, opens_at, closes_at in rows
    ]


def totes_on_the_way(session: Session, tote_ids: Sequence[ToteId]) -> set[ToteId]:
    """Return which of these totes are on a run that has begun."""
    return set(
        session.scalars(
            select(StopTote.tote_id)
            .join(Stop, Stop.id == StopTote.stop_id)
            .join(Run, Run.id == Stop.run_id)
            .where(
                StopTote.tote_id.in_(tote_ids),
                StopTote.state.in_(LIVE_TOTES),
                Run.state.in_(OUT_RUNS),
            )
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CrewName:
    """How people call a vehicle and who drives it."""

    plate: str
    driver: str
    refrigerated: bool


def names_of_crews(session: Session, crews: Sequence[Crew]) -> dict[VehicleId, CrewName]:
    """Return the plate and the driver of each crew."""
    vehicles = {
        row.id: row
        for row in session.scalars(
            select(Vehicle).where(Vehicle.id.in_([crew.vehicle.vehicle_id for crew in crews]))
        )
    }
    drivers = dict(
        session.execute(
            select(Driver.id, Driver.name).where(
                Driver.id.in_([crew.driver.driver_id for crew in crews])
            )
        ).all()
    )
    return {
        crew.vehicle.vehicle_id: CrewName(
            plate=vehicles[crew.vehicle.vehicle_id].plate,
            driver=drivers[crew.driver.driver_id],
            refrigerated=vehicles[crew.vehicle.vehicle_id].refrigerated,
        )
        for crew in crews
    }
