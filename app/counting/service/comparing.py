"""Compare the codes scanned with the codes the record places on the shelf (账码相符)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.counting import queries
from app.counting.models import CountSheet
from app.counting.queries import LineRow
from app.counting.rules import CodedPack, missing_packs
from app.inventory import service as inventory
from app.inventory.models import PlaceKind
from app.kernel.ids import CountLineId, LotId, PlaceId, UnitId
from app.traceability import service as traceability


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """A pack scanned where the record does not place it (实有账无); ``source`` is where it does.

    ``ours`` may be booked: another bin of the facility, or missed before. Any other is named
    and left to people, for another facility's book is not ours to change.
    """

    unit_id: UnitId
    code: str
    quantity: int
    source: PlaceId
    ours: bool


Codes = tuple[Sequence[CodedPack], Sequence[Stray]]
"""Packs that should have been found, and packs found that should not be there."""


def compare_codes(
    session: Session, sheet: CountSheet, lines: Sequence[LineRow]
) -> dict[CountLineId, Codes]:
    """Return the missing and the stray packs of coded lines, as the record now stands."""
    if not lines:
        return {}
    scanned = queries.scanned_codes(session, sheet.id)
    strays = _strays(session, sheet, [row for row in scanned if row.stray])
    known = {row.code for row in scanned}
    standing = _standing(session, lines)
    return {
        line.id: (
            missing_packs(
                standing[line.place_id, line.lot_id],
                known,
                counted_from=line.counted_from or sheet.created_at,
            ),
            [one for one in strays[line.id] if one.source != line.place_id],
        )
        for line in lines
    }


def _standing(
    session: Session, lines: Sequence[LineRow]
) -> defaultdict[tuple[PlaceId, LotId], list[CodedPack]]:
    shelves: defaultdict[PlaceId, set[LotId]] = defaultdict(set)
    for line in lines:
        shelves[line.place_id].add(line.lot_id)
    standing: defaultdict[tuple[PlaceId, LotId], list[CodedPack]] = defaultdict(list)
    for place_id, lots in shelves.items():
        for pack in traceability.standing_packs(session, place_id, lots):
            coded = CodedPack(code=pack.code, remaining=pack.remaining, since=pack.since)
            standing[place_id, pack.lot_id].append(coded)
    return standing


def _strays(
    session: Session, sheet: CountSheet, rows: Sequence[queries.ScannedCode]
) -> defaultdict[CountLineId, list[Stray]]:
    places = traceability.place_of(session, [row.unit_id for row in rows])
    own = {place.id for place in inventory.list_bins(session, sheet.facility_id)}
    own.add(inventory.place_for(session, sheet.facility_id, PlaceKind.ADJUSTMENT).id)
    strays: defaultdict[CountLineId, list[Stray]] = defaultdict(list)
    for row in rows:
        source = places[row.unit_id]
        one = Stray(
            unit_id=row.unit_id,
            code=row.code,
            quantity=row.quantity,
            source=source,
            ours=source in own,
        )
        strays[row.line_id].append(one)
    return strays
