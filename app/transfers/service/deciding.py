"""The holder, or for returns the receiver, says yes or no; yes promises the goods."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.inventory import service as inventory
from app.inventory.models import Condition
from app.inventory.service import Demand, Terms
from app.kernel.actor import Actor
from app.kernel.ids import FacilityId, TransferLineId
from app.kernel.local_time import local_day
from app.traceability.errors import ReasonMissing
from app.transfers.errors import NothingToTransfer
from app.transfers.models import Transfer, TransferLine
from app.transfers.rules import TransferState
from app.transfers.service.asking import LINE_KIND
from app.transfers.service.finding import decider_of, get_transfer, lines_of, record, step

KEPT = timedelta(days=7)
"""How long promised goods wait to be fetched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What of a transfer is granted; a line that is not named is granted as asked."""

    reference: str
    quantities: Mapping[TransferLineId, int] = field(default_factory=dict)
    answer: str = ""


def approve(session: Session, actor: Actor, approval: Approval, *, now: datetime) -> Transfer:
    """Grant a request; lots are promised first expiring first, unless the line names its lot.

    What is not there is an explicit shortage of the line.

    Raises:
        NotFound: the transfer is not the actor's to decide.
        TransferStateChanged: it was decided or withdrawn before.
        NothingToTransfer: nothing of it is granted, or nothing is there.
    """
    transfer = get_transfer(session, actor, approval.reference)
    actor.must_act_for(FacilityId(decider_of(transfer)), "transfer")
    stamp = {"decided_by_id": actor.user_id, "decided_at": now, "answer": approval.answer}
    step(session, transfer, (TransferState.REQUESTED,), TransferState.APPROVED, **stamp)
    lines = lines_of(session, transfer)
    for line in lines:
        line.approved = min(line.asked, approval.quantities.get(line.id, line.asked))
    promise(session, transfer, lines, now=now)
    session.flush()
    if not any((line.approved or 0) > line.shortage for line in lines):
        raise NothingToTransfer(transfer.reference)
    record(session, actor, transfer, ("approved", approval.answer), now=now)
    return transfer


def refuse(
    session: Session, actor: Actor, reference: str, reason: str, *, now: datetime
) -> Transfer:
    """Refuse a request, and say why.

    Raises:
        NotFound: the transfer is not the actor's to decide.
        ReasonMissing: the other facility must learn why.
        TransferStateChanged: it was decided or withdrawn before.
    """
    transfer = get_transfer(session, actor, reference)
    actor.must_act_for(FacilityId(decider_of(transfer)), "transfer")
    if not reason:
        raise ReasonMissing(reference)
    stamp = {"decided_by_id": actor.user_id, "decided_at": now, "answer": reason}
    step(session, transfer, (TransferState.REQUESTED,), TransferState.REFUSED, **stamp)
    record(session, actor, transfer, ("transfer-refused", reason), now=now)
    return transfer


def promise(
    session: Session, transfer: Transfer, lines: list[TransferLine], *, now: datetime
) -> None:
    """Promise what is granted and promised to no line yet; what is not there is its shortage."""
    any_lot = [
        line
        for line in lines
        if line.lot_id is None and line.condition is Condition.USABLE and line.approved
    ]
    kept: Counter[int] = Counter()
    for one in inventory.open_reservations(session, LINE_KIND, [line.id for line in any_lot]):
        kept[one.line_id] += one.quantity
    wanted = {line.id: (line.approved or 0) - line.shortage - kept[line.id] for line in any_lot}
    any_lot = [line for line in any_lot if wanted[line.id] > 0]
    if not any_lot:
        return
    demands = [Demand(LINE_KIND, line.id, line.item_id, wanted[line.id]) for line in any_lot]
    terms = Terms(facility_id=transfer.sender_id, need_by=local_day(now), expires_at=now + KEPT)
    promised = inventory.reserve(session, demands, terms, now=now)
    for line, allocation in zip(any_lot, promised, strict=True):
        line.shortage += allocation.shortage
