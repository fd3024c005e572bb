"""What the demo's alerts desk shows: a pack given twice, a patient to call back, a lost tote."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.capture import service as capture
from app.capture.rules import Act
from app.capture.service import Batch, Told
from app.catalogue.models import Item, SpecialClass
from app.demo.load.people import somebody
from app.dispensing import service as dispensing
from app.dispensing.service import DispenseRequest
from app.fulfilment import service as fulfilment
from app.fulfilment.models import Tote
from app.fulfilment.rules import Compartment, ToteState
from app.fulfilment.service import Asking
from app.inventory.models import Place, PlaceKind
from app.kernel.actor import Actor
from app.kernel.errors import DomainError
from app.quality import service as quality
from app.traceability.models import Disposition, Lot, LotHold, Unit, UnitLevel

DEVICE = "PDA-02"


def load_suspicions(session: Session, *, now: datetime) -> None:
    """Let a pack be given that a phone without network gave before, and turn up elsewhere."""
    clinic, other = somebody(session, "clinic"), somebody(session, "clinic2")
    for pack in _on_the_shelf(session, clinic):
        given_at = now - timedelta(minutes=50)
        dispensing.dispense(session, clinic, DispenseRequest(code=pack), now=given_at)
        _told_late(session, clinic, pack, now)
        _refused(session, other, pack, now - timedelta(minutes=20))
    _at_the_wrong_door(session, clinic, now)


def _on_the_shelf(session: Session, actor: Actor) -> Sequence[str]:
    """Return a whole pack with a code that lies loose in a bin of the actor's facility."""
    return session.scalars(
        select(Unit.code)
        .join(Place, Place.id == Unit.place_id)
        .join(Item, Item.id == Unit.item_id)
        .join(Lot, Lot.id == Unit.lot_id)
        .where(
            Place.facility_id == actor.facility_id,
            Place.kind == PlaceKind.BIN,
            Unit.level == UnitLevel.PACK,
            Unit.disposition == Disposition.IN_STOCK,
            Unit.consumed == 0,
            Item.special_class == SpecialClass.NONE,
            Lot.hold == LotHold.NONE,
        )
        .order_by(Lot.expires_on.desc(), Unit.id)
        .limit(1)
    ).all()


def _told_late(session: Session, actor: Actor, code: str, now: datetime) -> None:
    """Let a device tell that it had given the pack already, while it had no network."""
    act = Told(
        device_seq=1,
        client_event_id=f"demo-{DEVICE}-1",
        act=Act.DISPENSE,
        event_time=now - timedelta(minutes=65),
        codes=(code,),
        note="处方 MZ2611-0412（演示）",
    )
    batch = Batch(device=DEVICE, acts=(act,))
    capture.capture(session, actor, batch, now=now - timedelta(minutes=35))


def _refused(session: Session, actor: Actor, code: str, at: datetime) -> None:
    """Scan the pack at another facility, as its pharmacist would, and keep what comes of it."""
    try:
        with session.begin_nested():
            dispensing.dispense(session, actor, DispenseRequest(code=code), now=at)
    except DomainError as refusal:
        quality.keep_incident(session, actor, refusal, at)


def _at_the_wrong_door(session: Session, finder: Actor, now: datetime) -> None:
    """Let a clinic ask for a tote that was put off at its door and is another's."""
    tote = session.scalars(
        select(Tote.code)
        .where(
            Tote.state == ToteState.LOADED,
            Tote.destination_id != finder.facility_id,
            Tote.compartment != Compartment.CONTROLLED,
        )
        .order_by(Tote.id.desc())
        .limit(1)
    ).first()
    if tote is not None:
        asking = Asking(tote_code=tote, reason="司机卸错，道路滑坡无法送回（演示）")
        fulfilment.ask_redirect(session, finder, asking, now=now - timedelta(minutes=12))
