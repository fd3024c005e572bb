"""Move, pack, unpack and see coded things: set-based, however many codes an act names."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from app.capture.service.facts import Deed, Done
from app.inventory import service as inventory
from app.inventory.models import PostingKind
from app.inventory.service import Movement, PostingRequest, Spot
from app.kernel.ids import LotId, PlaceId, UnitId
from app.traceability import service as traceability
from app.traceability.errors import NotHere, UnitChanged, UnknownCode
from app.traceability.models import BizStep, Disposition, Unit
from app.traceability.rules import recognise
from app.traceability.service import Happening

Sources = dict[PlaceId, list[Unit]]


def move(deed: Deed) -> Done:
    """Lay packs and cartons down at another place of the facility, in the book as well.

    Raises:
        UnknownPlace: the facility has no such place.
        NotHere: a thing does not lie at this facility.
        PackSetApart: a thing is in quarantine; it stays where the book has it.
        UnitChanged: somebody gave of a pack at the same moment.
    """
    target = inventory.get_place(deed.session, deed.facility_id, deed.need("place"))
    units = _units(deed, deed.need_codes())
    traceability.refuse_apart(deed.session, units)
    by_place = _by_place(deed, units)
    by_place.pop(target.id, None)
    for source, units in sorted(by_place.items()):
        _post(deed, units, (source, target.id))
        told = happening_of(deed, BizStep.STORING, target.id)
        traceability.move(deed.session, deed.actor, units, (source, target.id), told)
    return Done(documents=(document_of(deed),))


def pack(deed: Deed) -> Done:
    """Put things into a container that lies at the same place.

    Raises:
        NotHere: a thing lies elsewhere.
    """
    (container,) = _units(deed, [deed.need("container")])
    (place_id,) = _by_place(deed, [container])
    units = _units(deed, deed.need_codes())
    told = happening_of(deed, BizStep.PACKING, place_id)
    traceability.pack(deed.session, deed.actor, (units, container), told)
    return Done(documents=(document_of(deed),))


def unpack(deed: Deed) -> Done:
    """Take things out of what they lie in and lay them down where that stands."""
    for place_id, units in sorted(_by_place(deed, _units(deed, deed.need_codes())).items()):
        told = happening_of(deed, BizStep.UNPACKING, place_id)
        traceability.unpack(deed.session, deed.actor, units, place_id, told)
    return Done(documents=(document_of(deed),))


def observe(deed: Deed) -> Done:
    """Note that things were seen where they are; nothing moves."""
    for place_id, units in sorted(_by_place(deed, _units(deed, deed.need_codes())).items()):
        told = happening_of(deed, BizStep.COUNTING, place_id)
        traceability.observe(deed.session, deed.actor, units, told)
    return Done(documents=(document_of(deed),))


def _units(deed: Deed, codes: Sequence[str]) -> list[Unit]:
    scanned = list(dict.fromkeys(recognise(code).code for code in codes))
    known = traceability.get_units(deed.session, scanned)
    for code in scanned:
        if code not in known:
            raise UnknownCode(code, scanned=code)
    return list(known.values())


def _by_place(deed: Deed, units: Sequence[Unit]) -> Sources:
    """Return the things by the place they lie at, all of it the facility's own."""
    places = traceability.place_of(deed.session, [UnitId(unit.id) for unit in units])
    own = {place.id for place in inventory.stock_places(deed.session, deed.facility_id)}
    found: Sources = defaultdict(list)
    for unit in units:
        if places[unit.id] not in own:
            raise NotHere(unit.code, scanned=unit.code)
        found[places[unit.id]].append(unit)
    return dict(found)


def _post(deed: Deed, units: Sequence[Unit], route: tuple[PlaceId, PlaceId]) -> None:
    inside: Counter[LotId] = Counter()
    unit_ids = [UnitId(unit.id) for unit in units]
    for one in traceability.packs_in(deed.session, unit_ids):
        inside[LotId(one.lot_id or 0)] += one.remaining
    source, target = (Spot(place_id, deed.facility_id) for place_id in route)
    movements = [
        Movement(lot_id=lot_id, quantity=quantity, source=source, target=target)
        for lot_id, quantity in sorted(inside.items())
        if quantity
    ]
    if movements:
        request = posting_of(deed, movements, route[0])
        inventory.post(deed.session, deed.actor, request, now=deed.now)
    # Whoever gives of these packs waits for the balances by now; who gave before has ended.
    if traceability.content_of(deed.session, unit_ids) != inside.total():
        raise UnitChanged(units[0].code, scanned=units[0].code)


def posting_of(deed: Deed, movements: Sequence[Movement], source: PlaceId) -> PostingRequest:
    """Return how the book is told of goods that were laid down elsewhere."""
    return PostingRequest(
        kind=PostingKind.PUT_AWAY,
        key=f"capture/{deed.event_id}/{source}",
        facility_id=deed.facility_id,
        document=document_of(deed),
        occurred_at=deed.now,
        movements=movements,
        reason=deed.told.note,
    )


def happening_of(deed: Deed, step: BizStep, place_id: PlaceId) -> Happening:
    """Return what an act tells of things that are in stock somewhere."""
    return Happening(
        step=step,
        disposition=Disposition.IN_STOCK,
        facility_id=deed.facility_id,
        place_id=place_id,
        document=document_of(deed),
        event_time=deed.told.event_time,
        recorded_at=deed.now,
        reason=deed.told.note,
    )


def document_of(deed: Deed) -> str:
    """Return the document an act belongs to, or its own number."""
    return deed.told.document or f"CAP-{deed.event_id}"
