"""A tote before the wrong door: its facility asks, the centre redirects it or does not (改送)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.errors import SecondPersonIsTheFirst
from app.fulfilment.errors import (
    RedirectDecided,
    RedirectForbidden,
    RedirectOpen,
    ToteStateChanged,
)
from app.fulfilment.models import Tote, ToteRedirect
from app.fulfilment.rules import Compartment, ToteState
from app.fulfilment.service.finding import ON_THE_ROAD, Label, lock_requisition, trust_tote
from app.fulfilment.service.sealing import contents_of
from app.inventory import service as inventory
from app.inventory.models import PlaceKind, PostingKind, StockPosting
from app.inventory.service import Movement, PostingRequest, Spot
from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.db import refusing
from app.kernel.errors import NotFound
from app.kernel.history import Change
from app.kernel.ids import FacilityId, ToteId
from app.kernel.local_time import local_day
from app.kernel.numbering import issue_number
from app.kernel.signing import Signer
from app.network import service as network
from app.traceability import service as traceability
from app.traceability.errors import ReasonMissing
from app.traceability.models import BizStep, Disposition, Unit
from app.traceability.rules import recognise
from app.traceability.service import Happening

PREFIX = "GS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Which tote is to stay where it turned up, and why."""

    tote_code: str
    reason: str
    signer: Signer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What the centre says to a request, and why."""

    approve: bool
    reason: str


def ask_redirect(session: Session, actor: Actor, asking: Asking, *, now: datetime) -> ToteRedirect:
    """Ask the centre to let a tote on the road to another facility stay at the actor's.

    Raises:
        NotFound: there is no such tote on the road.
        ReasonMissing: the centre must learn why.
        ForeignLabel, StaleSheet: its label is forged, of another sheet, or has run out.
        RedirectForbidden: it is the actor's own, or holds controlled medicines.
        RedirectOpen: somebody has asked before, and the centre has not answered.
    """
    code = recognise(asking.tote_code).code
    tote = session.scalars(select(Tote).where(Tote.code == code)).first()
    if tote is None or tote.state not in ON_THE_ROAD:
        raise NotFound("tote")
    if not asking.reason.strip():
        raise ReasonMissing(code)
    label = Label(text=asking.tote_code, signer=asking.signer, on=local_day(now))
    trust_tote(session, tote, label)
    _refuse_forbidden(tote, actor.facility_id)
    redirect = ToteRedirect(
        reference=issue_number(session, PREFIX, now=now),
        tote_id=tote.id,
        supplier_id=tote.supplier_id,
        from_id=tote.destination_id,
        to_id=actor.facility_id,
        reason=asking.reason.strip(),
        asked_by_id=actor.user_id,
        asked_at=now,
    )
    with refusing(session, "uq_tote_redirect_open", RedirectOpen(code)):
        session.add(redirect)
        session.flush()
    return redirect


def _refuse_forbidden(tote: Tote, to_id: FacilityId) -> None:
    """Keep controlled medicines on the way to where they were ordered and signed for."""
    if tote.destination_id == to_id:
        raise RedirectForbidden(tote.code, rule="own")
    if tote.compartment is Compartment.CONTROLLED:
        raise RedirectForbidden(tote.code, rule="controlled")


def decide_redirect(
    session: Session, actor: Actor, reference: str, ruling: Ruling, *, now: datetime
) -> ToteRedirect:
    """Redirect a tote to the facility that asked, or let it go where it was sent.

    One that was handed over there lies at the other facility from now on; one aboard is
    handed over there. Tote and requisition keep who asked, who decided, and why.

    Raises:
        NotFound: there is no such request to the actor's depot.
        ReasonMissing: both facilities must learn why.
        SecondPersonIsTheFirst: whoever asked does not approve it.
        RedirectDecided: it was decided before.
        ToteStateChanged: the tote was received, brought back or redirected meanwhile.
    """
    redirect = _own(session, actor, reference)
    if not ruling.reason.strip():
        raise ReasonMissing(reference)
    if redirect.asked_by_id == actor.user_id:
        raise SecondPersonIsTheFirst(reference)
    tote = session.get_one(Tote, redirect.tote_id)
    lock_requisition(session, tote.requisition_id)
    _decide(session, actor, redirect, ruling, now=now)
    if ruling.approve:
        _redirect(session, actor, (tote, redirect), now=now)
    action = "tote-redirected" if ruling.approve else "redirect-refused"
    names = network.names_of(session, [redirect.from_id, redirect.to_id])
    for subject in (("tote", tote.id), ("requisition", tote.requisition_id)):
        change = Change(
            subject=subject,
            action=action,
            before={"facility": names[redirect.from_id]},
            after={"facility": names[redirect.to_id]},
            reason=f"{redirect.reason} · {ruling.reason.strip()}",
        )
        history.record(session, actor, change, now=now)
    return redirect


def _own(session: Session, actor: Actor, reference: str) -> ToteRedirect:
    found = session.scalars(select(ToteRedirect).where(ToteRedirect.reference == reference)).first()
    if found is None:
        raise NotFound("redirect")
    actor.must_act_for(found.supplier_id, "redirect")
    return found


def _decide(
    session: Session, actor: Actor, redirect: ToteRedirect, ruling: Ruling, *, now: datetime
) -> None:
    decided = session.execute(
        update(ToteRedirect)
        .where(ToteRedirect.id == redirect.id, ToteRedirect.approved.is_(None))
        .values(
            approved=ruling.approve,
            answer=ruling.reason.strip(),
            decided_by_id=actor.user_id,
            decided_at=now,
        )
        .returning(ToteRedirect.id)
        .execution_options(synchronize_session=False)
    ).first()
    if decided is None:
        raise RedirectDecided(redirect.reference)
    session.refresh(redirect)


def _redirect(
    session: Session, actor: Actor, what: tuple[Tote, ToteRedirect], *, now: datetime
) -> None:
    tote, redirect = what
    moved = session.execute(
        update(Tote)
        .where(
            Tote.id == tote.id,
            Tote.state.in_(ON_THE_ROAD),
            Tote.destination_id == redirect.from_id,
        )
        .values(destination_id=redirect.to_id)
        .returning(Tote.id)
        .execution_options(synchronize_session=False)
    ).first()
    session.refresh(tote)
    if moved is None:
        raise ToteStateChanged(tote.code, state=tote.state.value)
    if tote.state is ToteState.HANDED_OVER:
        _carry_over(session, actor, what, now=now)


def _carry_over(
    session: Session, actor: Actor, what: tuple[Tote, ToteRedirect], *, now: datetime
) -> None:
    """Post the goods, still the centre's, from the one receiving place to the other."""
    tote, redirect = what
    source = inventory.place_for(session, redirect.from_id, PlaceKind.RECEIVING)
    target = inventory.place_for(session, redirect.to_id, PlaceKind.RECEIVING)
    movements = [
        Movement(
            lot_id=content.lot_id,
            quantity=content.quantity,
            source=Spot(source.id, tote.supplier_id),
            target=Spot(target.id, tote.supplier_id),
        )
        for content in contents_of(session, tote)
    ]
    request = PostingRequest(
        kind=PostingKind.HAND_OVER,
        key=f"redirect:{redirect.id}",
        facility_id=redirect.to_id,
        document=redirect.reference,
        occurred_at=now,
        movements=movements,
        reason=redirect.reason,
    )
    inventory.post(session, actor, request, now=now)
    unit = session.get_one(Unit, tote.unit_id)
    happening = Happening(
        step=BizStep.ARRIVING,
        disposition=Disposition.IN_TRANSIT,
        facility_id=redirect.to_id,
        document=redirect.reference,
        event_time=now,
        recorded_at=now,
        place_id=target.id,
        reason=redirect.reason,
    )
    traceability.move(session, actor, [unit], (source.id, target.id), happening)


def was_carried_over(session: Session, tote_id: ToteId) -> bool:
    """Say whether a tote lies at another facility than the one it was handed over to."""
    over = select(StockPosting.id).join(
        ToteRedirect, StockPosting.document == ToteRedirect.reference
    )
    return session.scalars(over.where(ToteRedirect.tote_id == tote_id).limit(1)).first() is not None
