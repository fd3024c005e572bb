"""Count coded goods by their codes: packs, cartons, and bins to walk to."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.counting import queries
from app.counting.errors import CountedTooLate, PlaceUnclear
from app.counting.models import CountEntry, CountLine, CountSheet, EntryKind
from app.counting.rules import is_countable_time
from app.counting.service.opening import bin_of
from app.inventory.models import Condition, Place
from app.kernel.actor import Actor
from app.kernel.ids import UnitId
from app.kernel.rows import insert_rows
from app.traceability import service as traceability
from app.traceability.errors import NotATraceCode, WrongItem
from app.traceability.models import Unit, UnitLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a scan did: counted base units, nothing new, or a bin to go to."""

    is_new: bool
    quantity: int = 0
    go: str = ""


def take_scan(
    session: Session,
    by: tuple[CountSheet, Actor],
    scanned: tuple[str, str, str],
    counted_at: datetime,
    *,
    now: datetime,
) -> Taken:
    """Count a pack, or every pack of a carton, in a bin; ``scanned`` is event, bin and code.

    A pack counted before on this sheet counts once. A pack the record places elsewhere is
    counted as a stray: somebody must say how it came here.

    Raises:
        NotATraceCode: a goods code, a tote, or nothing we know.
        UnknownCode: nobody announced the code.
        WrongItem: the sheet does not ask for this item.
        PlaceUnclear: no bin was named.
        CountedTooLate: it was counted before the present round.
    """
    sheet, actor = by
    event, bin_code, code = scanned
    place = bin_of(session, sheet, code)
    if place is not None:
        return Taken(is_new=True, go=place.code)
    here = bin_of(session, sheet, bin_code)
    if here is None:
        raise PlaceUnclear(code)
    unit = _goods(session, actor, code, now=now)
    line = _line(session, sheet, here, unit, counted_at)
    if not is_countable_time(counted_at, opened_at=line.open_since or now, now=now):
        raise CountedTooLate(str(line.id))
    known = {row.unit_id for row in queries.scanned_codes(session, sheet.id)}
    packs = [pack for pack in traceability.packs_in(session, [unit.id]) if pack.id not in known]
    if not packs:
        return Taken(is_new=False)
    _store(session, (sheet, line, here, actor), (event, packs), counted_at, now=now)
    return Taken(is_new=True, quantity=sum(pack.remaining for pack in packs))


def _goods(session: Session, actor: Actor, code: str, *, now: datetime) -> Unit:
    unit = traceability.find_scanned(session, actor, code, now=now).unit
    if unit.level is UnitLevel.TOTE:
        raise NotATraceCode(unit.code, scanned=unit.code, kind=unit.level.value)
    return unit


def _line(
    session: Session, sheet: CountSheet, here: Place, unit: Unit, counted_at: datetime
) -> CountLine:
    """Return the line of this lot in this bin; a lot the book does not have here joins."""
    of_item = session.scalars(
        select(CountLine)
        .where(CountLine.sheet_id == sheet.id, CountLine.item_id == unit.item_id)
        .order_by(CountLine.id)
        .execution_options(populate_existing=True)
    ).all()
    if not of_item:
        item, expected = queries.item_names(session, sheet.id, unit.item_id)
        raise WrongItem(unit.code, scanned=unit.code, item=item, expected=expected)
    same = [line for line in of_item if (line.place_id, line.lot_id) == (here.id, unit.lot_id)]
    usable = [line for line in same if line.condition is Condition.USABLE]
    if same:
        return (usable or same)[0]
    line = CountLine(
        sheet_id=sheet.id,
        place_id=here.id,
        item_id=of_item[0].item_id,
        lot_id=unit.lot_id,
        owner_id=sheet.facility_id,
        condition=Condition.USABLE,
        abc_class=of_item[0].abc_class,
        found=True,
        open_since=of_item[0].open_since or counted_at,
    )
    session.add(line)
    session.flush()
    return line


def _store(
    session: Session,
    at: tuple[CountSheet, CountLine, Place, Actor],
    what: tuple[str, list[Unit]],
    counted_at: datetime,
    *,
    now: datetime,
) -> None:
    sheet, line, here, actor = at
    event, packs = what
    places = traceability.place_of(session, [pack.id for pack in packs])
    rows = [
        {
            "client_event_id": event if number == 0 else f"{event}#{number}",
            "sheet_id": sheet.id,
            "line_id": line.id,
            "round": line.round,
            "kind": EntryKind.SCANNED,
            "quantity": pack.remaining,
            "unit_id": pack.id,
            "stray": places[UnitId(pack.id)] != here.id,
            "counted_at": counted_at.isoformat(),
            "recorded_at": now.isoformat(),
            "user_id": actor.user_id,
        }
        for number, pack in enumerate(packs)
    ]
    session.execute(insert_rows(CountEntry, rows))
    total = sum(pack.remaining for pack in packs)
    session.execute(
        update(CountLine)
        .where(CountLine.id == line.id)
        .values(
            counted=func.coalesce(CountLine.counted, 0) + total,
            counted_from=func.least(CountLine.counted_from, counted_at),
            counted_at=func.greatest(CountLine.counted_at, counted_at),
            counted_by_id=actor.user_id,
        )
        .execution_options(synchronize_session=False)
    )
