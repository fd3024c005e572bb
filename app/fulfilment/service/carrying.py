"""What a driver does with a tote: load it, hand it over, bring it back.

Called by delivery, which names its run for the life line. Every step is taken once:
repeated, it raises ``AlreadyDone``. A phone's clock decides nothing: the ledger's time stays
between the tote's last step and now, the trace event keeps the time the phone told.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.fulfilment.errors import ToteNotReleased, ToteStateChanged
from app.fulfilment.models import Requisition, Tote
from app.fulfilment.queries.totes import may_not_leave
from app.fulfilment.rules import Compartment, RequisitionState, ToteState
from app.fulfilment.service.filling import CONTENT_KIND
from app.fulfilment.service.finding import (
    advance_requisition,
    advance_tote,
    get_supplied_tote,
    lock_requisition,
)
from app.fulfilment.service.sealing import contents_of
from app.inventory import service as inventory
from app.inventory.models import PlaceKind, PostingKind
from app.inventory.service import NO_LINE, Movement, PostingRequest, Spot
from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.history import Change
from app.kernel.ids import FacilityId, PlaceId, ToteId
from app.traceability import service as traceability
from app.traceability.errors import AlreadyDone, ReasonMissing
from app.traceability.models import BizStep, Disposition, Unit
from app.traceability.service import Happening

RELEASED = (RequisitionState.SEALED, RequisitionState.IN_DELIVERY)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedTote:
    """A sealed tote that waits for a vehicle; ``held`` says that a lot inside may not leave."""

    tote_id: ToteId
    code: str
    requisition_reference: str
    facility_id: FacilityId
    compartment: Compartment
    weight_grams: int
    volume_cm3: int
    controlled: bool
    promised_from: datetime | None
    promised_to: datetime | None
    held: bool


@dataclass(frozen=True, slots=True)
class _Leg:
    """One move of a whole tote between two places; both belong to the centre's stock."""

    kind: PostingKind
    step: BizStep
    disposition: Disposition
    source: PlaceId
    target: PlaceId
    facility_id: FacilityId
    since: datetime | None
    run: str


def list_released_totes(session: Session, depot_id: FacilityId, day: date) -> list[ReleasedTote]:
    """Return the depot's sealed totes promised for ``day`` or earlier, oldest promise first.

    Totes without a delivery day are due on any day.
    """
    rows = session.execute(
        select(Tote, Requisition, may_not_leave(day))
        .join(Requisition, Requisition.id == Tote.requisition_id)
        .where(
            Tote.supplier_id == depot_id,
            Tote.state == ToteState.SEALED,
            Requisition.state.in_(RELEASED),
            Requisition.delivery_day.is_(None) | (Requisition.delivery_day <= day),
        )
        .order_by(Requisition.promised_from, Tote.id)
    )
    return [
        ReleasedTote(
            tote_id=tote.id,
            code=tote.code,
            requisition_reference=requisition.reference,
            facility_id=tote.destination_id,
            compartment=tote.compartment,
            weight_grams=tote.weight_grams,
            volume_cm3=tote.volume_cm3,
            controlled=tote.compartment is Compartment.CONTROLLED,
            promised_from=requisition.promised_from,
            promised_to=requisition.promised_to,
            held=held,
        )
        for tote, requisition, held in rows
    ]


def load_tote(  # noqa: PLR0913 - a scan is these facts; delivery names each
    session: Session,
    actor: Actor,
    tote_code: str,
    vehicle_place_id: PlaceId,
    key: str,
    *,
    happening_time: datetime,
    now: datetime,
    run: str = "",
) -> Tote:
    """Load a sealed tote: its goods are now in the vehicle's place.

    Raises:
        ToteNotReleased: other totes of its requisition are not sealed yet.
        AlreadyDone: it is on this vehicle already.
        ToteStateChanged: it is on another vehicle, handed over, or not sealed.
        LotHeld, LotExpired: a lot inside may not leave any more.
    """
    tote = get_supplied_tote(session, actor, tote_code)
    requisition = lock_requisition(session, tote.requisition_id)
    session.refresh(tote)
    if tote.state is ToteState.LOADED and tote.vehicle_place_id != vehicle_place_id:
        raise ToteStateChanged(tote.code, state=tote.state.value)
    advance_tote(
        session,
        tote,
        ((ToteState.SEALED,), ToteState.LOADED),
        vehicle_place_id=vehicle_place_id,
        loaded_at=now,
    )
    if requisition.state not in RELEASED:
        raise ToteNotReleased(tote.code)
    if requisition.state is RequisitionState.SEALED:
        step = ((RequisitionState.SEALED,), RequisitionState.IN_DELIVERY)
        advance_requisition(session, requisition, step)
    leg = _Leg(
        kind=PostingKind.LOAD,
        step=BizStep.LOADING,
        disposition=Disposition.IN_TRANSIT,
        source=inventory.place_for(session, tote.supplier_id, PlaceKind.STAGING).id,
        target=vehicle_place_id,
        facility_id=tote.supplier_id,
        since=tote.sealed_at,
        run=run,
    )
    _carry(session, actor, (tote, leg, key), happening_time=happening_time, now=now)
    return tote


def hand_over_tote(  # noqa: PLR0913 - a scan is these facts; delivery names each
    session: Session,
    actor: Actor,
    tote_code: str,
    key: str,
    *,
    happening_time: datetime,
    now: datetime,
    run: str = "",
) -> Tote:
    """Hand a loaded tote over: its goods wait at the destination, still the centre's.

    Raises:
        AlreadyDone: it was handed over (and perhaps confirmed) before.
        ToteStateChanged: it is not on a vehicle.
    """
    tote = get_supplied_tote(session, actor, tote_code)
    lock_requisition(session, tote.requisition_id)
    session.refresh(tote)
    if tote.state is ToteState.RECEIVED:
        raise AlreadyDone(tote.code, scanned=tote.code)
    vehicle = tote.vehicle_place_id
    advance_tote(
        session,
        tote,
        ((ToteState.LOADED,), ToteState.HANDED_OVER),
        vehicle_place_id=None,
        handed_over_at=now,
    )
    leg = _Leg(
        kind=PostingKind.HAND_OVER,
        step=BizStep.ARRIVING,
        disposition=Disposition.IN_TRANSIT,
        source=vehicle or PlaceId(0),
        target=inventory.place_for(session, tote.destination_id, PlaceKind.RECEIVING).id,
        facility_id=tote.destination_id,
        since=tote.loaded_at,
        run=run,
    )
    _carry(session, actor, (tote, leg, key), happening_time=happening_time, now=now)
    return tote


def return_tote(  # noqa: PLR0913 - a scan is these facts; delivery names each
    session: Session,
    actor: Actor,
    tote_code: str,
    reason: str,
    key: str,
    *,
    happening_time: datetime,
    now: datetime,
    run: str = "",
) -> Tote:
    """Bring a loaded tote back to the depot's staging place, with its reason.

    Raises:
        ReasonMissing: the depot must know why.
        AlreadyDone: it was brought back before.
        ToteStateChanged: it is not on a vehicle.
    """
    if not reason:
        raise ReasonMissing(tote_code)
    tote = get_supplied_tote(session, actor, tote_code)
    lock_requisition(session, tote.requisition_id)
    session.refresh(tote)
    vehicle = tote.vehicle_place_id
    advance_tote(session, tote, ((ToteState.LOADED,), ToteState.RETURNED), vehicle_place_id=None)
    leg = _Leg(
        kind=PostingKind.RETURN,
        step=BizStep.RETURNING,
        disposition=Disposition.IN_STOCK,
        source=vehicle or PlaceId(0),
        target=inventory.place_for(session, tote.supplier_id, PlaceKind.STAGING).id,
        facility_id=tote.supplier_id,
        since=tote.loaded_at,
        run=run,
    )
    _carry(session, actor, (tote, leg, key), happening_time=happening_time, now=now)
    change = Change(subject=("tote", tote.id), action="returned", reason=reason)
    history.record(session, actor, change, now=now)
    return tote


def _carry(
    session: Session,
    actor: Actor,
    what: tuple[Tote, _Leg, str],
    *,
    happening_time: datetime,
    now: datetime,
) -> None:
    tote, leg, key = what
    # A line is handed over once; after an undone hand-over the ledger knows it by its document.
    handing = leg.kind is PostingKind.HAND_OVER
    is_first = handing and inventory.last_posting(session, tote.code, leg.kind) is None
    line_kind = CONTENT_KIND if is_first else ""
    movements = [
        Movement(
            lot_id=content.lot_id,
            quantity=content.quantity,
            source=Spot(leg.source, tote.supplier_id),
            target=Spot(leg.target, tote.supplier_id),
            line=(line_kind, content.id) if line_kind else NO_LINE,
        )
        for content in contents_of(session, tote)
    ]
    request = PostingRequest(
        kind=leg.kind,
        key=f"{leg.kind.value}:{tote.id}:{key}",
        facility_id=leg.facility_id,
        document=tote.code,
        occurred_at=max(min(happening_time, now), leg.since or now),
        movements=movements,
    )
    inventory.post(session, actor, request, now=now)
    unit = session.get_one(Unit, tote.unit_id)
    happening = Happening(
        step=leg.step,
        disposition=leg.disposition,
        facility_id=leg.facility_id,
        document=leg.run or tote.code,
        event_time=happening_time,
        recorded_at=now,
        place_id=leg.target,
    )
    traceability.move(session, actor, [unit], (leg.source, leg.target), happening)


def release_again(session: Session, actor: Actor, tote_code: str, *, now: datetime) -> Tote:
    """Let a returned, still sealed tote go out with a later run.

    Raises:
        AlreadyDone, ToteStateChanged: it waits for a vehicle already, or was not returned.
    """
    tote = get_supplied_tote(session, actor, tote_code)
    advance_tote(session, tote, ((ToteState.RETURNED,), ToteState.SEALED))
    change = Change(subject=("tote", tote.id), action="released-again")
    history.record(session, actor, change, now=now)
    return tote
