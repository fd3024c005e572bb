"""What every facility has of an item, the nearest to the asker first (跨机构药品余量查询)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.catalogue import service as catalogue
from app.catalogue.queries import ItemRow
from app.fulfilment.queries import availability as queries
from app.fulfilment.queries import supply
from app.fulfilment.queries.availability import ItemTotal, Nearby
from app.fulfilment.rules import spare, worth_asking
from app.fulfilment.service.advising import advise
from app.inventory import service as inventory
from app.inventory.queries import CountyLevel
from app.inventory.rules import Amc
from app.kernel.actor import Actor
from app.kernel.ids import FacilityId, ItemId
from app.network import service as network
from app.network.models import FacilityKind
from app.network.queries import FacilityRow
from app.network.rules import straight_metres
from app.replenishment import service as replenishment
from app.traceability import service as traceability


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityQuery:
    """Which item, at facilities of which kind and township; ``nearest`` None lists them all."""

    item_id: ItemId
    kind: FacilityKind | None = None
    township: str = ""
    nearest: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What one facility has and awaits, and how far it is from the asker."""

    level: CountyLevel
    place: Nearby
    metres: int
    by_road: bool
    on_the_way: int


@dataclass(frozen=True, slots=True)
class FacilityStock:
    """One facility's line; ``months`` is None where nothing is used.

    ``spare`` is what it could give away and keep its own minimum, ``worth_asking`` what the
    asker would ask it for: the own need as far as that goes, and nothing of oneself.
    """

    standing: Standing
    amc: Amc
    months: float | None
    spare: int
    worth_asking: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """An item across the county, seen from one facility; the sums are over all that have it.

    ``own_need`` is what the asker lacks up to its maximum, by the one order arithmetic.
    """

    item: ItemRow
    asker: FacilityRow
    own_need: int
    facilities: int
    on_hand: int
    available: int
    on_the_way: int
    rows: list[FacilityStock]


def county_availability(
    session: Session, actor: Actor, query: AvailabilityQuery, *, today: date
) -> Availability:
    """Return what facilities have or await of an item, the nearest first.

    The queries are as many for one facility as for three hundred.

    Raises:
        NotFound: there is no such item.
    """
    item = catalogue.get_item(session, query.item_id)
    asker = network.get_facility(session, actor.facility_id)
    standings = _standings(session, asker, query, today=today)
    shown = standings[: query.nearest]
    ids = [standing.level.facility_id for standing in shown]
    averages = inventory.average_across(session, ids, item.id, today=today)
    minimums = replenishment.minimums_of(session, item.id)
    need = _own_need(session, asker, item, today=today)
    return Availability(
        item=item,
        asker=asker,
        own_need=need,
        facilities=len(standings),
        on_hand=sum(standing.level.on_hand for standing in standings),
        available=sum(standing.level.available for standing in standings),
        on_the_way=sum(standing.on_the_way for standing in standings),
        rows=[
            _row(
                standing,
                averages[standing.level.facility_id],
                minimums.get(standing.level.facility_id, 0),
                None if standing.level.facility_id == asker.id else (need, item.units_per_pack),
            )
            for standing in shown
        ],
    )


def _own_need(session: Session, asker: FacilityRow, item: ItemRow, *, today: date) -> int:
    """Return what the asker's requisition would suggest; nothing for what the centre lacks."""
    offered = supply.offered_items(session, [item.id])
    centre = network.central_pharmacy(session)
    if not offered or asker.id == centre.id:
        return 0
    advice = advise(session, (asker.id, centre.id), offered, today=today)
    return advice[item.id].suggestion.quantity


def _standings(
    session: Session, asker: FacilityRow, query: AvailabilityQuery, *, today: date
) -> list[Standing]:
    centre = network.central_pharmacy(session)
    coming = queries.on_the_way(session, centre.id, query.item_id)
    levels = [
        level
        for level in inventory.county_levels(session, query.item_id, tuple(coming), today=today)
        if query.kind in (None, level.kind) and query.township in ("", level.township)
    ]
    places = queries.nearby(session, asker.id, [level.facility_id for level in levels])
    found = [_standing(asker, level, places[level.facility_id], coming) for level in levels]
    return sorted(found, key=lambda one: (one.level.facility_id != asker.id, one.metres))


def _standing(
    asker: FacilityRow, level: CountyLevel, place: Nearby, coming: Mapping[FacilityId, int]
) -> Standing:
    straight = straight_metres((asker.latitude, asker.longitude), (place.latitude, place.longitude))
    own = asker.id == level.facility_id
    return Standing(
        level=level,
        place=place,
        metres=0 if own else place.metres if place.metres is not None else straight,
        by_road=own or place.metres is not None,
        on_the_way=coming.get(level.facility_id, 0) + level.arriving,
    )


def _row(
    standing: Standing, amc: Amc, minimum: int, asking: tuple[int, int] | None
) -> FacilityStock:
    can_spare = spare(standing.level.available, minimum)
    return FacilityStock(
        standing=standing,
        amc=amc,
        months=inventory.months_of_stock(standing.level.usable, amc.amc),
        spare=can_spare,
        worth_asking=worth_asking(asking[0], can_spare, asking[1]) if asking else 0,
    )


def find_totals(session: Session, text: str, *, today: date) -> list[ItemTotal]:
    """Return items by name, initials, code or scan, with what the county has of them."""
    if not text:
        return []
    scanned = traceability.item_of_code(session, text)
    if scanned is not None:
        text = catalogue.get_item(session, scanned).code
    found = queries.find_totals(session, text, today=today)
    return [total for total in found if scanned in (None, total.item_id)]
