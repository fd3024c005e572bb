"""Find the packs that were scanned for a document, and which of its lines each belongs to."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.kernel.ids import LotId, UnitId
from app.traceability.errors import PackNotWanted, PacksLacking, UnknownCode
from app.traceability.models import Unit
from app.traceability.rules import PacksWanted, ScannedPack, assign_packs, recognise
from app.traceability.service.units import get_units, packs_in, place_of


def match_packs(
    session: Session, codes: Sequence[str], wanted: Sequence[PacksWanted]
) -> dict[int, list[ScannedPack]]:
    """Return each line's packs; cartons stand for what is inside.

    Raises:
        UnknownCode: nobody announced a code.
        PackNotWanted: a pack is not of the goods named, lies elsewhere, or is one too many.
        PacksLacking: packs of a line were not scanned.
    """
    packs = packs_in(session, [UnitId(unit.id) for unit in _units(session, codes)])
    places = place_of(session, [UnitId(pack.id) for pack in packs])
    facts = [
        ScannedPack(
            unit_id=UnitId(pack.id),
            code=pack.code,
            place_id=places[UnitId(pack.id)],
            lot_id=LotId(pack.lot_id or 0),
            remaining=pack.remaining,
        )
        for pack in packs
    ]
    found = assign_packs(facts, wanted)
    if found.strays:
        raise PackNotWanted(found.strays[0].code, scanned=found.strays[0].code)
    for line in wanted:
        if found.lacking[line.line]:
            lacking = found.lacking[line.line]
            raise PacksLacking(line.item_name, item=line.item_name, lacking=lacking)
    return found.packs


def _units(session: Session, codes: Sequence[str]) -> list[Unit]:
    scanned = list(dict.fromkeys(recognise(code).code for code in codes))
    known = get_units(session, scanned)
    for code in scanned:
        if code not in known:
            raise UnknownCode(code, scanned=code)
    return list(known.values())
