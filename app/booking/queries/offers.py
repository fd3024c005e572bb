"""What a clinic chooses from: free slots with their price, road and place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from app.booking.queries import slots
from app.booking.queries.slots import SlotQuery
from app.catalogue import queries as catalogue
from app.catalogue.models import ExamItem
from app.equipment.models import Device
from app.kernel.ids import DeviceId, FacilityId
from app.kernel.local_time import local_day
from app.network.models import Facility, RoadLeg


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A free slot; the road leads from the clinic to the centre, None where none is known."""

    device_id: DeviceId
    device_name: str
    centre_id: FacilityId
    centre_name: str
    start: datetime
    end: datetime
    price_fen: int
    price_is_demo: bool
    metres: int | None
    seconds: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    device: Device
    centre: Facility
    metres: int | None
    seconds: int | None


def list_offers(
    session: Session, query: SlotQuery, origin: FacilityId, *, limit: int
) -> list[Offer]:
    """Return the earliest free slots of all machines, nearer centres first at equal times."""
    devices = slots.fitting_devices(session, query.exam)
    starts = slots.free_starts(session, query, devices)
    found = slots.earliest(starts, slots.needs_of(query.exam).ticks, limit)
    places = _places(session, [device.id for device in devices], origin)
    prices = _prices(session, query.exam, {local_day(slot.start) for slot in found})
    offers = []
    for slot in found:
        price = prices.get(local_day(slot.start))
        if price is not None:
            offers.append(_offer(slot, places[slot.device_id], price))
    return sorted(offers, key=lambda offer: (offer.start, offer.metres or 0, offer.device_id))


def _offer(slot: slots.Slot, place: _Place, price: tuple[int, bool]) -> Offer:
    return Offer(
        device_id=slot.device_id,
        device_name=place.device.name,
        centre_id=place.centre.id,
        centre_name=place.centre.name,
        start=slot.start,
        end=slot.end,
        price_fen=price[0],
        price_is_demo=price[1],
        metres=place.metres,
        seconds=place.seconds,
    )


def _places(
    session: Session, device_ids: list[DeviceId], origin: FacilityId
) -> Mapping[DeviceId, _Place]:
    leg = aliased(RoadLeg)
    rows = session.execute(
        select(Device, Facility, leg.metres, leg.seconds)
        .join(Facility, Facility.id == Device.facility_id)
        .outerjoin(leg, and_(leg.origin_id == origin, leg.target_id == Facility.id))
        .where(Device.id.in_(device_ids))
    )
    return {
        device.id: _Place(
            device=device,
            centre=centre,
            metres=0 if centre.id == origin else metres,
            seconds=0 if centre.id == origin else seconds,
        )
        for device, centre, metres, seconds in rows
    }


def _prices(session: Session, exam: ExamItem, days: set[date]) -> dict[date, tuple[int, bool]]:
    newest_first = catalogue.list_prices(session, exam.id)
    found = {}
    for day in days:
        price = next((price for price in newest_first if price.valid_from <= day), None)
        if price is not None:
            found[day] = price.amount_fen, price.is_demo
    return found
