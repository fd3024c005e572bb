"""Coded packs on a clinic's shelf."""

from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.inventory import service as inventory
from app.inventory.models import PlaceKind
from app.kernel.actor import Actor
from app.kernel.ids import PlaceId
from app.traceability import service as traceability
from app.traceability.models import BizStep, Disposition, Lot
from app.traceability.service import AnnouncedPack, Happening
from tests.factories.receiving import pack_code
from tests.factories.stock import NOW, a_lot, stocked


def packs_on_shelf(
    session: Session, actor: Actor, item: Item, *, packs: int = 1, carton: str | None = None
) -> Lot:
    """Lay coded packs 1…n of an item, in stock and by code, on the actor's shelf."""
    lot = a_lot(session, item)
    stocked(session, actor, lot, packs * item.units_per_pack)
    shelf = inventory.shelves_for(session, actor.facility_id, [item.id])[item.id]
    supplier = inventory.place_for(session, actor.facility_id, PlaceKind.SUPPLIER)
    announced = [
        AnnouncedPack(
            code=pack_code(number),
            carton_code=carton,
            item_id=item.id,
            lot_id=lot.id,
            capacity=item.units_per_pack,
        )
        for number in range(1, packs + 1)
    ]
    arrived = _happening(actor, BizStep.ANNOUNCING, Disposition.ANNOUNCED, supplier.id)
    traceability.announce(session, actor, announced, arrived)
    top = [carton] if carton else [pack.code for pack in announced]
    units = list(traceability.get_units(session, top).values())
    stored = _happening(actor, BizStep.STORING, Disposition.IN_STOCK, shelf.id)
    traceability.move(session, actor, units, (supplier.id, shelf.id), stored)
    return lot


def _happening(
    actor: Actor, step: BizStep, disposition: Disposition, place_id: PlaceId
) -> Happening:
    return Happening(
        step=step,
        disposition=disposition,
        facility_id=actor.facility_id,
        place_id=place_id,
        document="OPENING",
        event_time=NOW,
        recorded_at=NOW,
    )
