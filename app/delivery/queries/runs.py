"""Runs with their stops and totes, as the board, the driver and the route sheet show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.delivery.models import Driver, Run, Stop, StopTote, Vehicle
from app.delivery.rules.states import (
    ABOARD,
    LIVE_RUNS,
    OPEN_STOPS,
    RunState,
    StopState,
    StopToteState,
)
from app.fulfilment.queries.totes import HeldInside, held_inside
from app.kernel.ids import DriverId, FacilityId, RunId, StopId, ToteId
from app.network.models import Facility

MOST_RUNS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ToteView:
    """A tote of a stop."""

    code: str
    requisition_reference: str
    compartment: str
    weight_grams: int
    volume_cm3: int
    state: StopToteState
    reason: str
    held: tuple[HeldInside, ...] = ()
    """Lots inside that must not be used: the tote goes back, whatever its destination."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopView:
    """A stop with its facility and its totes; moments are UTC."""

    id: StopId
    sequence: int
    facility_name: str
    township: str
    phone: str
    latitude: float
    longitude: float
    position_source: str
    state: StopState
    planned_arrival: datetime
    planned_departure: datetime
    window_from: datetime | None
    window_to: datetime | None
    arrived_at: datetime | None
    done_at: datetime | None
    leg_metres: int
    reason: str
    receiver_name: str
    totes: tuple[ToteView, ...]

    @property
    def is_open(self) -> bool:
        """Whether the stop has no outcome yet."""
        return self.state in OPEN_STOPS

    @property
    def is_cold(self) -> bool:
        """Whether it receives goods of the cold chain."""
        return any(tote.compartment == "cold" for tote in self.totes)

    @property
    def settled(self) -> int:
        """How many of its totes have an outcome."""
        waiting = (StopToteState.PLANNED, StopToteState.LOADED)
        return sum(tote.state not in waiting for tote in self.totes)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """A run with its vehicle, driver and stops."""

    reference: str
    day: date
    state: RunState
    facility_id: FacilityId
    depot_name: str
    depot_latitude: float
    depot_longitude: float
    vehicle_code: str
    plate: str
    refrigerated: bool
    capacity_grams: int
    driver_id: DriverId
    driver_name: str
    driver_phone: str
    planned_leave: datetime
    planned_back: datetime
    left_at: datetime | None
    returned_at: datetime | None
    closed_at: datetime | None
    metres: int
    cost_fen: int
    baseline_metres: int
    baseline_fen: int
    stops: tuple[StopView, ...]

    @property
    def totes(self) -> tuple[ToteView, ...]:
        """All totes, in the order of the stops."""
        return tuple(tote for stop in self.stops for tote in stop.totes)

    @property
    def load_grams(self) -> int:
        """What the totes weigh together."""
        return sum(tote.weight_grams for tote in self.totes)

    @property
    def missing(self) -> tuple[ToteView, ...]:
        """Totes neither loaded nor explained."""
        return tuple(tote for tote in self.totes if tote.state is StopToteState.PLANNED)

    @property
    def aboard(self) -> tuple[ToteView, ...]:
        """Totes inside the vehicle."""
        return tuple(tote for tote in self.totes if tote.state in ABOARD)

    @property
    def held(self) -> tuple[ToteView, ...]:
        """Totes with a recalled or held lot inside that are aboard, or still to be loaded."""
        with_us = {StopToteState.PLANNED, *ABOARD}
        return tuple(tote for tote in self.totes if tote.held and tote.state in with_us)

    @property
    def done_stops(self) -> int:
        """How many stops have an outcome."""
        return sum(not stop.is_open for stop in self.stops)

    @property
    def next_stop(self) -> StopView | None:
        """The first stop without an outcome."""
        return next((stop for stop in self.stops if stop.is_open), None)


def runs_of_day(session: Session, facility_id: FacilityId, day: date) -> list[RunView]:
    """Return the depot's runs of a day, in the order in which they were planned to leave."""
    return _views(
        session, Run.facility_id == facility_id, Run.day == day, Run.state != RunState.CANCELLED
    )


def runs_of_driver(session: Session, driver_id: DriverId, today: date) -> list[RunView]:
    """Return a driver's runs that are not closed, and those closed today, by day."""
    return _views(
        session,
        Run.driver_id == driver_id,
        Run.state.in_(LIVE_RUNS) | ((Run.state == RunState.CLOSED) & (Run.day >= today)),
    )


def view_of(session: Session, run_id: RunId) -> RunView:
    """Return one run."""
    return _views(session, Run.id == run_id)[0]


def _views(session: Session, *where: ColumnElement[bool]) -> list[RunView]:
    depot = Facility
    rows = session.execute(
        select(Run, Vehicle, Driver, depot)
        .join(Vehicle, Vehicle.id == Run.vehicle_id)
        .join(Driver, Driver.id == Run.driver_id)
        .join(depot, depot.id == Run.facility_id)
        .where(*where)
        .order_by(Run.day, Run.planned_leave, Run.id)
        .limit(MOST_RUNS)
        .execution_options(populate_existing=True)
    ).all()
    stops = _stops(session, [run.id for run, *_ in rows])
    return [_view(*row, tuple(stops.get(row[0].id, ()))) for row in rows]


def _view(
    run: Run, vehicle: Vehicle, driver: Driver, depot: Facility, stops: tuple[StopView, ...]
) -> RunView:
    return RunView(
        reference=run.reference,
        day=run.day,
        state=run.state,
        facility_id=run.facility_id,
        depot_name=depot.short_name,
        depot_latitude=depot.latitude,
        depot_longitude=depot.longitude,
        vehicle_code=vehicle.code,
        plate=vehicle.plate,
        refrigerated=vehicle.refrigerated,
        capacity_grams=vehicle.ambient_grams + vehicle.cold_grams,
        driver_id=driver.id,
        driver_name=driver.name,
        driver_phone=driver.phone,
        planned_leave=run.planned_leave,
        planned_back=run.planned_back,
        left_at=run.left_at,
        returned_at=run.returned_at,
        closed_at=run.closed_at,
        metres=run.metres,
        cost_fen=run.cost_fen,
        baseline_metres=run.baseline_metres,
        baseline_fen=run.baseline_fen,
        stops=stops,
    )


def _stops(session: Session, run_ids: Sequence[RunId]) -> dict[RunId, list[StopView]]:
    rows = session.execute(
        select(Stop, Facility)
        .join(Facility, Facility.id == Stop.facility_id)
        .where(Stop.run_id.in_(run_ids))
        .order_by(Stop.run_id, Stop.sequence)
        .execution_options(populate_existing=True)
    ).all()
    totes = _totes(session, [stop.id for stop, _ in rows])
    stops: dict[RunId, list[StopView]] = {}
    for stop, facility in rows:
        view = _stop(stop, facility, tuple(totes.get(stop.id, ())))
        stops.setdefault(stop.run_id, []).append(view)
    return stops


def _stop(stop: Stop, facility: Facility, totes: tuple[ToteView, ...]) -> StopView:
    return StopView(
        id=stop.id,
        sequence=stop.sequence,
        facility_name=facility.short_name,
        township=facility.township,
        phone=facility.phone,
        latitude=facility.latitude,
        longitude=facility.longitude,
        position_source=facility.position_source,
        state=stop.state,
        planned_arrival=stop.planned_arrival,
        planned_departure=stop.planned_departure,
        window_from=stop.window_from,
        window_to=stop.window_to,
        arrived_at=stop.arrived_at,
        done_at=stop.done_at,
        leg_metres=stop.leg_metres,
        reason=stop.reason,
        receiver_name=stop.receiver_name,
        totes=totes,
    )


def _totes(session: Session, stop_ids: Sequence[StopId]) -> dict[StopId, list[ToteView]]:
    totes: dict[StopId, list[ToteView]] = {}
    rows = session.scalars(
        select(StopTote)
        .where(StopTote.stop_id.in_(stop_ids))
        .order_by(StopTote.stop_id, StopTote.tote_code)
        .execution_options(populate_existing=True)
    ).all()
    held: dict[ToteId, list[HeldInside]] = {}
    for lot in held_inside(session, {tote.tote_id for tote in rows}) if rows else ():
        held.setdefault(lot.tote_id, []).append(lot)
    for tote in rows:
        view = ToteView(
            code=tote.tote_code,
            requisition_reference=tote.requisition_reference,
            compartment=tote.compartment,
            weight_grams=tote.weight_grams,
            volume_cm3=tote.volume_cm3,
            state=tote.state,
            reason=tote.reason,
            held=tuple(held.get(tote.tote_id, ())),
        )
        totes.setdefault(tote.stop_id, []).append(view)
    return totes


def days_with_runs(session: Session, facility_id: FacilityId, since: date) -> dict[date, int]:
    """Return how many live runs each day from ``since`` on has."""
    rows = session.execute(
        select(Run.day, func.count())
        .where(
            Run.facility_id == facility_id,
            Run.day >= since,
            Run.state != RunState.CANCELLED,
        )
        .group_by(Run.day)
    )
    return dict(rows.all())
