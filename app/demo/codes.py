"""Unit codes for the demo: whole stocks of some items, and a delivery that is announced.

A coded item must be coded everywhere, or its codes would not be its stock. So items are
coded whole, lowest rank first, as long as they fit into the number of codes wanted; what is
left over arrives as one more lot at the depot.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple
from zlib import crc32

from app.demo.county import DEPOT
from app.demo.history import days
from app.demo.history.records import STOCK, SUPPLIER, ItemYear, LotPlan, Movement, Portion
from app.demo.items.rows import ItemRow
from app.demo.stocked import Stocked
from app.kernel.local_time import at_local

FIRST_CLASS = 8_999_000
ANNOUNCED_PERCENT = 8
ANNOUNCED_ITEMS = 6
COLD_CARTON, CARTON = 20, 40


class CartonState(StrEnum):
    """Where a carton is: with its supplier, at the depot, or emptied there."""

    ANNOUNCED = "announced"
    SEALED = "sealed"
    OPEN = "open"
    EMPTIED = "emptied"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedItem:
    """An item with unit codes: its two pack classes, and packs in a carton."""

    item: str
    pack_class: str
    carton_class: str
    packs_per_carton: int


class Carton(NamedTuple):
    """A coded carton."""

    code: str
    item: str
    lot: str
    state: CartonState


class CodedPack(NamedTuple):
    """A coded pack at a facility; at the depot it lies in its carton."""

    code: str
    item: str
    lot: str
    carton: str
    facility: str


@dataclass(slots=True, kw_only=True)
class CodePlan:
    """All codes, and the lots a supplier has announced for today with their packs."""

    items: list[CodedItem] = field(default_factory=list)
    cartons: list[Carton] = field(default_factory=list)
    packs: list[CodedPack] = field(default_factory=list)
    announced: list[tuple[LotPlan, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stocks:
    """The stocked items with their rows and years, by code."""

    stocked: Mapping[str, Stocked]
    rows: Mapping[str, ItemRow]
    years: Mapping[str, ItemYear]

    def live_packs(self, item: str) -> int:
        """Return the packs of an item that lie anywhere in the county."""
        left = self.years[item].left.values()
        return sum(p.quantity for portions in left for p in portions) // self.units(item)

    def units(self, item: str) -> int:
        """Return base units in a pack."""
        return self.rows[item].pack.units


def plan_codes(stocks: Stocks, wanted: int, today: date) -> CodePlan:
    """Code exactly ``wanted`` packs; items that get spare packs grow by one lot."""
    plan = CodePlan()
    ranked = sorted(
        (item for item in stocks.stocked.values() if item.coded_rank is not None),
        key=lambda item: item.coded_rank or 0,
    )
    left = wanted - wanted * ANNOUNCED_PERCENT // 100
    for number, stocked in enumerate(ranked):
        packs = stocks.live_packs(stocked.code)
        if 0 < packs <= left:
            plan.items.append(_coded(number, stocks.rows[stocked.code]))
            left -= packs
    left += wanted * ANNOUNCED_PERCENT // 100
    left -= _announce(plan, stocks, wanted, today)
    _spare(plan, stocks, left if plan.items else 0, today)
    for coded in plan.items:
        _code_stock(plan, coded, stocks)
    return plan


def _coded(number: int, row: ItemRow) -> CodedItem:
    return CodedItem(
        item=row.code,
        pack_class=str(FIRST_CLASS + 2 * number),
        carton_class=str(FIRST_CLASS + 2 * number + 1),
        packs_per_carton=COLD_CARTON if row.storage_class == "cold" else CARTON,
    )


def _announce(plan: CodePlan, stocks: Stocks, wanted: int, today: date) -> int:
    """Let a supplier announce whole cartons; return how many packs that are."""
    packs = wanted * ANNOUNCED_PERCENT // 100
    most = min(ANNOUNCED_ITEMS, packs // CARTON)
    chosen = [coded for coded in plan.items if coded.packs_per_carton == CARTON][:most]
    share = packs // max(1, len(chosen))
    total = 0
    for coded in chosen:
        cartons = share // coded.packs_per_carton
        if cartons:
            lot = _new_lot(stocks, coded.item, today, "N")
            plan.announced.append((lot, cartons * coded.packs_per_carton))
            total += cartons * coded.packs_per_carton
            _code_lot(plan, coded, lot, [("", cartons * coded.packs_per_carton)])
    return total


def _new_lot(stocks: Stocks, item: str, received: date, letter: str) -> LotPlan:
    year = stocks.years[item]
    made = received - timedelta(days=45)
    lot = LotPlan(
        item=item,
        number=f"{made:%y%m}{letter}{crc32(item.encode()) % 1_000_000:06d}",
        made_on=made,
        expires_on=made + timedelta(days=729),
        received_on=received,
        cost_fen=stocks.rows[item].pack.price_fen,
    )
    year.lots.append(lot)
    return lot


def _spare(plan: CodePlan, stocks: Stocks, packs: int, today: date) -> None:
    """Receive packs left over as one more lot of each coded item, the first taking the rest."""
    if packs <= 0:
        return
    day = today - timedelta(days=1)
    each, rest = divmod(packs, len(plan.items))
    for number, coded in enumerate(plan.items):
        more = each + (rest if number == 0 else 0)
        if more:
            lot = _new_lot(stocks, coded.item, day, "B")
            quantity = more * stocks.units(coded.item)
            year = stocks.years[coded.item]
            year.left[DEPOT].append(Portion(lot=lot.number, quantity=quantity))
            source, target = (DEPOT, SUPPLIER), (DEPOT, STOCK)
            at = at_local(day, days.RECEIPT_TIME)
            move = Movement(at, "receipt", coded.item, lot.number, source, target, quantity)
            year.movements.append(move)
            year.movements.sort(key=lambda move: move.at)


def _code_stock(plan: CodePlan, coded: CodedItem, stocks: Stocks) -> None:
    """Code every lot; clinics hold packs of the first cartons, the depot the rest."""
    year = stocks.years[coded.item]
    for lot in year.lots:
        holders = list(_holders(year, lot.number, stocks.units(coded.item)))
        if holders:
            _code_lot(plan, coded, lot, holders)


def _holders(year: ItemYear, lot: str, units: int) -> Iterator[tuple[str, int]]:
    """Yield who holds how many packs of the lot, the depot last."""
    for facility, portions in sorted(year.left.items(), key=lambda left: (left[0] == DEPOT, left)):
        packs = sum(p.quantity for p in portions if p.lot == lot) // units
        if packs:
            yield facility, packs


def _code_lot(
    plan: CodePlan, coded: CodedItem, lot: LotPlan, holders: Sequence[tuple[str, int]]
) -> None:
    size = coded.packs_per_carton
    owners = [facility for facility, packs in holders for _ in range(packs)]
    first = len(plan.packs)
    for start in range(0, len(owners), size):
        inside = owners[start : start + size]
        carton = _code(coded.carton_class, len(plan.cartons))
        state = _state(inside, size)
        plan.cartons.append(Carton(carton, coded.item, lot.number, state))
        for offset, facility in enumerate(inside):
            code = _code(coded.pack_class, first + start + offset)
            plan.packs.append(CodedPack(code, coded.item, lot.number, carton, facility))


def _state(owners: Sequence[str], size: int) -> CartonState:
    if owners[0] == "":
        return CartonState.ANNOUNCED
    if owners[-1] != DEPOT:
        return CartonState.EMPTIED
    whole = len(owners) == size and owners[0] == DEPOT
    return CartonState.SEALED if whole else CartonState.OPEN


def _code(pack_class: str, number: int) -> str:
    """Return 20 digits: class, serial, and four that a platform would check (码上放心's shape)."""
    serial = f"{100_000_007 + number * 787:09d}"
    return f"{pack_class}{serial}{crc32((pack_class + serial).encode()) % 10_000:04d}"
