"""Opening stock of a facility by sheet: lots are stored, and one posting lays them in (期初)."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.catalogue import service as catalogue
from app.catalogue.models import Item
from app.exchange.rules import COLUMNS, Fault, FaultCode, ImportKind, Record
from app.exchange.service.handling import Applying, Destination, Judgement, twice
from app.inventory import service as inventory
from app.inventory.models import Place, PlaceKind, PostingKind
from app.inventory.service import Movement, PostingRequest, Spot
from app.kernel.actor import Actor
from app.kernel.ids import FacilityId, ItemId, LotId
from app.traceability import service as traceability
from app.traceability.service import LotKey, NewLot

HEADINGS = {column.key: column.heading for column in COLUMNS[ImportKind.OPENING]}
IDENTITY = ("code", "lot_number", "expires_on", "maker", "place")


def judge(
    session: Session, actor: Actor, destination: Destination, records: Sequence[Record]
) -> Judgement:
    """Say which rows cannot be laid in, and how much the others are worth."""
    del actor
    items = catalogue.find_by_codes(session, [str(one.values["code"]) for one in records])
    bins = _bins(session, destination.facility_id)
    repeated = twice(records, lambda one: tuple(one.values.get(key) for key in IDENTITY))
    faults = []
    for record in records:
        if record.number in repeated:
            faults.append(_fault(record, "lot_number", FaultCode.TWICE))
        faults += _faults(record, items.get(str(record.values["code"])), bins)
    totals = {
        "rows": len(records),
        "items": len({one.values["code"] for one in records}),
        "value_fen": sum(_value(one, items) for one in records),
        "controlled": sum(_is_controlled(one, items) for one in records),
    }
    return Judgement(faults=faults, totals=totals)


def _faults(record: Record, item: Item | None, bins: dict[str, Place]) -> list[Fault]:
    if item is None:
        return [_fault(record, "code", FaultCode.UNKNOWN_ITEM)]
    faults = []
    if item.is_coded:
        faults.append(_fault(record, "code", FaultCode.CODED))
    if record.values.get("name", item.name) != item.name:
        faults.append(_fault(record, "name", FaultCode.OTHER_NAME, name=item.name))
    made_on, expires_on = record.values.get("made_on"), record.values["expires_on"]
    if isinstance(made_on, date) and isinstance(expires_on, date) and made_on >= expires_on:
        faults.append(_fault(record, "made_on", FaultCode.EXPIRED_EARLY))
    return faults + _place_faults(record, item, bins)


def _place_faults(record: Record, item: Item, bins: dict[str, Place]) -> list[Fault]:
    if "place" not in record.values:
        return []
    place = bins.get(str(record.values["place"]))
    if place is None:
        return [_fault(record, "place", FaultCode.UNKNOWN_PLACE)]
    if item.is_controlled and not place.locked:
        return [_fault(record, "place", FaultCode.UNLOCKED_PLACE)]
    return []


def _fault(record: Record, key: str, code: FaultCode, **told: str) -> Fault:
    return Fault(record.number, HEADINGS[key], code, str(record.values.get(key, "")), told)


def _bins(session: Session, facility_id: FacilityId) -> dict[str, Place]:
    return {place.code: place for place in inventory.list_bins(session, facility_id)}


def _value(record: Record, items: dict[str, Item]) -> int:
    item = items.get(str(record.values["code"]))
    if item is None:
        return 0
    cost, quantity = record.values.get("cost_fen", item.price_fen), record.values["quantity"]
    return int(str(cost)) * int(str(quantity)) // item.units_per_pack


def _is_controlled(record: Record, items: dict[str, Item]) -> bool:
    item = items.get(str(record.values["code"]))
    return item is not None and item.is_controlled


def apply(session: Session, actor: Actor, applying: Applying) -> str:
    """Store the lots and lay everything in by one posting; nothing is laid in twice.

    Controlled medicines are counted into their cupboard by two people (双人验收入柜).
    """
    destination, records = applying.destination, applying.records
    items = catalogue.find_by_codes(session, [str(one.values["code"]) for one in records])
    second = None
    if any(item.is_controlled for item in items.values()):
        facility_id, given = destination.facility_id, applying.second
        second = accounts.cosign(session, actor, given, facility_id, now=applying.now)
    lots = _lots(session, records, items)
    targets = _targets(session, destination.facility_id, records, items)
    outside = inventory.place_for(session, destination.facility_id, PlaceKind.ADJUSTMENT)
    movements = [
        Movement(
            lot_id=lots[_key(record, items[str(record.values["code"])])],
            quantity=int(str(record.values["quantity"])),
            source=Spot(outside.id, destination.facility_id),
            target=Spot(targets[record.number].id, destination.facility_id),
        )
        for record in records
    ]
    request = PostingRequest(
        kind=PostingKind.OPENING,
        key=f"import/{destination.import_reference}",
        facility_id=destination.facility_id,
        document=destination.import_reference,
        occurred_at=applying.now,
        movements=movements,
        second_user_id=second,
    )
    inventory.post(session, actor, request, now=applying.now)
    return destination.import_reference


def _key(record: Record, item: Item) -> LotKey:
    expires_on = record.values["expires_on"]
    if not isinstance(expires_on, date):
        raise TypeError(expires_on)
    return LotKey(
        item_id=item.id,
        maker=str(record.values.get("maker", item.maker)),
        lot_number=str(record.values["lot_number"]),
        expires_on=expires_on,
    )


def _lots(
    session: Session, records: Sequence[Record], items: dict[str, Item]
) -> dict[LotKey, LotId]:
    wanted = []
    for record in records:
        item = items[str(record.values["code"])]
        made_on = record.values.get("made_on")
        wanted.append(
            NewLot(
                key=_key(record, item),
                cost_fen=int(str(record.values.get("cost_fen", item.price_fen))),
                made_on=made_on if isinstance(made_on, date) else None,
            )
        )
    return traceability.find_or_add_lots(session, wanted)


def _targets(
    session: Session,
    facility_id: FacilityId,
    records: Sequence[Record],
    items: dict[str, Item],
) -> dict[int, Place]:
    """Return where each row's goods lie: the bin it names, else the item's usual shelf."""
    ids: list[ItemId] = [item.id for item in items.values()]
    shelves = inventory.shelves_for(session, facility_id, ids)
    bins = _bins(session, facility_id)
    return {
        record.number: bins[str(record.values["place"])]
        if "place" in record.values
        else shelves[items[str(record.values["code"])].id]
        for record in records
    }
