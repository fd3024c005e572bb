"""The end of a run: its vehicle is empty, or each tote still inside is explained."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.delivery.errors import StopsOpen, TotesMissing, VehicleNotEmpty
from app.delivery.models import Run, Stop, StopTote, Vehicle
from app.delivery.rules.states import ABOARD, OPEN_STOPS, RunState, StopToteState
from app.delivery.service.runs import Step, change_state, get_own_run
from app.inventory import service as inventory
from app.inventory.models import StockBalance
from app.kernel.actor import Actor
from app.network.models import Facility
from app.traceability.errors import ReasonMissing


def close_run(
    session: Session, actor: Actor, reference: str, kept: Mapping[str, str], *, now: datetime
) -> Run:
    """Close a run that is back; ``kept`` gives a reason for each tote that stays inside.

    Raises:
        NotFound: there is no such run, or it is somebody else's.
        StopsOpen: stops have no outcome yet.
        TotesMissing: totes were neither loaded nor left behind for a reason.
        VehicleNotEmpty: totes, or other stock, are still in the vehicle's place.
        ReasonMissing: a tote is to stay inside for no reason.
        RunStateChanged: the run never left, or is closed.
    """
    run = get_own_run(session, actor, reference)
    session.refresh(run, with_for_update={"key_share": True})
    _refuse_open_stops(session, run)
    _refuse_unexplained(session, run, kept)
    _keep(session, run, kept)
    _refuse_stray_stock(session, run)
    origins = (RunState.ON_ROAD, RunState.RETURNED)
    if run.state is RunState.ON_ROAD:
        back = Step(origins=origins, target=RunState.RETURNED, at=now)
        change_state(session, actor, run, back, now=now)
    reason = "; ".join(f"{code}: {why}" for code, why in sorted(kept.items()))
    step = Step(origins=(RunState.RETURNED,), target=RunState.CLOSED, at=now, reason=reason)
    change_state(session, actor, run, step, now=now)
    return run


def _refuse_open_stops(session: Session, run: Run) -> None:
    names = session.scalars(
        select(Facility.short_name)
        .join(Stop, Stop.facility_id == Facility.id)
        .where(Stop.run_id == run.id, Stop.state.in_(OPEN_STOPS))
        .order_by(Stop.sequence)
    ).all()
    if names and run.state in (RunState.ON_ROAD, RunState.RETURNED):
        raise StopsOpen(run.reference, facilities="、".join(names))


def _refuse_unexplained(session: Session, run: Run, kept: Mapping[str, str]) -> None:
    rows = session.execute(
        select(StopTote.tote_code, StopTote.state)
        .join(Stop, Stop.id == StopTote.stop_id)
        .where(Stop.run_id == run.id)
        .order_by(StopTote.tote_code)
    ).all()
    waiting = [code for code, state in rows if state is StopToteState.PLANNED]
    if waiting:
        raise TotesMissing(run.reference, count=len(waiting), codes=", ".join(waiting))
    inside = [code for code, state in rows if state in ABOARD and code not in kept]
    if inside:
        raise VehicleNotEmpty(run.reference, count=len(inside), codes=", ".join(inside))
    for code, reason in kept.items():
        if not reason:
            raise ReasonMissing(code)


def _keep(session: Session, run: Run, kept: Mapping[str, str]) -> None:
    for code, reason in kept.items():
        session.execute(
            update(StopTote)
            .where(
                StopTote.stop_id.in_(select(Stop.id).where(Stop.run_id == run.id)),
                StopTote.tote_code == code,
                StopTote.state.in_(ABOARD),
            )
            .values(state=StopToteState.KEPT, reason=reason)
            .execution_options(synchronize_session=False)
        )


def _refuse_stray_stock(session: Session, run: Run) -> None:
    """Compare with the ledger: stock in the vehicle's place belongs to a tote that was kept."""
    vehicle = session.get_one(Vehicle, run.vehicle_id)
    place = inventory.vehicle_place(session, vehicle.facility_id, vehicle.code, vehicle.plate)
    stock = select(StockBalance.id).where(
        StockBalance.place_id == place.id, StockBalance.on_hand > 0
    )
    explained = (
        select(StopTote.id)
        .join(Stop, Stop.id == StopTote.stop_id)
        .join(Run, Run.id == Stop.run_id)
        .where(Run.vehicle_id == vehicle.id, StopTote.state == StopToteState.KEPT)
    )
    if session.scalar(stock.limit(1)) and not session.scalar(explained.limit(1)):
        raise VehicleNotEmpty(run.reference, count=0, codes=vehicle.plate)
