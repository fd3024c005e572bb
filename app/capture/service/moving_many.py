"""Packs moved or seen one after the other, written as a set."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.capture.service.facts import Deed
from app.capture.service.moving import document_of, happening_of, posting_of
from app.inventory import service as inventory
from app.inventory.service import Movement, Spot
from app.kernel.ids import LotId, PlaceId, UnitId
from app.traceability import service as traceability
from app.traceability.models import BizStep, Unit, UnitLevel
from app.traceability.service import Moving

Documents = list[list[str] | None]


@dataclass(frozen=True, slots=True)
class _Step:
    deed: Deed
    unit: Unit
    source: PlaceId
    target: PlaceId


def move_all(deeds: Sequence[Deed]) -> Documents | None:
    """Move single packs within the facility, in their order, by book and by code.

    None where one of the acts is more than that: a carton, several codes, an unknown place.

    Raises:
        DomainError: the set is refused.
    """
    found = _found(deeds)
    targets = _targets(deeds)
    if found is None or targets is None:
        return None
    units, places = found
    if any(unit.level is not UnitLevel.PACK for unit in units):
        return None
    steps = []
    for deed, unit in zip(deeds, units, strict=True):
        target = targets[deed.told.place]
        if places[UnitId(unit.id)] != target:
            steps.append(_Step(deed, unit, places[UnitId(unit.id)], target))
            places[UnitId(unit.id)] = target
    _write(deeds[0], steps)
    return [[document_of(deed)] for deed in deeds]


def observe_all(deeds: Sequence[Deed]) -> Documents | None:
    """Note single things that were seen; None where an act is a count by a sheet, or of more.

    Raises:
        DomainError: the set is refused.
    """
    if any(deed.told.document for deed in deeds):
        return None
    found = _found(deeds)
    if found is None:
        return None
    units, places = found
    seen = [
        (UnitId(unit.id), happening_of(deed, BizStep.COUNTING, places[UnitId(unit.id)]))
        for deed, unit in zip(deeds, units, strict=True)
    ]
    traceability.observe_all(deeds[0].session, deeds[0].actor, seen)
    return [[document_of(deed)] for deed in deeds]


def _found(deeds: Sequence[Deed]) -> tuple[list[Unit], dict[UnitId, PlaceId]] | None:
    """Return the one thing of each act and where they lie; None unless all lie here."""
    if any(len(deed.scans) != 1 for deed in deeds):
        return None
    session = deeds[0].session
    codes = [deed.scans[0].code for deed in deeds]
    known = traceability.get_units(session, set(codes))
    if any(code not in known for code in codes):
        return None
    tops = traceability.tops_of(session, known.values())
    places = {unit_id: place_id for unit_id, (place_id, _) in tops.items()}
    own = {place.id for place in inventory.stock_places(session, deeds[0].facility_id)}
    return ([known[code] for code in codes], places) if set(places.values()) <= own else None


def _targets(deeds: Sequence[Deed]) -> dict[str, PlaceId] | None:
    """Return the places named, all of them the facility's own."""
    wanted = {deed.told.place for deed in deeds}
    first = deeds[0]
    places = inventory.places_called(first.session, first.facility_id, wanted)
    return (
        {code: place.id for code, place in places.items()} if len(places) == len(wanted) else None
    )


def _write(first: Deed, steps: Sequence[_Step]) -> None:
    requests = [posting_of(step.deed, _movements(step), step.source) for step in steps]
    requests = [request for request in requests if request.movements]
    if requests:
        inventory.post_all(first.session, first.actor, requests, now=first.now)
    movings = [
        Moving(
            unit_id=UnitId(step.unit.id),
            content=step.unit.remaining,
            route=(step.source, step.target),
            happening=happening_of(step.deed, BizStep.STORING, step.target),
        )
        for step in steps
    ]
    if movings:
        traceability.move_all(first.session, first.actor, movings)


def _movements(step: _Step) -> list[Movement]:
    if not step.unit.remaining:
        return []
    source, target = (
        Spot(place_id, step.deed.facility_id) for place_id in (step.source, step.target)
    )
    lot_id = LotId(step.unit.lot_id or 0)
    return [Movement(lot_id=lot_id, quantity=step.unit.remaining, source=source, target=target)]
