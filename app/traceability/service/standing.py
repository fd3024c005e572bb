"""Which coded packs the record places where, and since when."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from app.kernel.ids import LotId, PlaceId, UnitId
from app.traceability import queries
from app.traceability.queries import StandingPack


def standing_packs(
    session: Session, place_id: PlaceId, lot_ids: Collection[LotId]
) -> list[StandingPack]:
    """Return the packs of these lots that the record places here, loose or in a container."""
    return queries.standing_packs(session, place_id, lot_ids)


def content_of(session: Session, unit_ids: Collection[UnitId]) -> int:
    """Return the base units left in these units and all that lies inside them."""
    return queries.content_of(session, unit_ids)
