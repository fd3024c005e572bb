"""Put a lot on the sheet that lies on the shelf but not in the book (盘盈批次)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.counting.errors import CodesNeeded, PlaceUnclear
from app.counting.models import CountLine, CountSheet, EntryKind
from app.counting.rules import SheetState
from app.counting.service.entering import CountEvent, take
from app.counting.service.opening import bin_of, own_sheet, step
from app.inventory.models import Condition
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.ids import ItemId, LotId
from app.traceability import service as traceability
from app.traceability.service import LotKey


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLot:
    """A lot typed from its label, with what was counted of it in a bin."""

    bin: str
    item_code: str
    maker: str
    lot_number: str
    expires_on: date
    packs: int
    loose: int
    condition: Condition = Condition.USABLE


def add_found_lot(
    session: Session, actor: Actor, found: tuple[str, FoundLot], key: str, *, now: datetime
) -> CountLine:
    """Add a lot the book does not have in a bin, counted now; ``found`` names the sheet first.

    Raises:
        NotFound: the sheet is another facility's, or there is no such item.
        SheetStateChanged: counting is over.
        PlaceUnclear: the facility has no such bin.
        CodesNeeded: goods with codes are found by scanning them.
    """
    reference, lot = found
    sheet = own_sheet(session, actor, reference)
    step(session, sheet, SheetState.COUNTING)
    place = bin_of(session, sheet, lot.bin)
    if place is None:
        raise PlaceUnclear(lot.bin)
    lot_id, item_id = _lot(session, lot)
    spot: dict[str, object] = {
        "place_id": place.id,
        "lot_id": lot_id,
        "owner_id": sheet.facility_id,
        "condition": lot.condition,
    }
    line = _line(session, sheet, item_id, spot, now=now)
    counted = CountEvent(
        client_event_id=key,
        device="page",
        device_seq=1,
        kind=EntryKind.TYPED,
        sheet=reference,
        event_time=now,
        line=line.id,
        packs=lot.packs,
        loose=lot.loose,
    )
    take(session, actor, counted, now=now)
    return line


def _line(
    session: Session,
    sheet: CountSheet,
    item_id: ItemId,
    spot: dict[str, object],
    *,
    now: datetime,
) -> CountLine:
    """Return the line of a spot; a spot the sheet does not have yet joins it."""
    new = {"item_id": item_id, "found": True, "round": 1, "open_since": now, "missing_codes": []}
    session.execute(
        insert(CountLine).values(sheet_id=sheet.id, **new, **spot).on_conflict_do_nothing()
    )
    return session.scalars(
        select(CountLine).where(
            CountLine.sheet_id == sheet.id,
            *(getattr(CountLine, name) == value for name, value in spot.items()),
        )
    ).one()


def _lot(session: Session, lot: FoundLot) -> tuple[LotId, ItemId]:
    item = session.scalars(select(Item).where(Item.code == lot.item_code.upper())).first()
    if item is None:
        raise NotFound("item")
    if item.is_coded:
        raise CodesNeeded(item.name, item=item.name)
    identity = LotKey(
        item_id=item.id,
        maker=lot.maker,
        lot_number=lot.lot_number,
        expires_on=lot.expires_on,
    )
    return traceability.find_or_add_lot(session, identity).id, item.id
