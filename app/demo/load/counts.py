"""Counts of the demo: one in progress at the depot, one of a clinic to approve."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalogue.models import Item, SpecialClass
from app.counting import queries
from app.counting import service as counting
from app.counting.models import EntryKind
from app.counting.queries import LineRow
from app.counting.service import CountEvent, NewCount
from app.demo.load.people import somebody
from app.inventory import service as inventory
from app.inventory.models import Place, PlaceKind, StockBalance
from app.inventory.service import Counted
from app.kernel.actor import Actor
from app.kernel.ids import FacilityId, ItemId

_HALF_AN_HOUR = timedelta(minutes=30)
_FEW = 6


def load_counts(session: Session, *, now: datetime) -> None:
    """Let the storekeeper count some bins, and the clinic finish a count with a difference."""
    keeper, clinic = somebody(session, "storekeeper"), somebody(session, "clinic")
    began = now - _HALF_AN_HOUR
    shelf = NewCount(facility_id=keeper.facility_id, item_ids=_plain(session, keeper.facility_id))
    sheet = counting.open_count(session, keeper, shelf, now=began)
    lines = queries.list_lines(session, sheet.id)
    _count(session, keeper, (sheet.reference, lines[: len(lines) // 2]), (0, 0, -2), now=now)
    shelf = NewCount(facility_id=clinic.facility_id, item_ids=_plain(session, clinic.facility_id))
    sheet = counting.open_count(session, clinic, shelf, now=began)
    lines = queries.list_lines(session, sheet.id)
    _count(session, clinic, (sheet.reference, lines), (-1, 0, 0, 2, 0), now=now)
    counting.finish(session, clinic, sheet.reference, now=now)


def _plain(session: Session, facility_id: FacilityId) -> Sequence[ItemId]:
    """Return a few items without codes on a facility's shelves."""
    return session.scalars(
        select(StockBalance.item_id)
        .join(Place, Place.id == StockBalance.place_id)
        .join(Item, Item.id == StockBalance.item_id)
        .where(
            StockBalance.facility_id == facility_id,
            StockBalance.on_hand > 0,
            Place.kind == PlaceKind.BIN,
            ~Item.is_coded,
            Item.special_class == SpecialClass.NONE,
        )
        .group_by(StockBalance.item_id)
        .order_by(StockBalance.item_id)
        .limit(_FEW)
    ).all()


def _count(
    session: Session,
    counter: Actor,
    counted: tuple[str, Sequence[LineRow]],
    errors: Sequence[int],
    *,
    now: datetime,
) -> None:
    """Count lines as the book has them, but for these errors by turns."""
    sheet, lines = counted
    at = now - _HALF_AN_HOUR / 2
    spots = [
        Counted(
            place_id=line.place_id,
            lot_id=line.lot_id,
            owner_id=line.owner_id,
            condition=line.condition,
            counted_at=at,
        )
        for line in lines
    ]
    events = [
        CountEvent(
            client_event_id=f"demo-{sheet}-{number}",
            device="demo",
            device_seq=number,
            kind=EntryKind.TYPED,
            sheet=sheet,
            event_time=at,
            line=line.id,
            loose=max(0, book + errors[number % len(errors)]),
        )
        for number, (line, book) in enumerate(
            zip(lines, inventory.book_as_at(session, spots), strict=True), 1
        )
    ]
    counting.enter(session, counter, events, now=now)
