"""Find the packs that were scanned for a document, and which of its lines each belongs to."""

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from app.kernel.ids import LotId, UnitId
from app.traceability import queries
from app.traceability.errors import (
    CartonIncomplete,
    PackNotWanted,
    PackSetApart,
    PacksLacking,
    ParentChildMix,
    UnknownCode,
)
from app.traceability.models import Disposition, Unit, UnitLevel
from app.traceability.rules import PacksWanted, ScannedPack, assign_packs, recognise
from app.traceability.service.steps import state_of, tops_of
from app.traceability.service.units import get_units, packs_in


def match_packs(
    session: Session, codes: Sequence[str], wanted: Sequence[PacksWanted]
) -> dict[int, list[ScannedPack]]:
    """Return each line's packs; cartons stand for what is inside.

    Raises:
        UnknownCode: nobody announced a code.
        ParentChildMix, CartonIncomplete: a carton beside its pack, or one that is not whole.
        PackSetApart: a pack is in quarantine, and the line's goods are usable.
        PackNotWanted: a pack is not of the goods named, lies elsewhere, or is one too many.
        PacksLacking: packs of a line were not scanned.
    """
    packs = packs_in(session, [UnitId(unit.id) for unit in _units(session, codes)])
    tops = tops_of(session, packs)
    facts = [
        ScannedPack(
            unit_id=UnitId(pack.id),
            code=pack.code,
            place_id=tops[pack.id][0],
            lot_id=LotId(pack.lot_id or 0),
            remaining=pack.remaining,
            apart=state_of(pack, tops) is Disposition.QUARANTINE,
        )
        for pack in packs
    ]
    found = assign_packs(facts, wanted)
    if found.strays and found.strays[0].apart:
        raise PackSetApart(found.strays[0].code, scanned=found.strays[0].code, reason="")
    if found.strays:
        raise PackNotWanted(found.strays[0].code, scanned=found.strays[0].code)
    for line in wanted:
        if found.lacking[line.line]:
            lacking = found.lacking[line.line]
            raise PacksLacking(line.item_name, item=line.item_name, lacking=lacking)
    return found.packs


def _units(session: Session, codes: Sequence[str]) -> list[Unit]:
    scans = {scan.code: scan for scan in map(recognise, codes)}
    known = get_units(session, scans)
    for code, scan in scans.items():
        if code not in known:
            raise scan.fault or UnknownCode(code, scanned=code)
    refuse_mixed(session, known.values())
    return [known[code] for code in scans]


def refuse_mixed(session: Session, units: Iterable[Unit]) -> None:
    """Refuse a container that stands beside something inside it, and one that is not whole.

    Raises:
        ParentChildMix: a pack would count twice.
        CartonIncomplete: packs were taken out of a carton.
    """
    named = {unit.id: unit for unit in units}
    for unit in named.values():
        if unit.level is UnitLevel.CARTON and unit.is_open:
            raise CartonIncomplete(unit.code, scanned=unit.code)
    for unit in named.values():
        if unit.parent_id is None:
            continue
        for around in queries.ancestors(session, unit.id)[1:]:
            if around in named:
                parent = named[around]
                raise ParentChildMix(parent.code, scanned=parent.code, child=unit.code)
