"""What every facility has of an item, the nearest to the asker first (跨机构药品余量查询)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from app.catalogue import service as catalogue
from app.catalogue.queries import ItemRow
from app.fulfilment.queries import availability as queries
from app.fulfilment.queries.availability import ItemTotal, Nearby
from app.inventory import service as inventory
from app.inventory.queries import CountyLevel
from app.inventory.rules import Amc
from app.kernel.actor import Actor
from app.kernel.ids import FacilityId, ItemId
from app.network import service as network
from app.network.models import FacilityKind
from app.network.queries import FacilityRow
from app.network.rules import straight_metres
from app.traceability import service as traceability


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityQuery:
    """Which item, and facilities of which kind and township."""

    item_id: ItemId
    kind: FacilityKind | None = None
    township: str = ""


@dataclass(frozen=True, slots=True)
class FacilityStock:
    """One facility's line; ``months`` is None where nothing is used."""

    level: CountyLevel
    place: Nearby
    metres: int
    by_road: bool
    on_the_way: int
    amc: Amc
    months: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """An item across the county, seen from one facility."""

    item: ItemRow
    asker: FacilityRow
    rows: list[FacilityStock] = field(default_factory=list)


def county_availability(
    session: Session, actor: Actor, query: AvailabilityQuery, *, today: date
) -> Availability:
    """Return what every facility has or awaits of an item, the nearest first.

    The queries are as many for one facility as for three hundred.

    Raises:
        NotFound: there is no such item.
    """
    item = catalogue.get_item(session, query.item_id)
    asker = network.get_facility(session, actor.facility_id)
    centre = network.central_pharmacy(session)
    coming = queries.on_the_way(session, centre.id, item.id)
    levels = {
        level.facility_id: level
        for level in inventory.county_levels(session, item.id, tuple(coming), today=today)
        if _is_wanted(level, query)
    }
    averages = inventory.average_across(session, list(levels), item.id, today=today)
    places = queries.nearby(session, asker.id, list(levels))
    rows = [
        _row(level, (asker, places[key]), coming, averages[key]) for key, level in levels.items()
    ]
    rows.sort(
        key=lambda row: (
            row.level.facility_id != asker.id,
            row.metres,
            -row.level.available,
            row.level.facility_id,
        )
    )
    return Availability(item=item, asker=asker, rows=rows)


def _is_wanted(level: CountyLevel, query: AvailabilityQuery) -> bool:
    return query.kind in (None, level.kind) and query.township in ("", level.township)


def _row(
    level: CountyLevel,
    seen: tuple[FacilityRow, Nearby],
    coming: Mapping[FacilityId, int],
    amc: Amc,
) -> FacilityStock:
    asker, place = seen
    straight = straight_metres((asker.latitude, asker.longitude), (place.latitude, place.longitude))
    own = asker.id == level.facility_id
    return FacilityStock(
        level=level,
        place=place,
        metres=0 if own else place.metres if place.metres is not None else straight,
        by_road=own or place.metres is not None,
        on_the_way=coming.get(level.facility_id, 0) + level.arriving,
        amc=amc,
        months=inventory.months_of_stock(level.usable, amc.amc),
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
