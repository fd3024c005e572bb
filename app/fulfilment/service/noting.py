"""The delivery note that travels with a requisition's totes (随货同行单)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.fulfilment.errors import RequisitionStateChanged
from app.fulfilment.models import Requisition, Tote
from app.fulfilment.queries import requisitions as queries
from app.fulfilment.queries import totes
from app.fulfilment.queries.requisitions import Names
from app.fulfilment.queries.totes import ContentRow, LotInTote
from app.fulfilment.rules import RequisitionState, ToteState
from app.fulfilment.service.finding import get_requisition
from app.kernel.actor import Actor
from app.kernel.quantities import share_of

WITH_GOODS = (
    RequisitionState.PICKING,
    RequisitionState.SEALED,
    RequisitionState.IN_DELIVERY,
    RequisitionState.RECEIVED,
)
TRAVELLING = (
    ToteState.SEALED,
    ToteState.LOADED,
    ToteState.HANDED_OVER,
    ToteState.RECEIVED,
    ToteState.RETURNED,
)


@dataclass(frozen=True, slots=True)
class NoteLine:
    """One lot on the note, with its maker and value at the price of today's catalogue."""

    lot: LotInTote
    maker: str
    price_fen: int
    tote: str

    @property
    def value_fen(self) -> int:
        """What the quantity is worth."""
        return share_of(self.price_fen, self.lot.quantity, self.lot.units_per_pack)


@dataclass(frozen=True, slots=True)
class DeliveryNote:
    """What travels, from whom to whom."""

    requisition: Requisition
    names: Names
    totes: list[Tote]
    lines: list[NoteLine]

    @property
    def value_fen(self) -> int:
        """What all of it is worth."""
        return sum(line.value_fen for line in self.lines)


def delivery_note(session: Session, actor: Actor, reference: str) -> DeliveryNote:
    """Return what a requisition's sealed totes hold.

    Raises:
        RequisitionStateChanged: nothing of it is sealed yet.
    """
    requisition = get_requisition(session, actor, reference)
    found = list(
        session.scalars(
            select(Tote)
            .where(Tote.requisition_id == requisition.id, Tote.state.in_(TRAVELLING))
            .order_by(Tote.id)
        )
    )
    if requisition.state not in WITH_GOODS or not found:
        raise RequisitionStateChanged(reference, state=requisition.state.value)
    contents = totes.list_contents(session, [tote.id for tote in found])
    lines = [line for tote in found for line in _lines_of(tote.code, contents[tote.id])]
    return DeliveryNote(requisition, queries.names_of(session, requisition.id), found, lines)


def _lines_of(code: str, contents: Sequence[ContentRow]) -> list[NoteLine]:
    first = {(row.item_code, row.lot_number): row for row in reversed(contents)}
    lines = []
    for lot in totes.by_lot(contents):
        row = first[lot.item_code, lot.lot_number]
        lines.append(NoteLine(lot, row.maker, row.price_fen, code))
    return lines
