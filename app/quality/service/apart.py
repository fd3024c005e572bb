"""Packs in quarantine: code, book and what was promised from them, in one transaction (隔离)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.errors import SecondPersonNeeded
from app.accounts.service import Credentials
from app.catalogue import service as catalogue
from app.fulfilment import service as fulfilment
from app.inventory import service as inventory
from app.kernel.actor import Actor, Permission
from app.kernel.errors import DomainError
from app.kernel.ids import LotId, UnitId
from app.quality.rules import BY_HAND, needs_second
from app.traceability import service as traceability
from app.traceability.errors import ReasonMissing, StateForbids
from app.traceability.models import Unit, UnitHold
from app.traceability.service import Cause
from app.transfers import service as transfers


@dataclass(frozen=True, slots=True, kw_only=True)
class Releasing:
    """What quality decided of a pack in quarantine, and who signs beside the actor."""

    decision: str
    second: Credentials | None = None


def keep_incident(session: Session, actor: Actor, refusal: DomainError, now: datetime) -> None:
    """Write the incident of a refusal down, and set apart what it suspects.

    Edges do so by themselves; whoever answers many events in one transaction calls it for each
    refused one, after the event's savepoint is rolled back.
    """
    unit_ids = traceability.note_incident(session, actor, refusal, now)
    if refusal.incident is None:
        return
    cause = Cause(kind=refusal.incident.kind, document=refusal.incident.document)
    for unit_id in unit_ids:
        _set_apart(session, actor, unit_id, cause, now=now)


def set_unit_apart(
    session: Session, actor: Actor, code: str, reason: str, *, now: datetime
) -> Unit:
    """Put a pack or carton in quarantine by hand, for a reason.

    Raises:
        ReasonMissing: people must learn why.
        UnknownCode: nobody announced the code.
        StateForbids: it is in quarantine already, or its state allows none.
    """
    if not reason.strip():
        raise ReasonMissing("unit")
    unit = traceability.get_unit(session, code)
    cause = Cause(kind=BY_HAND, note=reason.strip())
    if _set_apart(session, actor, unit.id, cause, now=now) is None:
        raise StateForbids(unit.code, now=unit.disposition.value, wanted="quarantine")
    return unit


def release_unit(
    session: Session, actor: Actor, code: str, releasing: Releasing, *, now: datetime
) -> Unit:
    """End a quarantine: the thing is what it was, and counts as usable again.

    Raises:
        UnknownCode, ReasonMissing, StateForbids: there is no such quarantine, or no reason.
        SecondPersonNeeded, SecondPersonIsTheFirst, SecondPersonRefused: two must decide.
        InsufficientStock: the goods are not in quarantine any more.
    """
    if not releasing.decision.strip():
        raise ReasonMissing("unit")
    unit = traceability.get_unit(session, code)
    hold = traceability.open_hold(session, unit.id)
    if hold is None:
        raise StateForbids(unit.code, now=unit.disposition.value, wanted="in_stock")
    decision = _signed(session, actor, (unit, hold, releasing), now=now)
    inventory.lock_content(session, unit.id)
    released = traceability.release(session, actor, code, decision, now=now)
    session.refresh(hold)
    inventory.give_content_back(session, actor, hold, now=now)
    return released


def _signed(
    session: Session, actor: Actor, what: tuple[Unit, UnitHold, Releasing], *, now: datetime
) -> str:
    """Return the decision as it is kept, with the name of whoever signed beside the actor."""
    unit, hold, releasing = what
    item = None if unit.item_id is None else catalogue.get_item(session, unit.item_id)
    if not needs_second(hold.kind, controlled=item is not None and item.is_controlled):
        return releasing.decision
    if releasing.second is None:
        raise SecondPersonNeeded(unit.code)
    second = accounts.verify_second_person(
        session, releasing.second, Permission.RECALL_COSIGN, first=actor, now=now
    )
    return f"{releasing.decision.strip()} ({second.name})"


def _set_apart(
    session: Session, actor: Actor, unit_id: UnitId, cause: Cause, *, now: datetime
) -> UnitHold | None:
    """Set a thing apart; documents are locked before its lot, the lot before its stock."""
    lot_id = traceability.lot_of(session, unit_id)
    if lot_id is not None:
        transfers.lock_promised(session, lot_id)
        fulfilment.lock_promised(session, lot_id)
        inventory.lock_content(session, unit_id)
    hold = traceability.set_apart(session, actor, unit_id, cause, now=now)
    if hold is None or lot_id is None:
        return hold
    losing = inventory.set_content_apart(session, actor, hold, now=now)
    if losing:
        _refill(session, actor, (lot_id, losing, cause.kind), now=now)
    return hold


def _refill(
    session: Session,
    actor: Actor,
    told: tuple[LotId, list[tuple[str, int]], str],
    *,
    now: datetime,
) -> None:
    """Promise from other stock what lines lost by a quarantine."""
    lot_id, losing, why = told
    lot = traceability.get_lot(session, lot_id)
    fulfilment.refill_losing(session, actor, (lot, losing, why), now=now)
    transfers.refill(session, actor, (lot, losing, why), now=now)
