"""How fast those who asked will use the goods, and what lies on their shelf already."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.inventory.rules import Destination
from app.inventory.service.requests import Demand
from app.kernel.arrays import array_of
from app.kernel.ids import FacilityId, ItemId

SHELF = text("""
    SELECT b.item_id, b.expires_on, CAST(sum(b.on_hand) AS bigint) AS quantity
    FROM stock_balance b JOIN lot l ON l.id = b.lot_id
    WHERE b.facility_id = :facility AND b.item_id = ANY(CAST(:items AS bigint[]))
      AND NOT b.outside AND b.on_hand > 0 AND b.condition = 'usable' AND l.hold = 'none'
    GROUP BY b.item_id, b.expires_on""")


def destinations(
    session: Session,
    demands: Sequence[Demand],
    facility_id: FacilityId | None,
    *,
    arrives_on: date,
) -> dict[ItemId, Destination]:
    """Return by item how fast a facility will use it; items without known use are left out."""
    known = {demand.item_id: demand for demand in demands if demand.monthly_use}
    if facility_id is None or not known:
        return {}
    shelf = _shelf(session, facility_id, known)
    return {
        item_id: Destination(demand.monthly_use or 0, arrives_on, demand.pack, shelf[item_id])
        for item_id, demand in known.items()
    }


def _shelf(
    session: Session, facility_id: FacilityId, items: Collection[ItemId]
) -> defaultdict[ItemId, list[tuple[date, int]]]:
    rows = session.execute(SHELF, {"facility": facility_id, "items": array_of(items)})
    found: defaultdict[ItemId, list[tuple[date, int]]] = defaultdict(list)
    for row in rows:
        found[row.item_id].append((row.expires_on, row.quantity))
    return found
