"""Taking in what drivers recorded: each event on its own, each answered once."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from app.delivery.errors import DeviceSequenceReused
from app.delivery.models import DeliveryScan, Driver, Run, Vehicle
from app.delivery.rules.scanning import clock_of
from app.delivery.rules.states import ScanOutcome
from app.delivery.service.events import apply
from app.delivery.service.facts import Effect, Road, ScanEvent
from app.delivery.service.runs import get_driver, lock_own_runs
from app.inventory import service as inventory
from app.kernel.actor import Actor
from app.kernel.db import Json
from app.kernel.errors import DomainError, NotFound, RuleBroken
from app.kernel.ids import PlaceId, VehicleId
from app.kernel.signing import Signer
from app.quality.service import keep_incident
from app.traceability import service as traceability
from app.traceability.errors import AlreadyDone


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanAnswer:
    """What a device is told about one event; ``refusal`` has the code of what was rejected."""

    client_event_id: str
    outcome: ScanOutcome
    refusal: str = ""
    data: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """Who sent it, the runs it may change, and where their vehicles keep stock."""

    session: Session
    actor: Actor
    driver: Driver
    runs: dict[str, Run]
    places: dict[VehicleId, PlaceId]
    now: datetime
    signer: Signer | None

    def road(self, event: ScanEvent) -> Road:
        """Return the run an event names.

        Raises:
            NotFound: it is not one of the driver's.
        """
        run = self.runs.get(event.run)
        if run is None:
            raise NotFound("run")
        return Road(
            session=self.session,
            actor=self.actor,
            run=run,
            place_id=self.places[run.vehicle_id],
            now=self.now,
            signer=self.signer,
        )


def record_scans(
    session: Session,
    actor: Actor,
    events: Sequence[ScanEvent],
    *,
    now: datetime,
    signer: Signer | None = None,
) -> list[ScanAnswer]:
    """Take in a batch of events and answer each, in the order given.

    ``signer`` tests the labels of scanned totes.

    The driver's runs are locked first, so that two devices queue up. A device's events
    are applied by its own numbering, each in a savepoint: one that is refused changes
    nothing and stops no other. An event that was taken in before gets its first answer.

    Raises:
        NotADriver: the person does not drive.
    """
    driver = get_driver(session, actor)
    runs = lock_own_runs(session, driver, sorted({event.run for event in events}))
    batch = _Batch(
        session=session,
        actor=actor,
        driver=driver,
        runs=runs,
        places=_places(session, runs),
        now=now,
        signer=signer,
    )
    in_order = sorted(range(len(events)), key=lambda n: (events[n].device, events[n].device_seq))
    answers = {n: _answer(batch, events[n]) for n in in_order}
    return [answers[n] for n in range(len(events))]


def _places(session: Session, runs: Mapping[str, Run]) -> dict[VehicleId, PlaceId]:
    vehicles = session.execute(
        select(Vehicle.id, Vehicle.facility_id, Vehicle.code, Vehicle.plate).where(
            Vehicle.id.in_({run.vehicle_id for run in runs.values()})
        )
    ).all()
    return {
        vehicle_id: inventory.vehicle_place(session, facility_id, code, plate).id
        for vehicle_id, facility_id, code, plate in vehicles
    }


def _answer(batch: _Batch, event: ScanEvent) -> ScanAnswer:
    return _first_answer(batch, event) or _take(batch, event)


def _first_answer(batch: _Batch, event: ScanEvent) -> ScanAnswer | None:
    """Return what was answered to this event before, or refuse its number used for another."""
    known = batch.session.scalars(
        select(DeliveryScan).where(
            or_(
                DeliveryScan.client_event_id == event.client_event_id,
                (DeliveryScan.device == event.device)
                & (DeliveryScan.device_seq == event.device_seq),
            )
        )
    ).all()
    if not known:
        return None
    same = [scan for scan in known if scan.client_event_id == event.client_event_id]
    if not same:
        return _rejection(event, DeviceSequenceReused(event.device))
    if same[0].digest != _digest(event):
        reused = traceability.conflict_of(event.client_event_id, event.code)
        keep_incident(batch.session, batch.actor, reused, batch.now)
        return _rejection(event, reused)
    return ScanAnswer(
        client_event_id=event.client_event_id,
        outcome=same[0].outcome,
        refusal=same[0].refusal,
        data=same[0].details.get("data", {}),
    )


def _take(batch: _Batch, event: ScanEvent) -> ScanAnswer:
    """Apply one event and keep it with its answer, whatever that is."""
    effect = Effect()
    try:
        with batch.session.begin_nested():
            effect = apply(batch.road(event), event)
            answer = ScanAnswer(client_event_id=event.client_event_id, outcome=effect.outcome)
    except AlreadyDone:
        answer = ScanAnswer(client_event_id=event.client_event_id, outcome=ScanOutcome.DUPLICATE)
    except DomainError as refusal:
        keep_incident(batch.session, batch.actor, refusal, batch.now)
        answer = _rejection(event, refusal)
    except (DataError, IntegrityError):
        # The database had the last word on this one event; the others must not suffer.
        answer = _rejection(event, RuleBroken(event.client_event_id))
    stored = batch.session.scalar(
        insert(DeliveryScan)
        .values(_row(batch, event, effect, answer))
        .on_conflict_do_nothing()
        .returning(DeliveryScan.id)
    )
    if stored is None:  # its twin was committed while this one waited for the run
        return _first_answer(batch, event) or answer
    return answer


def _rejection(event: ScanEvent, refusal: DomainError) -> ScanAnswer:
    return ScanAnswer(
        client_event_id=event.client_event_id,
        outcome=ScanOutcome.REJECTED,
        refusal=refusal.code,
        data={"subject": refusal.subject} | {key: _plain(of) for key, of in refusal.data.items()},
    )


def _plain(value: object) -> object:
    """Return what JSON can keep of a refusal's facts; days and lists become text."""
    return value if isinstance(value, str | int | float | None) else str(value)


def _row(batch: _Batch, event: ScanEvent, effect: Effect, answer: ScanAnswer) -> dict[str, object]:
    run = batch.runs.get(event.run)
    details = {
        "run": event.run,
        "stop": event.stop,
        "reason": event.reason,
        "receiver": event.receiver,
        "undoes": event.undoes,
        "data": answer.data,
    }
    return {
        "client_event_id": event.client_event_id,
        "device": event.device,
        "device_seq": event.device_seq,
        "digest": _digest(event),
        "driver_id": batch.driver.id,
        "kind": event.kind,
        "run_id": run.id if run else None,
        "stop_id": effect.stop_id,
        "tote_id": effect.tote_id,
        "tote_code": event.code,
        "event_time": event.event_time,
        "recorded_at": batch.now,
        "clock": clock_of(event.event_time, batch.now),
        "outcome": answer.outcome,
        "refusal": answer.refusal,
        "details": {name: value for name, value in details.items() if value},
    }


def _digest(event: ScanEvent) -> str:
    return hashlib.sha256(repr(event).encode()).hexdigest()
