"""A driver takes back what was handed over by mistake, while the clinic has not confirmed it."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.fulfilment.errors import ToteStateChanged
from app.fulfilment.models import Tote
from app.fulfilment.rules import ToteState
from app.fulfilment.service.finding import advance_tote, get_supplied_tote, lock_requisition
from app.fulfilment.service.redirecting import was_carried_over
from app.inventory import service as inventory
from app.inventory.models import PlaceKind, PostingKind
from app.inventory.service import Undoing
from app.kernel.actor import Actor
from app.kernel.ids import PlaceId
from app.traceability import service as traceability
from app.traceability.models import BizStep, Disposition, Unit
from app.traceability.service import Happening

UNDONE = "undone"


def take_back_tote(  # noqa: PLR0913 - a scan is these facts; delivery names each
    session: Session,
    actor: Actor,
    tote_code: str,
    vehicle_place_id: PlaceId,
    key: str,
    *,
    happening_time: datetime,
    now: datetime,
) -> Tote:
    """Undo a hand-over nobody has confirmed: its posting is reversed, the tote is aboard again.

    Raises:
        ToteStateChanged: the clinic has confirmed it, it was never handed over, or the centre
            has redirected it since.
    """
    tote = get_supplied_tote(session, actor, tote_code)
    lock_requisition(session, tote.requisition_id)
    session.refresh(tote)
    step = ((ToteState.HANDED_OVER,), ToteState.LOADED)
    advance_tote(session, tote, step, vehicle_place_id=vehicle_place_id, handed_over_at=None)
    handed = inventory.last_posting(session, tote.code, PostingKind.HAND_OVER)
    if handed is None or was_carried_over(session, tote.id):
        raise ToteStateChanged(tote.code, state=tote.state.value)
    because = Undoing(key=f"take-back:{tote.id}:{key}", reason=UNDONE)
    inventory.reverse(session, actor, handed, because, now=now)
    unit = session.get_one(Unit, tote.unit_id)
    waiting = inventory.place_for(session, tote.destination_id, PlaceKind.RECEIVING)
    happening = Happening(
        step=BizStep.LOADING,
        disposition=Disposition.IN_TRANSIT,
        facility_id=tote.supplier_id,
        document=tote.code,
        event_time=happening_time,
        recorded_at=now,
        place_id=vehicle_place_id,
    )
    traceability.move(session, actor, [unit], (waiting.id, vehicle_place_id), happening)
    return tote
