"""Release goods from quarantine: quality makes them usable by a posting (放行)."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.inventory import service as inventory
from app.inventory.models import Condition, PlaceKind, PostingKind
from app.inventory.service import Movement, PostingRequest, Spot
from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.history import Change
from app.kernel.ids import PlaceId
from app.purchasing import queries
from app.purchasing.errors import ReceiptStateChanged
from app.purchasing.models import (
    Receipt,
    ReceiptLine,
    ReceiptPlacement,
    ReceiptState,
    Supplier,
)
from app.purchasing.service.opening import get_line, own_receipt
from app.purchasing.service.qualifying import get_supplier
from app.purchasing.service.shelving import PLACEMENT_KIND


def release_line(
    session: Session, actor: Actor, reference: str, line_id: int, *, now: datetime
) -> ReceiptLine:
    """Make the quarantined goods of an accepted line usable, where they lie, once.

    What went back to the supplier or was written off meanwhile is not there to be released.

    Raises:
        NotFound: the receipt or the line is unknown, or not the actor's.
        ReceiptStateChanged: it is not accepted, not in quarantine, or was released before.
        InsufficientStock: some of the goods are leaving their place at this moment.
    """
    receipt = own_receipt(session, actor, reference)
    released = session.scalars(
        update(ReceiptLine)
        .where(
            ReceiptLine.id == line_id,
            ReceiptLine.receipt_id == receipt.id,
            ReceiptLine.condition == Condition.QUARANTINE,
            ReceiptLine.released_at.is_(None),
            ReceiptLine.accepted > ReceiptLine.returned,
            ReceiptLine.receipt_id.in_(
                select(Receipt.id).where(
                    Receipt.state.in_((ReceiptState.ACCEPTED, ReceiptState.PUT_AWAY))
                )
            ),
        )
        .values(released_at=now, released_by=actor.user_id)
        .returning(ReceiptLine.id)
        .execution_options(synchronize_session=False)
    ).first()
    if released is None:
        raise ReceiptStateChanged(reference, reference=reference)
    line = get_line(session, receipt.id, line_id)
    _post(session, actor, receipt, line, now=now)
    change = Change(
        subject=("receipt", receipt.id),
        action="quarantine-released",
        after={"line_id": line.id, "quantity": (line.accepted or 0) - line.returned},
    )
    history.record(session, actor, change, now=now)
    return line


def set_quarantine(
    session: Session, actor: Actor, code: str, *, needed: bool, now: datetime
) -> Supplier:
    """Say whether goods of a supplier wait in quarantine until quality releases them.

    Raises:
        NotFound: the supplier is unknown.
    """
    supplier = get_supplier(session, code)
    supplier.quarantine = needed
    session.flush()
    change = Change(
        subject=("supplier", supplier.id),
        action="quarantine-set" if needed else "quarantine-lifted",
    )
    history.record(session, actor, change, now=now)
    return supplier


def _post(
    session: Session, actor: Actor, receipt: Receipt, line: ReceiptLine, *, now: datetime
) -> None:
    movements = [
        Movement(
            lot_id=line.lot_id,
            quantity=quantity,
            source=Spot(place_id, receipt.facility_id, Condition.QUARANTINE),
            target=Spot(place_id, receipt.facility_id, Condition.USABLE),
            line=document_line,
        )
        for document_line, place_id, quantity in _where(session, receipt, line)
    ]
    request = PostingRequest(
        kind=PostingKind.CONDITION_CHANGE,
        key=f"release/{receipt.reference}/{line.id}",
        facility_id=receipt.facility_id,
        document=receipt.reference,
        occurred_at=now,
        movements=movements,
    )
    inventory.post(session, actor, request, now=now)


def _where(
    session: Session, receipt: Receipt, line: ReceiptLine
) -> list[tuple[tuple[str, int], PlaceId, int]]:
    """Return what is left of the parts of a line, in the receiving area or in its bins."""
    parts = _parts(session, receipt, line)
    there = queries.quarantined_at(session, line.lot_id, {place for _, place, _ in parts})
    left = (line.accepted or 0) - line.returned
    found = []
    for document_line, place_id, quantity in parts:
        part = min(quantity, left, there.get(place_id, 0))
        left -= part
        if part > 0:
            found.append((document_line, place_id, part))
    if not found:
        raise ReceiptStateChanged(receipt.reference, reference=receipt.reference)
    return found


def _parts(
    session: Session, receipt: Receipt, line: ReceiptLine
) -> list[tuple[tuple[str, int], PlaceId, int]]:
    if line.placed_at is None:
        area = inventory.place_for(session, receipt.facility_id, PlaceKind.RECEIVING)
        return [(("receipt_line", line.id), area.id, line.accepted or 0)]
    placed = session.scalars(
        select(ReceiptPlacement)
        .where(ReceiptPlacement.line_id == line.id)
        .order_by(ReceiptPlacement.id)
    )
    return [((PLACEMENT_KIND, part.id), part.place_id, part.quantity) for part in placed]
