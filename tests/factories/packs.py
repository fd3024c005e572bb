"""Ready-made coded packs in cartons."""

from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.inventory import service as inventory
from app.inventory.models import PlaceKind, PostingKind
from app.inventory.service import Movement, PostingRequest
from app.kernel.actor import Actor
from app.kernel.ids import PlaceId
from app.traceability import service as traceability
from app.traceability.models import BizStep, Disposition, Lot, Unit
from app.traceability.service import AnnouncedPack, Happening
from tests.factories.stock import NOW, spot

CARTON = "89990010000000000001"


def pack_code(number: int) -> str:
    """Return the code of the n-th pack, 20 digits of a demo class."""
    return f"8999000{number:013d}"


def happening(
    actor: Actor, step: BizStep, place: PlaceId, *, became: Disposition = Disposition.IN_STOCK
) -> Happening:
    """Return something that happens now at the actor's facility."""
    return Happening(
        step=step,
        disposition=became,
        facility_id=actor.facility_id,
        place_id=place,
        document="GR-20261123-0001",
        event_time=NOW,
        recorded_at=NOW,
    )


def announced(session: Session, actor: Actor, lot: Lot, item: Item, packs: int = 4) -> list[Unit]:
    """Let the supplier announce a carton of packs; return the packs by code."""
    supplier = spot(session, actor.facility_id, PlaceKind.SUPPLIER).place_id
    rows = [
        AnnouncedPack(
            code=pack_code(number),
            carton_code=CARTON,
            item_id=item.id,
            lot_id=lot.id,
            capacity=item.units_per_pack,
        )
        for number in range(1, packs + 1)
    ]
    told = happening(actor, BizStep.ANNOUNCING, supplier, became=Disposition.ANNOUNCED)
    traceability.announce(session, actor, rows, told)
    units = traceability.get_units(session, [row.code for row in rows])
    return [units[row.code] for row in rows]


def received(session: Session, actor: Actor, lot: Lot, item: Item, packs: int = 4) -> list[Unit]:
    """Let a carton of packs arrive in the actor's main bin, codes and stock alike."""
    units = announced(session, actor, lot, item, packs)
    source = spot(session, actor.facility_id, PlaceKind.SUPPLIER)
    target = spot(session, actor.facility_id)
    request = PostingRequest(
        kind=PostingKind.RECEIPT,
        key=f"receipt-{units[0].code}",
        facility_id=actor.facility_id,
        document="GR-20261123-0001",
        occurred_at=NOW,
        movements=[
            Movement(
                lot_id=lot.id, quantity=packs * item.units_per_pack, source=source, target=target
            )
        ],
    )
    inventory.post(session, actor, request, now=NOW)
    carton = traceability.get_unit(session, CARTON)
    traceability.move(
        session,
        actor,
        [carton],
        (source.place_id, target.place_id),
        happening(actor, BizStep.RECEIVING, target.place_id),
    )
    return units
