"""Lots as suppliers bring them: numbers, expiries, and a few that go wrong on purpose."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from zlib import crc32

from app.demo.history import days
from app.demo.history.records import LotPlan
from app.kernel.local_time import at_local

EXPIRED, NEAR_EXPIRY, HELD = "expired", "near_expiry", "held"
FATES = (EXPIRED, NEAR_EXPIRY, HELD)
_SHORT_DATED_PERCENT, _SHORT_SHELF_DAYS = 4, 120
_FATEFUL_WEEKS = range(45, 50)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """An item as suppliers see it; ``ordinal`` tells its lot numbers from all others."""

    item: str
    ordinal: int
    cost_fen: int


class Supply:
    """Makes the lots of one item."""

    def __init__(self, goods: Goods, today: date, chance: Random) -> None:
        """Start with no lots; the week of receipts follows from the item's code."""
        self._goods, self._today, self._chance = goods, today, chance
        self.phase = crc32(goods.item.encode()) % 5
        self.lots: list[LotPlan] = []
        self.by_number: dict[str, LotPlan] = {}

    def opening_lot(self) -> LotPlan:
        """Return the lot the year begins with."""
        begin = days.first_day(self._today)
        return self._lot(begin, begin + timedelta(days=self._chance.randrange(300, 620)), None)

    def arrivals(
        self, week: int, wanted: int, weekly_packs: float, fate: str
    ) -> Iterator[tuple[LotPlan, int]]:
        """Yield the lots of a receipt with their packs; none when nothing is wanted.

        An item with a fate gets, a few weeks before today, a large lot that will expire
        before it is used, is nearly expired, or is put on hold.
        """
        day = days.monday_of(self._today, week)
        if fate and week in _FATEFUL_WEEKS:
            yield self._fateful(day, fate), round(weekly_packs * 14) + 2
        elif wanted > 0:
            shelf_days = (
                _SHORT_SHELF_DAYS
                if self._chance.randrange(100) < _SHORT_DATED_PERCENT
                else self._chance.randrange(430, 740)
            )
            yield self._lot(day, day + timedelta(days=shelf_days), None), wanted

    def _fateful(self, day: date, fate: str) -> LotPlan:
        if fate == EXPIRED:
            return self._lot(day, self._today - timedelta(days=self._chance.randrange(3, 9)), None)
        if fate == NEAR_EXPIRY:
            near = self._today + timedelta(days=self._chance.randrange(18, 85))
            return self._lot(day, near, None)
        held = self._today - timedelta(days=self._chance.randrange(2, 6))
        return self._lot(day, self._today + timedelta(days=500), held)

    def _lot(self, received: date, expires: date, held: date | None) -> LotPlan:
        made = min(
            received - timedelta(days=self._chance.randrange(30, 120)),
            expires - timedelta(days=180),
        )
        lot = LotPlan(
            item=self._goods.item,
            number=f"{made:%y%m}{len(self.lots) + 1:02d}{self._goods.ordinal:03d}",
            made_on=made,
            expires_on=expires,
            received_on=received,
            cost_fen=round(self._goods.cost_fen * self._chance.uniform(0.92, 1.05)),
            held_since=at_local(held, days.RECEIPT_TIME) if held else None,
        )
        self.lots.append(lot)
        self.by_number[lot.number] = lot
        return lot
