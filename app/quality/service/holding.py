"""Hold a lot: nobody is promised it any more, and whoever was gets other lots at once (冻结)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.errors import SecondPersonNeeded
from app.accounts.service import Credentials
from app.fulfilment import service as fulfilment
from app.inventory import service as inventory
from app.kernel.actor import Actor, Permission
from app.kernel.ids import LotId
from app.traceability.models import Lot, LotHold
from app.transfers import service as transfers


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A held lot, how many lines lost by it, and what no other lot could fill."""

    lot: Lot
    lines: int
    short: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifting:
    """Why a lot may be used again, and who says so beside the actor."""

    reason: str
    second: Credentials | None = None


def hold_lot(
    session: Session, actor: Actor, lot_id: LotId, hold: tuple[LotHold, str], *, now: datetime
) -> Held:
    """Hold a lot, and allocate everything again that was promised from it.

    Documents are locked before the lot: transfers, then pick lists. What other lots cannot
    fill is a shortage of the line, and the document's history says why.

    Raises:
        NotFound, ReasonMissing, LotStateChanged: the lot cannot be held.
    """
    transfers.lock_promised(session, lot_id)
    frozen = fulfilment.freeze_and_refill(session, actor, lot_id, hold, now=now)
    lacking = transfers.refill(session, actor, (frozen.lot, frozen.losing, hold[1]), now=now)
    return Held(lot=frozen.lot, lines=len(frozen.losing), short=frozen.short + lacking)


def lift_lot(
    session: Session, actor: Actor, lot_id: LotId, lifting: Lifting, *, now: datetime
) -> Lot:
    """Free a lot quality held; it is offered again from this moment. Two people sign.

    Raises:
        SecondPersonNeeded, SecondPersonIsTheFirst, SecondPersonRefused: one person alone.
        NotFound, ReasonMissing, LotStateChanged, HeldByRecall: the lot cannot be freed.
    """
    if lifting.second is None:
        raise SecondPersonNeeded("lot")
    second = accounts.verify_second_person(
        session, lifting.second, Permission.RECALL_COSIGN, first=actor, now=now
    )
    told = f"{lifting.reason.strip()} ({second.name})" if lifting.reason.strip() else ""
    return inventory.unfreeze_lot(session, actor, lot_id, told, now=now)
