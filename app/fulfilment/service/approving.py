"""The pharmacist decides every line; what is approved is promised at once (审批)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.errors import SecondPersonNeeded
from app.accounts.service import Credentials
from app.catalogue.models import Item
from app.fulfilment.errors import NothingToDeliver
from app.fulfilment.models import Requisition, RequisitionLine
from app.fulfilment.rules import Decision, RequisitionState
from app.fulfilment.service import lines, listing
from app.fulfilment.service.advising import advise
from app.fulfilment.service.deciding import LineDecision, pair, substitutes_of, write_decisions
from app.fulfilment.service.finding import advance_requisition, get_supplied_requisition
from app.fulfilment.service.overriding import Chosen, LotChoice, keep_overrides
from app.fulfilment.service.promising import demand_for, note_shortages, reserve_for
from app.inventory.service import Allocation, Demand
from app.kernel import history
from app.kernel.actor import Actor, Permission
from app.kernel.history import Change
from app.kernel.ids import RequisitionLineId, UserId
from app.kernel.local_time import local_day

SUBMITTED = (RequisitionState.SUBMITTED,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """All decisions about a requisition, and the second person where one is needed."""

    reference: str
    decisions: Sequence[LineDecision]
    answer: str = ""
    second: Credentials | None = None


def approve(session: Session, actor: Actor, approval: Approval, *, now: datetime) -> Requisition:
    """Decide a submitted requisition and reserve what is approved, first expiring first.

    The state is taken first, so of two pharmacists one is told; then the lots and
    balances of every line are locked in one order. What the centre lacks becomes the
    line's shortage, never a silent cut.

    Raises:
        DecisionIncomplete, DecisionContradicts, DecisionNeedsReason, LotNeedsReason,
            NotWholePacks: a line's decision cannot stand.
        LotHeld, LotExpired, LotShortDated, LotNotFree: a lot chosen by hand cannot be taken.
        SecondPersonNeeded: controlled medicines are among what is approved.
        SecondPersonRefused, SecondPersonIsTheFirst: the second credential does not sign.
        RequisitionStateChanged: somebody decided it before.
        NothingToDeliver: nothing of what was approved is in stock.
    """
    requisition = get_supplied_requisition(session, actor, approval.reference)
    asked = lines.of(session, requisition.id)
    decided = pair(asked, approval.decisions)
    substitutes = substitutes_of(session, asked, approval.decisions)
    second = _second_person(session, actor, approval, (decided, substitutes), now=now)
    advance_requisition(
        session,
        requisition,
        (SUBMITTED, RequisitionState.APPROVED),
        answer=approval.answer,
        approved_by_id=actor.user_id,
        second_user_id=second,
        approved_at=now,
    )
    write_decisions(session, decided)
    _add_substitutes(session, requisition, (decided, substitutes), now=now)
    listed = lines.of(session, requisition.id)
    chosen = {line.id: one.lot for line, one in decided if one.lot is not None}
    allocations = reserve_for(session, requisition, _demands(listed, chosen), now=now)
    keep_overrides(session, actor, requisition, _chosen(listed, chosen, allocations), now=now)
    if not any(allocation.picks for allocation in allocations):
        raise NothingToDeliver(approval.reference)
    note_shortages(session, allocations)
    listing.write_task(session, requisition, listed, now=now)
    change = Change(
        subject=("requisition", requisition.id), action="approved", reason=approval.answer
    )
    history.record(session, actor, change, now=now)
    return requisition


def _second_person(
    session: Session,
    actor: Actor,
    approval: Approval,
    granted: tuple[list[tuple[RequisitionLine, LineDecision]], dict[str, Item]],
    *,
    now: datetime,
) -> UserId | None:
    decided, substitutes = granted
    controlled = any(
        line.controlled and decision.decision in (Decision.FULL, Decision.CUT)
        for line, decision in decided
    ) or any(item.is_controlled for item in substitutes.values())
    if not controlled:
        return None
    if approval.second is None:
        raise SecondPersonNeeded(approval.reference)
    second = accounts.verify_second_person(
        session, approval.second, Permission.REQUISITION_COSIGN, first=actor, now=now
    )
    return second.user_id


def _add_substitutes(
    session: Session,
    requisition: Requisition,
    granted: tuple[list[tuple[RequisitionLine, LineDecision]], dict[str, Item]],
    *,
    now: datetime,
) -> None:
    decided, substitutes = granted
    if not substitutes:
        return
    advice = advise(
        session,
        (requisition.facility_id, requisition.supplier_id),
        list(substitutes.values()),
        today=local_day(now),
    )
    last = max(line.position for line, _ in decided)
    pairs = [(line, one) for line, one in decided if one.substitute_code is not None]
    rows = []
    for position, (line, decision) in enumerate(pairs, start=last + 1):
        item = substitutes[decision.substitute_code or ""]
        row = lines.row_of(requisition.id, (position, item), advice[item.id], 0)
        row.update(
            decision=Decision.FULL,
            approved_quantity=decision.quantity,
            substitutes_line_id=line.id,
        )
        rows.append(row)
    lines.store(session, rows)


def _demands(
    listed: Sequence[RequisitionLine], chosen: Mapping[RequisitionLineId, LotChoice]
) -> list[Demand]:
    """Return what to reserve, by item: one global order of locks."""
    lots = {line_id: choice.lot_id for line_id, choice in chosen.items()}
    demands = [
        demand_for(line, line.approved_quantity, lots.get(line.id))
        for line in listed
        if line.approved_quantity
    ]
    return sorted(demands, key=lambda demand: demand.item_id)


def _chosen(
    listed: Sequence[RequisitionLine],
    chosen: Mapping[RequisitionLineId, LotChoice],
    allocations: Sequence[Allocation],
) -> list[Chosen]:
    by_line = {one.demand.line_id: one for one in allocations}
    return [(line, chosen[line.id], by_line[line.id]) for line in listed if line.id in chosen]
