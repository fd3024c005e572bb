"""Places: a facility's bins, and the virtual ones every move needs a counterpart in."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.catalogue.models import Item, SpecialClass, StorageClass
from app.inventory.errors import UnknownPlace
from app.inventory.models import OUTSIDE, Place, PlaceKind
from app.kernel.arrays import among_texts
from app.kernel.ids import FacilityId, ItemId, PlaceId

MAIN_BIN = "MAIN"
LOCKED_BIN = "LOCKED"
"""Where a facility without bins of its own keeps controlled medicines: 专柜, 双人双锁."""
RECALL_BIN = "RECALL"
SINGLE = frozenset(set(PlaceKind) - {PlaceKind.BIN, PlaceKind.VEHICLE})
"""Kinds of which a facility has exactly one place, named after the kind."""


def add_place(session: Session, place: Place) -> Place:
    """Store a place once; the same facility and code return the one that exists."""
    there = _find(session, place.facility_id, place.code)
    if there is not None:
        return there
    session.execute(
        insert(Place)
        .values(
            facility_id=place.facility_id,
            code=place.code,
            name=place.name,
            kind=place.kind,
            storage_class=place.storage_class or StorageClass.AMBIENT,
            locked=bool(place.locked),
        )
        .on_conflict_do_nothing()
    )
    return get_place(session, place.facility_id, place.code)


def get_place(session: Session, facility_id: FacilityId, code: str) -> Place:
    """Return a facility's place by its code.

    Raises:
        UnknownPlace: the facility has none of this code.
    """
    place = _find(session, facility_id, code)
    if place is None:
        raise UnknownPlace(code, place=code)
    return place


def places_called(
    session: Session, facility_id: FacilityId, codes: Collection[str]
) -> dict[str, Place]:
    """Return a facility's places of these codes, as far as it has them."""
    ours = select(Place).where(Place.facility_id == facility_id, among_texts(Place.code, codes))
    return {place.code: place for place in session.scalars(ours)}


def _find(session: Session, facility_id: FacilityId, code: str) -> Place | None:
    return session.scalars(
        select(Place).where(Place.facility_id == facility_id, Place.code == code)
    ).first()


def stock_place(session: Session, facility_id: FacilityId) -> Place:
    """Return the main bin of a facility, made on first use."""
    return add_place(
        session,
        Place(facility_id=facility_id, code=MAIN_BIN, name="", kind=PlaceKind.BIN),
    )


def locked_place(session: Session, facility_id: FacilityId) -> Place:
    """Return the double-locked cupboard of a facility, made on first use."""
    return add_place(
        session,
        Place(facility_id=facility_id, code=LOCKED_BIN, name="", kind=PlaceKind.BIN, locked=True),
    )


def shelves_for(
    session: Session, facility_id: FacilityId, item_ids: Collection[ItemId]
) -> dict[ItemId, Place]:
    """Return where a facility without bins lays each item: its main bin, or under lock."""
    controlled = set(
        session.scalars(
            select(Item.id).where(
                Item.id.in_(set(item_ids)), Item.special_class != SpecialClass.NONE
            )
        )
    )
    main = stock_place(session, facility_id)
    locked = locked_place(session, facility_id) if controlled else main
    return {item_id: locked if item_id in controlled else main for item_id in item_ids}


def place_for(session: Session, facility_id: FacilityId, kind: PlaceKind) -> Place:
    """Return the one place of this kind at a facility, made on first use.

    Raises:
        ValueError: a facility may have several places of the kind.
    """
    if kind not in SINGLE:
        raise ValueError(kind)
    return add_place(
        session, Place(facility_id=facility_id, code=kind.value.upper(), name="", kind=kind)
    )


def recall_shelf(session: Session, facility_id: FacilityId) -> Place:
    """Return where a facility sets recalled goods apart, made on first use (召回隔离区)."""
    return add_place(
        session,
        Place(facility_id=facility_id, code=RECALL_BIN, name="", kind=PlaceKind.BIN),
    )


def vehicle_place(
    session: Session, facility_id: FacilityId, vehicle_code: str, plate: str = ""
) -> Place:
    """Return the place a vehicle carries, owned by its depot and named by its plate (在途)."""
    return add_place(
        session,
        Place(
            facility_id=facility_id,
            code=f"VEHICLE-{vehicle_code}",
            name=plate or vehicle_code,
            kind=PlaceKind.VEHICLE,
        ),
    )


def list_bins(session: Session, facility_id: FacilityId) -> list[Place]:
    """Return a facility's bins in walking order."""
    return list(
        session.scalars(
            select(Place)
            .where(Place.facility_id == facility_id, Place.kind == PlaceKind.BIN)
            .order_by(Place.code)
        )
    )


def stock_places(session: Session, facility_id: FacilityId) -> list[Place]:
    """Return a facility's places within the stock: bins, receiving, staging, vehicles."""
    ours = select(Place).where(Place.facility_id == facility_id, Place.kind.not_in(OUTSIDE))
    return list(session.scalars(ours.order_by(Place.id)))


def get_place_by_id(session: Session, place_id: PlaceId) -> Place:
    """Return a place by its key.

    Raises:
        UnknownPlace: there is none.
    """
    place = session.get(Place, place_id)
    if place is None:
        raise UnknownPlace(str(place_id), place=place_id)
    return place
