"""What a transfer takes from which bin: promised lots, or the lot its line names."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.inventory import service as inventory
from app.inventory.models import Condition
from app.kernel.ids import LotId, PlaceId, TransferLineId
from app.transfers import queries
from app.transfers.models import Transfer, TransferLine
from app.transfers.service.asking import LINE_KIND


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """So many base units of a lot at a place, for a line; promised ones name the promise."""

    line_id: TransferLineId
    item_name: str
    is_coded: bool
    place_id: PlaceId
    place_code: str
    lot_id: LotId
    lot_number: str
    condition: Condition
    quantity: int
    reservation_id: int | None


def picks_of(session: Session, transfer: Transfer, lines: Sequence[TransferLine]) -> list[Pick]:
    """Return what is to be taken for these lines, in walking order of the bins."""
    by_id = {line.id: line for line in lines}
    promised = [
        Pick(
            line_id=TransferLineId(row.line_id),
            item_name=by_id[TransferLineId(row.line_id)].item_name,
            is_coded=by_id[TransferLineId(row.line_id)].is_coded,
            place_id=row.place_id,
            place_code=row.place_code,
            lot_id=row.lot_id,
            lot_number=row.lot_number,
            condition=Condition.USABLE,
            quantity=row.quantity,
            reservation_id=row.reservation_id,
        )
        for row in inventory.open_reservations(session, LINE_KIND, list(by_id))
    ]
    named = [line for line in lines if line.lot_id is not None and line.approved]
    return promised + [pick for line in named for pick in _of_lot(session, transfer, line)]


def _of_lot(session: Session, transfer: Transfer, line: TransferLine) -> list[Pick]:
    """Return where a named lot lies, in its condition, as far as the line goes."""
    picks = []
    left = line.approved or 0
    for spot in queries.lot_spots(session, transfer.sender_id, line):
        part = min(left, spot.free)
        if part <= 0:
            continue
        left -= part
        picks.append(
            Pick(
                line_id=line.id,
                item_name=line.item_name,
                is_coded=line.is_coded,
                place_id=spot.place_id,
                place_code=spot.place_code,
                lot_id=spot.lot_id,
                lot_number=spot.lot_number,
                condition=line.condition,
                quantity=part,
                reservation_id=None,
            )
        )
    return picks
