"""How a facility stands item by item: stock, average use, months of stock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.inventory.queries import ItemName, Level, list_item_names, stock_levels
from app.inventory.rules import Amc, months_of_stock
from app.inventory.service.consuming import arithmetic_of, average_consumption
from app.kernel.db import Json
from app.kernel.ids import FacilityId

MOST_ITEMS = 3000
"""More than any facility of a county keeps on its shelves."""


@dataclass(frozen=True, slots=True)
class ItemStanding:
    """One item at a facility; ``months`` is None where nothing is used."""

    item: ItemName
    level: Level
    amc: Amc
    months: float | None

    @property
    def arithmetic(self) -> Json:
        """Every piece of the average."""
        return arithmetic_of(self.amc)

    def lasts_less_than(self, months: int) -> bool:
        """Say whether usable stock runs out within so many months of average use."""
        return self.months is not None and self.months < months


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingQuery:
    """Which items of a facility; ``below`` asks for those that last less than so many months."""

    facility_id: FacilityId
    text: str = ""
    below: int | None = None
    after: int | None = None


def list_standings(
    session: Session, query: StandingQuery, size: int, *, today: date
) -> list[ItemStanding]:
    """Return items by pinyin key, at most ``size`` + 1; those that run out, soonest first."""
    if query.below is None:
        names = list_item_names(session, query.facility_id, query.text, query.after, size)
        return standings(session, query.facility_id, names, today=today)
    names = list_item_names(session, query.facility_id, query.text, None, MOST_ITEMS)
    found = standings(session, query.facility_id, names, today=today)
    short = [standing for standing in found if standing.lasts_less_than(query.below)]
    return sorted(short, key=lambda standing: standing.months or 0)[:size]


def standings(
    session: Session, facility_id: FacilityId, items: Sequence[ItemName], *, today: date
) -> list[ItemStanding]:
    """Return how the facility stands with these items, in their order."""
    ids = [item.item_id for item in items]
    levels = stock_levels(session, facility_id, ids, today=today)
    used = average_consumption(session, facility_id, ids, today=today)
    return [
        ItemStanding(
            item,
            levels[item.item_id],
            used[item.item_id],
            months_of_stock(levels[item.item_id].usable, used[item.item_id].amc),
        )
        for item in items
    ]
