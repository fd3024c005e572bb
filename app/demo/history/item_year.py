"""One item's year: receipts at the depot, deliveries, consumption, stock-outs, leftovers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from app.demo.county import DEPOT
from app.demo.history import days, records
from app.demo.history.demand import WEEKS, Holder, season
from app.demo.history.records import DeliveredLine, ItemYear, Movement, Portion
from app.demo.history.shelf import Shelf
from app.demo.history.supply import Goods, Supply
from app.demo.stocked import Stocked
from app.kernel.local_time import at_local

_TARGET_WEEKS = {"lead_hospital": 5, "township_clinic": 7}
_VILLAGE_TARGET_WEEKS = 13
_SKIPPED_PERCENT, _HALVED_PERCENT = 5, 10
_DEPOT_TARGET_WEEKS = 7
_DEPOT_CYCLE_WEEKS = 5
_MISSED_RECEIPT_PERCENT = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """What all items share: the calendar, the visits and the seed."""

    today: date
    seed: int
    visits: Mapping[tuple[str, int], days.Visit]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """How an item is counted and supplied: base units in a pack, least amount used at once."""

    units_per_pack: int
    step: int
    goods: Goods
    fate: str = ""


class _Keeper:
    """A facility's shelf and what it has used but not yet written down."""

    __slots__ = ("pending", "shelf", "wanted", "who")

    def __init__(self, who: Holder) -> None:
        self.who, self.shelf, self.pending, self.wanted = who, Shelf(), 0, 0.0


class Simulation:
    """Plays one item's year, week by week; the order of days is the order of movements."""

    def __init__(self, item: Stocked, measures: Measures, year: Year) -> None:
        """Prepare an empty county."""
        self._item, self._measures, self._year = item, measures, year
        self._chance = Random(f"{year.seed}:{item.code}")
        self._supply = Supply(measures.goods, year.today, self._chance)
        self._depot = Shelf()
        self._out = ItemYear(item=item.code)

    def play(self, holders: Sequence[Holder]) -> ItemYear:
        """Return the whole year of the item at these facilities."""
        keepers = [_Keeper(who) for who in holders]
        county = sum(who.weekly_packs for who in holders)
        self._open(keepers, county)
        for week in range(WEEKS):
            self._receive(week, county)
            for keeper in self._in_order_of_arrival(keepers, week):
                self._deliver(keeper, week)
            for keeper in keepers:
                self._consume(keeper, week)
        self._out.lots = self._supply.lots
        self._out.left = {keeper.who.facility: list(keeper.shelf.left()) for keeper in keepers}
        self._out.left[DEPOT] = list(self._depot.left())
        self._out.movements.sort(key=lambda move: move.at)
        return self._out

    def _open(self, keepers: Sequence[_Keeper], county: float) -> None:
        begin = days.first_day(self._year.today)
        at = at_local(begin, days.OPENING_TIME)
        lot = self._supply.opening_lot()
        packs = round(county * _DEPOT_TARGET_WEEKS * self._chance.uniform(0.6, 1.0)) + 1
        self._bring(
            self._depot,
            Movement(
                at,
                "opening",
                self._item.code,
                lot.number,
                (DEPOT, records.SUPPLIER),
                (DEPOT, records.STOCK),
                packs * self._measures.units_per_pack,
            ),
        )
        for keeper in keepers:
            weeks = _target_weeks(keeper.who) * self._chance.uniform(0.4, 0.9)
            amount = max(1, round(keeper.who.weekly_packs * weeks)) * self._measures.units_per_pack
            here = keeper.who.facility
            self._bring(
                keeper.shelf,
                Movement(
                    at,
                    "opening",
                    self._item.code,
                    lot.number,
                    (DEPOT, records.SUPPLIER),
                    (here, records.STOCK),
                    amount,
                ),
            )

    def _bring(self, shelf: Shelf, move: Movement) -> None:
        shelf.put(self._supply.by_number[move.lot], move.quantity)
        self._out.movements.append(move)

    def _receive(self, week: int, county: float) -> None:
        begin = days.monday_of(self._year.today, week)
        if week % _DEPOT_CYCLE_WEEKS != self._supply.phase:
            return
        if self._chance.randrange(100) < _MISSED_RECEIPT_PERCENT:
            return
        target = county * season(self._item, begin) * _DEPOT_TARGET_WEEKS
        wanted = round(target) + 1 - self._depot.usable(begin) // self._measures.units_per_pack
        at = at_local(begin, days.RECEIPT_TIME)
        for lot, packs in self._supply.arrivals(week, wanted, county, self._measures.fate):
            self._bring(
                self._depot,
                Movement(
                    at,
                    "receipt",
                    self._item.code,
                    lot.number,
                    (DEPOT, records.SUPPLIER),
                    (DEPOT, records.STOCK),
                    packs * self._measures.units_per_pack,
                ),
            )

    def _in_order_of_arrival(self, keepers: Sequence[_Keeper], week: int) -> list[_Keeper]:
        due = [keeper for keeper in keepers if week % keeper.who.cycle_weeks == keeper.who.phase]
        return sorted(due, key=lambda keeper: self._arrival(keeper, week))

    def _arrival(self, keeper: _Keeper, week: int) -> datetime:
        return self._year.visits[keeper.who.facility, week].arrived

    def _deliver(self, keeper: _Keeper, week: int) -> None:
        at = self._arrival(keeper, week)
        here, unit = keeper.who.facility, self._measures.units_per_pack
        luck = self._chance.randrange(100)
        weekly = keeper.who.weekly_packs * season(self._item, at.date()) * unit
        stock = keeper.shelf.total - keeper.pending
        packs = -(-(round(weekly * _target_weeks(keeper.who)) - stock) // unit)
        if packs <= 0 or luck < _SKIPPED_PERCENT:
            return
        given = packs // 2 if luck < _HALVED_PERCENT else packs
        portions = []
        for lot, quantity in self._depot.take(given * unit, at.date()):
            self._bring(
                keeper.shelf,
                Movement(
                    at,
                    "accept",
                    self._item.code,
                    lot.number,
                    (DEPOT, records.STOCK),
                    (here, records.STOCK),
                    quantity,
                ),
            )
            portions.append(Portion(lot=lot.number, quantity=quantity))
        if week >= WEEKS - days.RECENT_WEEKS:
            self._out.lines.append(
                DeliveredLine(
                    facility=here,
                    week=week,
                    item=self._item.code,
                    stock_before=stock,
                    monthly=round(weekly * 30.4 / 7),
                    asked=packs * unit,
                    portions=tuple(portions),
                )
            )

    def _consume(self, keeper: _Keeper, week: int) -> None:
        """Use a week's worth; write it down when the period ends or the shelf runs empty."""
        begin = days.monday_of(self._year.today, week)
        keeper.wanted += (
            keeper.who.weekly_packs * season(self._item, begin) * self._chance.uniform(0.7, 1.3)
        ) * self._measures.units_per_pack
        need = int(keeper.wanted) // self._measures.step * self._measures.step
        keeper.wanted -= need
        available = max(0, keeper.shelf.usable(begin + timedelta(days=6)) - keeper.pending)
        used = min(need, available)
        keeper.pending += used
        if used < need:
            earliest = self._days_until_served(keeper, week, begin)
            self._write_down(keeper, begin + timedelta(days=max(earliest, 6 * used // need)))
        elif (week + 1) % _period(keeper.who, week) == 0 or week == WEEKS - 1:
            self._write_down(keeper, begin + timedelta(days=6))

    def _days_until_served(self, keeper: _Keeper, week: int, begin: date) -> int:
        if week % keeper.who.cycle_weeks != keeper.who.phase:
            return 0
        return (self._arrival(keeper, week).date() - begin).days

    def _write_down(self, keeper: _Keeper, day: date) -> None:
        here, at = keeper.who.facility, at_local(day, days.CONSUME_TIME)
        for lot, quantity in keeper.shelf.take(keeper.pending, day):
            keeper.pending -= quantity
            self._out.movements.append(
                Movement(
                    at,
                    "consume",
                    self._item.code,
                    lot.number,
                    (here, records.STOCK),
                    (here, records.PATIENT),
                    quantity,
                )
            )


def _target_weeks(who: Holder) -> int:
    return _TARGET_WEEKS.get(who.kind, _VILLAGE_TARGET_WEEKS)


def _period(who: Holder, week: int) -> int:
    """Return every how many weeks use is written down; closer towards the present."""
    recent = week >= WEEKS - 12
    if who.kind in _TARGET_WEEKS:
        return 2 if recent else 4
    return 4 if recent else 8
