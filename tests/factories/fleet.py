"""Vehicles, drivers, roads, and runs planned over sealed totes."""

from datetime import date, datetime, time, timedelta
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.accounts.rules import Role
from app.catalogue.models import PackScheme
from app.delivery import queries
from app.delivery.models import Driver, DriverShift, Plan, Run, Vehicle
from app.delivery.queries import RunView
from app.delivery.rules.states import ScanKind, ScanOutcome
from app.delivery.service import planning, scanning, storing
from app.delivery.service.facts import ScanEvent
from app.delivery.service.planning import PlanRequest
from app.delivery.service.scanning import ScanAnswer
from app.delivery.service.storing import Solution
from app.fulfilment.models import Requisition, Tote
from app.fulfilment.rules import Compartment, RequisitionState, ToteState
from app.inventory import service as inventory
from app.inventory.models import StockBalance
from app.kernel.actor import Actor
from app.kernel.ids import FacilityId
from app.kernel.local_time import local_day
from app.network.models import Facility, RoadLeg
from app.traceability.models import Disposition, Unit, UnitLevel
from optimizer.routing.budget import Budget
from optimizer.routing.solver import solve
from tests.factories.cast import Cast, a_person
from tests.factories.requisitions import an_approved_requisition, picked, sealed
from tests.factories.stock import NOW, a_lot, an_item, stocked

TOMORROW = local_day(NOW) + timedelta(days=1)
_numbers = count(1)


def a_van(
    session: Session, cast: Cast, code: str = "V01", *, cold: bool = True, grams: int = 800_000
) -> Vehicle:
    """Store a van of the depot."""
    van = Vehicle(
        code=code,
        plate=f"陕F·{code}",
        facility_id=cast.central.id,
        refrigerated=cold,
        escorted=True,
        ambient_grams=grams,
        ambient_cm3=4_000_000,
        cold_grams=100_000 if cold else 0,
        cold_cm3=400_000 if cold else 0,
        fen_per_km=160,
        fen_per_hour=3_500,
        fen_per_day=16_000,
        fen_per_stop=200,
    )
    session.add(van)
    session.flush()
    return van


def a_driver_of(session: Session, cast: Cast, actor: Actor, van: Vehicle | None = None) -> Driver:
    """Store a driver's record who works every day from seven to eighteen."""
    driver = Driver(
        user_id=actor.user_id,
        facility_id=cast.central.id,
        name=actor.name,
        phone="13800000000",
        vehicle_id=van.id if van else None,
    )
    session.add(driver)
    session.flush()
    session.add_all(
        DriverShift(driver_id=driver.id, weekday=day, starts_at=time(7), ends_at=time(18))
        for day in range(7)
    )
    session.flush()
    return driver


def another_driver(session: Session, cast: Cast, username: str = "driver2") -> Actor:
    """Store a second person who drives for the depot."""
    user_id = a_person(session, username, cast.central, Role.DRIVER)
    signed_in = accounts.find_signed_in(session, user_id)
    assert signed_in is not None
    return signed_in.actor


def roads_among(session: Session, facilities: list[Facility], *, metres: int = 12_000) -> None:
    """Store roads between all of these facilities, driven at ten metres a second."""
    ids: list[FacilityId] = [facility.id for facility in facilities]
    session.add_all(
        RoadLeg(origin_id=a, target_id=b, metres=metres, seconds=metres // 10, source="test roads")
        for a in ids
        for b in ids
        if a != b
    )
    session.flush()


def a_depot(session: Session, cast: Cast) -> Driver:
    """Give the depot one van, its driver, and roads to every facility of the cast."""
    roads_among(session, [cast.central, cast.yudu, cast.yanchang, cast.outsider, cast.village])
    return a_driver_of(session, cast, cast.actor("driver"), a_van(session, cast))


def a_tote_for(session: Session, cast: Cast, by: str = "clinic", quantity: int = 240) -> Tote:
    """Bring a clinic's requisition to its sealed tote."""
    item = an_item(session, f"药品{next(_numbers)}")
    stocked(session, cast.actor("storekeeper"), a_lot(session, item), 4_800)
    requisition = an_approved_requisition(session, cast, {item: quantity}, by=by)
    picked(session, cast, requisition)
    return sealed(session, cast, requisition)[0]


def a_plan(session: Session, cast: Cast, day: date = TOMORROW, *, now: datetime = NOW) -> Plan:
    """Let the dispatcher press the button, and do the worker's part at once."""
    plan = planning.request_plan(
        session, cast.actor("dispatcher"), PlanRequest(day=day, solve_seconds=1), now=now
    )
    task = storing.take_task(session, plan.id)
    assert task is not None
    answer = solve(task.assignment.problem, Budget(seconds=1, steps=1))
    storing.store_plan(session, task, Solution(plan=answer, took_ms=1), now=now)
    session.refresh(plan)
    return plan


def a_run(session: Session, cast: Cast) -> RunView:
    """Plan the released totes for tomorrow; return the only run."""
    a_plan(session, cast)
    (run,) = queries.runs_of_day(session, cast.central.id, TOMORROW)
    return run


def run_now(session: Session, run: RunView) -> RunView:
    """Return the run as the database has it."""
    run_id = session.scalars(select(Run.id).where(Run.reference == run.reference)).one()
    return queries.view_of(session, run_id)


def stop_for(run: RunView, tote: Tote) -> int:
    """Return the number of the stop that is to receive the tote."""
    return next(
        stop.sequence for stop in run.stops if tote.code in {one.code for one in stop.totes}
    )


def an_event(
    run: RunView | str, kind: ScanKind, code: str = "", stop: int | None = None, **facts: object
) -> ScanEvent:
    """Return an event of the driver's phone; each has its own key and number."""
    number = next(_numbers)
    values: dict[str, object] = {
        "client_event_id": f"event-{number:06d}",
        "device": "phone-1",
        "device_seq": number,
        "event_time": NOW,
        **facts,
    }
    reference = run if isinstance(run, str) else run.reference
    return ScanEvent(run=reference, kind=kind, code=code, stop=stop, **values)  # type: ignore[arg-type]


def scanned(
    session: Session, cast: Cast, *events: ScanEvent, now: datetime = NOW, by: str = "driver"
) -> list[ScanAnswer]:
    """Send events in one batch."""
    return scanning.record_scans(session, cast.actor(by), list(events), now=now)


def outcomes(answers: list[ScanAnswer]) -> list[str]:
    """Return each answer as one word: its refusal's code, or its outcome."""
    return [answer.refusal or answer.outcome.value for answer in answers]


def all_accepted(answers: list[ScanAnswer]) -> bool:
    """Say whether every event was accepted."""
    return all(answer.outcome is ScanOutcome.ACCEPTED for answer in answers)


def two_stops(session: Session, cast: Cast) -> tuple[RunView, Tote, Tote]:
    """Return a run with a tote for Yudu and one for Yanchang."""
    a_depot(session, cast)
    yudu, yanchang = a_tote_for(session, cast), a_tote_for(session, cast, "clinic2")
    return a_run(session, cast), yudu, yanchang


def in_vehicle(session: Session, cast: Cast) -> int:
    """Return how many base units lie in the van's place."""
    place = inventory.vehicle_place(session, cast.central.id, "V01")
    held = session.scalars(select(StockBalance.on_hand).where(StockBalance.place_id == place.id))
    return sum(held)


def trip_state(session: Session, tote: Tote) -> ToteState:
    """Return the tote's state as the database has it."""
    session.refresh(tote)
    return tote.state


def all_aboard(session: Session, cast: Cast, run: RunView, *totes: Tote) -> None:
    """Load the totes and leave."""
    events = [an_event(run, ScanKind.LOAD, tote.code) for tote in totes]
    assert all_accepted(scanned(session, cast, *events, an_event(run, ScanKind.DEPART)))


def many_sealed_totes(session: Session, cast: Cast, facilities: list[Facility]) -> None:
    """Store a sealed tote for each facility, in bulk: only its measures matter."""
    dispatcher = cast.actor("dispatcher")
    place = inventory.stock_place(session, cast.central.id)
    for number, facility in enumerate(facilities):
        requisition = Requisition(
            reference=f"RQ-BULK-{number:04d}",
            facility_id=facility.id,
            requested_by_id=facility.id,
            supplier_id=cast.central.id,
            state=RequisitionState.SEALED,
            delivery_day=TOMORROW,
            created_by_id=dispatcher.user_id,
            created_at=NOW,
        )
        unit = Unit(
            code=f"TT-BULK-{number:04d}",
            scheme=PackScheme.OWN,
            level=UnitLevel.TOTE,
            capacity=0,
            disposition=Disposition.IN_STOCK,
            place_id=place.id,
        )
        session.add_all([requisition, unit])
        session.flush()
        session.add(
            Tote(
                code=unit.code,
                unit_id=unit.id,
                requisition_id=requisition.id,
                supplier_id=cast.central.id,
                destination_id=facility.id,
                compartment=Compartment.AMBIENT,
                state=ToteState.SEALED,
                weight_grams=4_000,
                volume_cm3=20_000,
                created_at=NOW,
                sealed_at=NOW,
            )
        )
    session.flush()
