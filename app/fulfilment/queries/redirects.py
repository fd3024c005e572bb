"""Redirects as the facilities concerned and the centre see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import UserAccount
from app.fulfilment.models import Requisition, Tote, ToteRedirect
from app.fulfilment.rules import Compartment, ToteState
from app.kernel.actor import Actor, Permission
from app.kernel.ids import FacilityId, ToteRedirectId
from app.network.models import Facility


@dataclass(frozen=True, slots=True)
class RedirectRow:
    """A tote that turned up at another facility, and what the centre said."""

    id: ToteRedirectId
    reference: str
    tote: str
    compartment: Compartment
    tote_state: ToteState
    requisition: str
    supplier_id: FacilityId
    sent_to: str
    turned_up_at: str
    reason: str
    asked_by: str
    asked_at: datetime
    approved: bool | None
    answer: str
    decided_by: str | None
    decided_at: datetime | None


def list_redirects(
    session: Session,
    actor: Actor,
    *,
    only_open: bool,
    after: tuple[str | int, ...] | None,
    size: int,
) -> Sequence[RedirectRow]:
    """Return requests the actor's facility has a part in, the newest first."""
    query = _rows(actor).order_by(ToteRedirect.id.desc()).limit(size + 1)
    if only_open:
        query = query.where(ToteRedirect.approved.is_(None))
    if after:
        query = query.where(ToteRedirect.id < after[0])
    return [RedirectRow(*row) for row in session.execute(query)]


def find_redirect(session: Session, actor: Actor, reference: str) -> RedirectRow | None:
    """Return one request, None where there is none the actor may see."""
    row = session.execute(_rows(actor).where(ToteRedirect.reference == reference)).first()
    return RedirectRow(*row) if row else None


def _rows(actor: Actor) -> Select[*tuple[Any, ...]]:
    sent_to, turned_up_at = aliased(Facility), aliased(Facility)
    decider = aliased(UserAccount)
    query = (
        select(
            ToteRedirect.id,
            ToteRedirect.reference,
            Tote.code,
            Tote.compartment,
            Tote.state,
            Requisition.reference,
            ToteRedirect.supplier_id,
            sent_to.short_name,
            turned_up_at.short_name,
            ToteRedirect.reason,
            UserAccount.name,
            ToteRedirect.asked_at,
            ToteRedirect.approved,
            ToteRedirect.answer,
            decider.name,
            ToteRedirect.decided_at,
        )
        .join(Tote, Tote.id == ToteRedirect.tote_id)
        .join(Requisition, Requisition.id == Tote.requisition_id)
        .join(sent_to, sent_to.id == ToteRedirect.from_id)
        .join(turned_up_at, turned_up_at.id == ToteRedirect.to_id)
        .join(UserAccount, UserAccount.id == ToteRedirect.asked_by_id)
        .outerjoin(decider, decider.id == ToteRedirect.decided_by_id)
    )
    if actor.may(Permission.COUNTY_READ):
        return query
    own = list(actor.facility_ids)
    return query.where(
        or_(
            ToteRedirect.supplier_id.in_(own),
            ToteRedirect.from_id.in_(own),
            ToteRedirect.to_id.in_(own),
        )
    )
