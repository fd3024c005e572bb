"""Ready-made items, lots, places and stock."""

from datetime import UTC, date, datetime
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import UserAccount
from app.catalogue.models import Item, ItemKind, SpecialClass, StorageClass
from app.inventory import service as inventory
from app.inventory.models import PlaceKind, PostingKind
from app.inventory.service import Movement, PostingRequest, Spot
from app.kernel.actor import Actor
from app.kernel.ids import FacilityId, UserId
from app.traceability import service as traceability
from app.traceability.models import Lot
from app.traceability.service import LotKey

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""09:00 on a Monday in Zhenba."""
LATER = date(2027, 12, 31)
_numbers = count(1)


def an_item(
    session: Session,
    name: str = "阿莫西林胶囊",
    *,
    special: SpecialClass = SpecialClass.NONE,
    coded: bool = False,
    storage: StorageClass = StorageClass.AMBIENT,
) -> Item:
    """Store a stocked medicine of 24 capsules a box."""
    number = next(_numbers)
    item = Item(
        code=f"W{number:05d}",
        kind=ItemKind.MEDICINE,
        name=name,
        dose_form="胶囊",
        strength="0.25g",
        pinyin="amxljn",
        base_unit="粒",
        pack_unit="盒",
        units_per_pack=24,
        storage_class=storage,
        special_class=special,
        maker="示范制药",
        price_fen=960,
        weight_grams=30,
        volume_cm3=90,
        is_coded=coded,
        is_stocked=True,
        is_demo=True,
        source="test",
    )
    session.add(item)
    session.flush()
    return item


def a_lot(session: Session, item: Item, number: str = "A1", *, expires: date = LATER) -> Lot:
    """Store a lot of an item."""
    identity = LotKey(item_id=item.id, maker="示范制药", lot_number=number, expires_on=expires)
    return traceability.find_or_add_lot(session, identity, cost_fen=960)


def spot(session: Session, facility_id: FacilityId, kind: PlaceKind = PlaceKind.BIN) -> Spot:
    """Return a facility's main bin, or its one place of another kind."""
    place = (
        inventory.stock_place(session, facility_id)
        if kind is PlaceKind.BIN
        else inventory.place_for(session, facility_id, kind)
    )
    return Spot(place.id, facility_id)


def somebody_else(session: Session, actor: Actor) -> UserId:
    """Return another person, to sign beside the actor."""
    others = select(UserAccount.id).where(UserAccount.id != actor.user_id).limit(1)
    return session.scalars(others).one()


def stocked(
    session: Session,
    actor: Actor,
    lot: Lot,
    quantity: int,
    *,
    now: datetime = NOW,
) -> None:
    """Lay ``quantity`` base units of a lot into the main bin of the actor's facility."""
    at = actor.facility_id
    item = session.get_one(Item, lot.item_id)
    move = Movement(
        lot_id=lot.id,
        quantity=quantity,
        source=spot(session, at, PlaceKind.SUPPLIER),
        target=Spot(inventory.shelves_for(session, at, [lot.item_id])[lot.item_id].id, at),
    )
    request = PostingRequest(
        kind=PostingKind.OPENING,
        key=f"opening-{next(_numbers)}",
        facility_id=at,
        document="OPENING",
        occurred_at=now,
        movements=[move],
        second_user_id=somebody_else(session, actor) if item.is_controlled else None,
    )
    inventory.post(session, actor, request, now=now)
