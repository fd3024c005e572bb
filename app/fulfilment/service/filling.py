"""Fill totes: open one where needed, put goods in, take a mistake out, close it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.fulfilment.errors import ToteStateChanged
from app.fulfilment.models import PickLine, PickTask, Requisition, Tote, ToteContent
from app.fulfilment.rules import Compartment, ToteState
from app.fulfilment.service.finding import advance_tote, get_supplied_tote
from app.inventory import service as inventory
from app.inventory.models import Place, PlaceKind, PostingKind
from app.inventory.service import Movement, PostingRequest, Spot
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.ids import UserId
from app.kernel.numbering import issue_number
from app.traceability import service as traceability
from app.traceability.models import BizStep, Disposition, Unit
from app.traceability.service import Happening

PREFIX = "TT"
CONTENT_KIND = "tote_content"


@dataclass(frozen=True, slots=True)
class Filling:
    """Base units put in under a client key: a coded unit, or a quantity without code."""

    quantity: int
    key: str
    unit: Unit | None


def open_tote(
    session: Session, actor: Actor, wanted: tuple[PickTask, Compartment], *, now: datetime
) -> Tote:
    """Return the tote being filled for a compartment, a new one if none is.

    The pick list is locked, so there is never a second one.
    """
    task, compartment = wanted
    found = session.scalars(
        select(Tote).where(
            Tote.requisition_id == task.requisition_id,
            Tote.compartment == compartment,
            Tote.state == ToteState.OPEN,
        )
    ).first()
    if found is not None:
        return found
    requisition = session.get_one(Requisition, task.requisition_id)
    code = issue_number(session, PREFIX, now=now)
    staging = inventory.place_for(session, task.supplier_id, PlaceKind.STAGING)
    unit = traceability.new_tote(
        session, actor, code, _happening(task, BizStep.PACKING, staging, now=now)
    )
    tote = Tote(
        code=code,
        unit_id=unit.id,
        requisition_id=requisition.id,
        supplier_id=requisition.supplier_id,
        destination_id=requisition.facility_id,
        compartment=compartment,
        created_at=now,
    )
    session.add(tote)
    session.flush()
    return tote


def _happening(task: PickTask, step: BizStep, place: Place, *, now: datetime) -> Happening:
    return Happening(
        step=step,
        disposition=Disposition.IN_STOCK,
        facility_id=task.supplier_id,
        document=task.reference,
        event_time=now,
        recorded_at=now,
        place_id=place.id,
    )


def put_in(
    session: Session,
    actor: Actor,
    where: tuple[PickTask, PickLine, Tote],
    taken: Filling,
    *,
    now: datetime,
) -> ToteContent:
    """Post bin → staging under the line's promise, and pack a coded unit into the tote."""
    task, line, tote = where
    content = ToteContent(
        tote_id=tote.id,
        position=_next_position(session, tote),
        pick_line_id=line.id,
        item_id=line.item_id,
        lot_id=line.lot_id,
        quantity=taken.quantity,
        unit_id=taken.unit.id if taken.unit else None,
        picked_by_id=actor.user_id,
        picked_at=now,
    )
    session.add(content)
    session.flush()
    staging = inventory.place_for(session, task.supplier_id, PlaceKind.STAGING)
    movement = Movement(
        lot_id=line.lot_id,
        quantity=taken.quantity,
        source=Spot(line.place_id, task.supplier_id),
        target=Spot(staging.id, task.supplier_id),
        line=(CONTENT_KIND, content.id),
        reservation_id=line.reservation_id,
    )
    request = PostingRequest(
        kind=PostingKind.PICK,
        key=f"pick:{task.id}:{taken.key}",
        facility_id=task.supplier_id,
        document=task.reference,
        occurred_at=now,
        movements=[movement],
        second_user_id=_released_with(session, task, actor),
    )
    inventory.post(session, actor, request, now=now)
    if taken.unit is not None:
        bin_ = inventory.get_place_by_id(session, line.place_id)
        tote_unit = session.get_one(Unit, tote.unit_id)
        happening = _happening(task, BizStep.PICKING, bin_, now=now)
        traceability.pack(session, actor, ([taken.unit], tote_unit), happening)
    return content


def _released_with(session: Session, task: PickTask, actor: Actor) -> UserId | None:
    """Return who signed the release beside the picker: the second person, else the approver."""
    requisition = session.get_one(Requisition, task.requisition_id)
    signed = (requisition.second_user_id, requisition.approved_by_id)
    if signed[0] is None:
        return None
    return next((user_id for user_id in signed if user_id != actor.user_id), None)


def _next_position(session: Session, tote: Tote) -> int:
    last = session.scalar(
        select(func.coalesce(func.max(ToteContent.position), 0)).where(
            ToteContent.tote_id == tote.id
        )
    )
    return int(last or 0) + 1


def close(session: Session, actor: Actor, code: str) -> Tote:
    """Say that a tote is full; the next pick of its compartment opens another.

    Raises:
        AlreadyDone: it was closed before.
    """
    tote = get_supplied_tote(session, actor, code)
    advance_tote(session, tote, ((ToteState.OPEN,), ToteState.PACKED))
    return tote


def take_out(
    session: Session, actor: Actor, named: tuple[str, int], key: str, *, now: datetime
) -> ToteContent:
    """Put one content of an unchecked tote back into its bin: a mistake of the picker.

    ``named`` is the tote's code and the content's position. Its pick line shrinks; picking
    again asks for a new promise (``shortfall.reallocate``).

    Raises:
        NotFound: the tote has no such content.
        ToteStateChanged: the tote is checked or gone already.
    """
    code, position = named
    tote = get_supplied_tote(session, actor, code)
    task = session.scalars(
        select(PickTask)
        .where(PickTask.requisition_id == tote.requisition_id)
        .with_for_update(key_share=True)
    ).one()
    session.refresh(tote)
    if tote.state not in (ToteState.OPEN, ToteState.PACKED):
        raise ToteStateChanged(tote.code, state=tote.state.value)
    content = session.scalars(
        select(ToteContent).where(
            ToteContent.tote_id == tote.id,
            ToteContent.position == position,
            ToteContent.taken_out_at.is_(None),
        )
    ).first()
    if content is None:
        raise NotFound("tote content")
    content.taken_out_at = now
    task.done_at = None
    session.execute(
        update(PickLine)
        .where(PickLine.id == content.pick_line_id)
        .values(
            picked=PickLine.picked - content.quantity,
            quantity=PickLine.quantity - content.quantity,
        )
        .execution_options(synchronize_session=False)
    )
    session.flush()
    put_back(session, actor, (task, content), key, now=now)
    return content


def put_back(
    session: Session,
    actor: Actor,
    where: tuple[PickTask, ToteContent],
    key: str,
    *,
    now: datetime,
) -> None:
    """Lay a content of the staging place back into the bin it was picked from."""
    task, content = where
    line = session.get_one(PickLine, content.pick_line_id)
    staging = inventory.place_for(session, task.supplier_id, PlaceKind.STAGING)
    movement = Movement(
        lot_id=content.lot_id,
        quantity=content.quantity,
        source=Spot(staging.id, task.supplier_id),
        target=Spot(line.place_id, task.supplier_id),
        line=(CONTENT_KIND, content.id),
    )
    request = PostingRequest(
        kind=PostingKind.UNPICK,
        key=f"unpick:{task.id}:{key}",
        facility_id=task.supplier_id,
        document=task.reference,
        occurred_at=now,
        movements=[movement],
        second_user_id=_released_with(session, task, actor),
    )
    inventory.post(session, actor, request, now=now)
    if content.unit_id is not None:
        unit = session.get_one(Unit, content.unit_id)
        bin_ = inventory.get_place_by_id(session, line.place_id)
        happening = _happening(task, BizStep.UNPACKING, bin_, now=now)
        traceability.unpack(session, actor, [unit], bin_.id, happening)
        inventory.follow_quarantine(session, actor, [unit.id], now=now)
