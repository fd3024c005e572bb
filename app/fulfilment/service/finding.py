"""Find documents the actor may see or act on, and take their states forward."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.fulfilment.errors import RequisitionStateChanged, ToteStateChanged, WrongDestination
from app.fulfilment.models import PickTask, Requisition, Tote
from app.fulfilment.rules import RequisitionState, ToteState
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.ids import RequisitionId, ToteId
from app.kernel.signing import Signer
from app.network import service as network
from app.traceability import service as traceability
from app.traceability.errors import AlreadyDone
from app.traceability.rules import recognise

ON_THE_ROAD = frozenset({ToteState.LOADED, ToteState.HANDED_OVER})
"""Where a tote may lie before the wrong door."""


def get_requisition(session: Session, actor: Actor, reference: str) -> Requisition:
    """Return a requisition the actor's facility asked for, gets, or supplies.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    found = session.scalars(select(Requisition).where(Requisition.reference == reference)).first()
    if found is None or not actor.sees(found.facility_id, found.requested_by_id, found.supplier_id):
        raise NotFound("requisition")
    return found


def get_own_requisition(session: Session, actor: Actor, reference: str) -> Requisition:
    """Return a requisition the actor may write: their own, or one of their villages'."""
    found = get_requisition(session, actor, reference)
    actor.must_act_for(found.facility_id, "requisition")
    return found


def get_supplied_requisition(session: Session, actor: Actor, reference: str) -> Requisition:
    """Return a requisition the actor's facility is to supply."""
    found = get_requisition(session, actor, reference)
    actor.must_act_for(found.supplier_id, "requisition")
    return found


def get_tote(session: Session, actor: Actor, code: str) -> Tote:
    """Return a tote by its code or the link on its label, for those who send or get it.

    Raises:
        NotFound: there is none, or it is between other facilities.
    """
    plain = recognise(code).code
    found = session.scalars(select(Tote).where(Tote.code == plain)).first()
    if found is None or not actor.sees(found.supplier_id, found.destination_id):
        raise NotFound("tote")
    return found


def get_arriving_tote(session: Session, actor: Actor, code: str) -> Tote:
    """Return a tote that comes to one of the actor's facilities.

    Raises:
        NotFound: there is none, or it is between other facilities and not on the road.
        WrongDestination: it is on the road to another facility, and lies before the actor.
    """
    plain = recognise(code).code
    found = session.scalars(select(Tote).where(Tote.code == plain)).first()
    if found is None:
        raise NotFound("tote")
    if found.destination_id in actor.facility_ids:
        return found
    if found.state in ON_THE_ROAD:
        names = network.names_of(session, [found.destination_id])
        raise WrongDestination(found.code, facility=names.get(found.destination_id, ""))
    raise NotFound("tote")


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A tote's code as it was scanned, who can test its seal, and on which day."""

    text: str
    signer: Signer | None
    on: date


def trust_tote(session: Session, tote: Tote, label: Label) -> None:
    """Refuse a label of ours that is not this tote's, of the sheet it travels under now.

    Raises:
        ForeignLabel, StaleSheet: the label is forged, of another sheet, or has run out.
    """
    scan = recognise(label.text)
    if label.signer is None or not scan.seal:
        return
    sheet = session.scalars(
        select(Requisition.reference).where(Requisition.id == tote.requisition_id)
    ).one()
    traceability.trust_sheet(label.signer, scan, sheet, on=label.on)


def get_supplied_tote(session: Session, actor: Actor, code: str) -> Tote:
    """Return a tote of the actor's own depot."""
    found = get_tote(session, actor, code)
    actor.must_act_for(found.supplier_id, "tote")
    return found


def get_task(session: Session, actor: Actor, reference: str) -> PickTask:
    """Return a pick list of the actor's depot.

    Raises:
        NotFound: there is none.
    """
    found = session.scalars(select(PickTask).where(PickTask.reference == reference)).first()
    if found is None or not actor.sees(found.supplier_id):
        raise NotFound("pick task")
    return found


def lock_task(session: Session, actor: Actor, reference: str) -> PickTask:
    """Make other pickers of this list wait, and return it as it now is.

    Raises:
        NotFound: there is none at the actor's depot.
    """
    found = session.scalars(
        select(PickTask)
        .where(PickTask.reference == reference, ~PickTask.cancelled)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise NotFound("pick task")
    actor.must_act_for(found.supplier_id, "pick task")
    return found


def lock_requisition(session: Session, requisition_id: RequisitionId) -> Requisition:
    """Make others who finish parts of this requisition wait for each other."""
    return session.scalars(
        select(Requisition)
        .where(Requisition.id == requisition_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def advance_requisition(
    session: Session,
    requisition: Requisition,
    step: tuple[Collection[RequisitionState], RequisitionState],
    **changes: Any,
) -> None:
    """Take a requisition from one of some states to another: compare and set (L8).

    Raises:
        RequisitionStateChanged: it is in another state by now.
    """
    before, after = step
    moved = session.execute(
        update(Requisition)
        .where(Requisition.id == requisition.id, Requisition.state.in_(before))
        .values(state=after, revision=Requisition.revision + 1, **changes)
        .returning(Requisition.id)
        .execution_options(synchronize_session=False)
    ).first()
    session.refresh(requisition)
    if moved is None:
        raise RequisitionStateChanged(requisition.reference, state=requisition.state.value)


def advance_tote(
    session: Session, tote: Tote, step: tuple[Collection[ToteState], ToteState], **changes: Any
) -> None:
    """Take a tote from one of some states to another: compare and set (L8).

    Raises:
        AlreadyDone: it is in the wanted state already.
        ToteStateChanged: it is in yet another state.
    """
    before, after = step
    moved = session.execute(
        update(Tote)
        .where(Tote.id == tote.id, Tote.state.in_(before))
        .values(state=after, **changes)
        .returning(Tote.id)
        .execution_options(synchronize_session=False)
    ).first()
    session.refresh(tote)
    if moved is None:
        if tote.state is after:
            raise AlreadyDone(tote.code, scanned=tote.code)
        raise ToteStateChanged(tote.code, state=tote.state.value)


def totes_left(
    session: Session, requisition_id: RequisitionId, states: Collection[ToteState]
) -> list[ToteId]:
    """Return the totes of a requisition that are in one of these states."""
    return list(
        session.scalars(
            select(Tote.id).where(Tote.requisition_id == requisition_id, Tote.state.in_(states))
        )
    )
