"""Write the document of one given pack: its number, itself and its line in one statement."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.dispensing.service.references import PREFIX
from app.kernel.actor import Actor
from app.kernel.ids import DispensingId, FacilityId, ItemId, LotId, UnitId
from app.kernel.local_time import local_day
from app.kernel.numbering import NEXT_REFERENCE

_WRITE = text(f"""
    WITH number AS ({NEXT_REFERENCE}),
    document AS (
        INSERT INTO dispensing (reference, facility_id, kind, note, device, source, tag, user_id,
            happened_at)
        SELECT reference, :facility_id, 'dispense', :note, :device, :source, 'routine', :user_id,
            :happened_at
        FROM number RETURNING id, reference)
    INSERT INTO dispensing_line (dispensing_id, item_id, lot_id, unit_id, quantity)
    SELECT id, :item_id, :lot_id, :unit_id, :quantity FROM document
    RETURNING dispensing_id, id, (SELECT reference FROM document)""")  # noqa: S608 - our own text


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a slip is about: base units of a pack of a lot, given at a facility at a moment."""

    facility_id: FacilityId
    item_id: ItemId
    lot_id: LotId
    unit_id: UnitId
    quantity: int
    happened_at: datetime
    note: str = ""
    device: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Slip:
    """A written slip: the keys of document and line, and the document's reference (发药单)."""

    dispensing_id: DispensingId
    line_id: int
    reference: str


def write_slip(session: Session, actor: Actor, content: Content, *, now: datetime) -> Slip:
    """Store the document and the line of one given pack under the facility's next reference."""
    row = session.execute(
        _WRITE,
        {
            "prefix": f"{PREFIX}{content.facility_id}",
            "day": local_day(now),
            "facility_id": content.facility_id,
            "note": content.note,
            "device": content.device,
            "source": content.source,
            "user_id": actor.user_id,
            "happened_at": content.happened_at,
            "item_id": content.item_id,
            "lot_id": content.lot_id,
            "unit_id": content.unit_id,
            "quantity": content.quantity,
        },
    ).one()
    return Slip(*row)
