"""Freeze a lot and give back what was promised from it, in one transaction (冻结)."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.inventory.service.reserving import release_lot
from app.kernel.actor import Actor
from app.kernel.ids import LotId
from app.traceability import service as traceability
from app.traceability.models import Lot, LotHold


def freeze_lot(
    session: Session, actor: Actor, lot_id: LotId, hold: tuple[LotHold, str], *, now: datetime
) -> tuple[Lot, list[tuple[str, int]]]:
    """Hold a lot for a kind and reason; return it with the lines that lost their promise.

    The hold waits for reservations and issues in flight, which hold the lot's shared
    lock; whoever comes after sees it. So nothing promised from the lot survives.
    """
    lot = traceability.hold_lot(session, actor, lot_id, hold, now=now)
    return lot, release_lot(session, lot_id)


def unfreeze_lot(
    session: Session, actor: Actor, lot_id: LotId, reason: str, *, now: datetime
) -> Lot:
    """Free a lot quality held; it is offered again from this moment."""
    return traceability.release_lot(session, actor, lot_id, reason, now=now)
