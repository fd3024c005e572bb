"""What the cycle plan needs: value used, last counts, what lies on the shelves."""

from datetime import date, timedelta

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.counting.models import CountLine, CountSheet
from app.counting.rules import YEAR_DAYS, SheetState
from app.inventory.models import ConsumptionDay, Place, PlaceKind, StockBalance
from app.kernel.ids import FacilityId, ItemId
from app.kernel.local_time import LOCAL
from app.network.models import Facility, FacilityKind


def facilities_with_stock(session: Session) -> list[FacilityId]:
    """Return the active facilities that keep anything in a bin."""
    return list(
        session.scalars(
            select(Facility.id)
            .where(
                Facility.active,
                select(StockBalance.id)
                .where(
                    StockBalance.facility_id == Facility.id,
                    ~StockBalance.outside,
                    StockBalance.on_hand > 0,
                )
                .exists(),
            )
            .order_by(Facility.id)
        )
    )


def used_value(session: Session, facility_id: FacilityId, *, today: date) -> dict[ItemId, int]:
    """Return the value in fen of a year's use by item.

    The central pharmacy supplies the whole county, so its classes follow the county's use.
    """
    kind = session.scalar(select(Facility.kind).where(Facility.id == facility_id))
    value = func.sum(ConsumptionDay.quantity) * func.max(Item.price_fen)
    whole = kind is FacilityKind.CENTRAL_PHARMACY
    statement = (
        select(ConsumptionDay.item_id, value / func.max(Item.units_per_pack))
        .join(Item, Item.id == ConsumptionDay.item_id)
        .where(ConsumptionDay.day > today - timedelta(days=YEAR_DAYS))
        .group_by(ConsumptionDay.item_id)
    )
    if not whole:
        statement = statement.where(ConsumptionDay.facility_id == facility_id)
    rows = session.execute(statement)
    return {item_id: max(0, int(fen)) for item_id, fen in rows}


def counted_on(session: Session, facility_id: FacilityId) -> dict[ItemId, date]:
    """Return on which local day each item of a facility was last counted and posted."""
    day = func.date(func.timezone(str(LOCAL), func.max(CountLine.counted_at)))
    rows = session.execute(
        select(CountLine.item_id, day)
        .join(CountSheet, CountSheet.id == CountLine.sheet_id)
        .where(CountSheet.facility_id == facility_id, CountSheet.state == SheetState.POSTED)
        .group_by(CountLine.item_id)
    )
    return {row[0]: row[1] for row in rows}


def items_on_shelves(session: Session, facility_id: FacilityId) -> dict[ItemId, int]:
    """Return the items in a facility's bins, with how many lots there are to count."""
    rows = session.execute(
        select(StockBalance.item_id, cast(func.count(), Integer))
        .join(Place, Place.id == StockBalance.place_id)
        .where(
            StockBalance.facility_id == facility_id,
            Place.kind == PlaceKind.BIN,
            StockBalance.on_hand > 0,
        )
        .group_by(StockBalance.item_id)
    )
    return {row[0]: row[1] for row in rows}
