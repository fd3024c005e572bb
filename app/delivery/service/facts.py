"""What an event is about: its stop, its tote, and whose tote it is."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.delivery.errors import StopNeeded, ToteNeeded, ToteNotPlanned, WrongStop, WrongVehicle
from app.delivery.models import Run, Stop, StopTote, Vehicle
from app.delivery.rules.states import ScanKind, ScanOutcome, StopToteState
from app.fulfilment.models import Tote
from app.fulfilment.service import Label, trust_tote
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.ids import PlaceId, StopId, ToteId
from app.kernel.local_time import local_day
from app.kernel.signing import Signer
from app.network.models import Facility
from app.traceability.rules import recognise

_MOVED = func.greatest(Tote.sealed_at, Tote.loaded_at, Tote.handed_over_at)
"""When the tote's goods moved last: their next move may not be dated before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanEvent:
    """One event as a device recorded it; ``run`` is a reference, ``stop`` its number in it."""

    client_event_id: str
    device: str
    device_seq: int
    kind: ScanKind
    run: str
    event_time: datetime
    stop: int | None = None
    code: str = ""
    reason: str = ""
    receiver: str = ""
    undoes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """Who drives which run, in which vehicle's place, at which moment of ours."""

    session: Session
    actor: Actor
    run: Run
    place_id: PlaceId
    now: datetime
    signer: Signer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What an event did, and to which stop and tote."""

    outcome: ScanOutcome = ScanOutcome.ACCEPTED
    stop_id: StopId | None = None
    tote_id: ToteId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A tote of the run, its stop, and the last moment at which its goods moved."""

    tote: StopTote
    stop: Stop
    moved_at: datetime | None


def find_stop(road: Road, event: ScanEvent) -> Stop:
    """Return the stop an event names.

    Raises:
        StopNeeded: it names none.
        NotFound: the run has no such stop.
    """
    if event.stop is None:
        raise StopNeeded(event.kind.value)
    stop = road.session.scalars(
        select(Stop).where(Stop.run_id == road.run.id, Stop.sequence == event.stop)
    ).one_or_none()
    if stop is None:
        raise NotFound("stop")
    return stop


def find_carried(road: Road, event: ScanEvent, *, code: str = "") -> Carried:
    """Return the tote an event names, on this run; ``code`` names it in its place.

    Raises:
        ToteNeeded: it names none.
        ToteNotPlanned: no run carries it.
        WrongVehicle: another run does; the refusal says which, and whose tote it is.
        ForeignLabel, StaleSheet: its label is forged, of another sheet, or had run out.
    """
    code = recognise(code or event.code).code
    if not code:
        raise ToteNeeded(event.kind.value)
    rows = road.session.execute(
        select(StopTote, Stop, Run, Vehicle.plate, Facility.short_name, _MOVED)
        .join(Stop, Stop.id == StopTote.stop_id)
        .join(Run, Run.id == Stop.run_id)
        .join(Vehicle, Vehicle.id == Run.vehicle_id)
        .join(Facility, Facility.id == Stop.facility_id)
        .join(Tote, Tote.id == StopTote.tote_id)
        .where(StopTote.tote_code == code, StopTote.state != StopToteState.CANCELLED)
        .order_by((Run.id == road.run.id).desc(), StopTote.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).first()
    if rows is None or not road.actor.sees(rows[2].facility_id):
        raise ToteNotPlanned(code)
    tote, stop, run, plate, facility, moved_at = rows
    if run.id != road.run.id:
        raise WrongVehicle(code, vehicle=plate, run=run.reference, facility=facility)
    _trust(road, event, tote.tote_id)
    return Carried(tote=tote, stop=stop, moved_at=moved_at)


def _trust(road: Road, event: ScanEvent, tote_id: ToteId) -> None:
    """Test the label on the day it was scanned: the phone may tell of it much later."""
    label = Label(text=event.code, signer=road.signer, on=local_day(event.event_time))
    trust_tote(road.session, road.session.get_one(Tote, tote_id), label)


def take_to_stop(road: Road, carried: Carried, stop: Stop) -> Carried:
    """Return a tote as one of a stop, where it belongs; the centre may have redirected it there.

    Raises:
        WrongStop: it is another's; ``data`` has the facility and the number of its stop.
    """
    facility_id, facility = road.session.execute(
        select(Facility.id, Facility.short_name)
        .join(Tote, Tote.destination_id == Facility.id)
        .where(Tote.id == carried.tote.tote_id)
    ).one()
    if facility_id != stop.facility_id:
        sequence = road.session.scalar(
            select(Stop.sequence)
            .where(Stop.run_id == road.run.id, Stop.facility_id == facility_id)
            .order_by(Stop.sequence)
            .limit(1)
        )
        raise WrongStop(carried.tote.tote_code, facility=facility, stop=sequence or 0)
    if carried.stop.id == stop.id:
        return carried
    carried.tote.stop_id = stop.id
    road.session.flush()
    return Carried(tote=carried.tote, stop=stop, moved_at=carried.moved_at)
