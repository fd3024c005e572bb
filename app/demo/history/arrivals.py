"""What suppliers brought in the last weeks: an order and a receipt behind every such posting."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.demo.history.records import SUPPLIER, ItemYear, Movement
from app.demo.items.rows import ItemRow
from app.demo.suppliers import supplier_of

BACK = timedelta(weeks=8)
ORDERED_BEFORE = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One supplier's goods of one morning."""

    supplier: str
    at: datetime
    number: int
    movements: Sequence[Movement]

    @property
    def ordered_on(self) -> date:
        """When they were ordered."""
        return self.at.date() - ORDERED_BEFORE

    @property
    def order(self) -> str:
        """The number of the order."""
        return f"PO-{self.ordered_on:%Y%m%d}-{self.number:04d}"

    @property
    def receipt(self) -> str:
        """The number of the receipt."""
        return f"GR-{self.at:%Y%m%d}-{self.number:04d}"


def recent_arrivals(
    years: Iterable[ItemYear], rows: Mapping[str, ItemRow], today: date
) -> list[Arrival]:
    """Return the arrivals of the last weeks, oldest first, numbered by day."""
    brought: defaultdict[tuple[datetime, str], list[Movement]] = defaultdict(list)
    for year in years:
        supplier = supplier_of(rows[year.item])["code"]
        for move in year.movements:
            if move.source[1] == SUPPLIER and move.kind == "receipt":
                brought[move.at, supplier].append(move)
    numbers: defaultdict[date, int] = defaultdict(int)
    arrivals = []
    for (at, supplier), movements in sorted(brought.items()):
        if today - BACK <= at.date() < today:
            numbers[at.date()] += 1
            number = numbers[at.date()]
            arrivals.append(Arrival(supplier=supplier, at=at, number=number, movements=movements))
    return arrivals
