"""Requisitions of this morning: most sealed and waiting for a vehicle, a few in other states."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.demo.county import DEPOT, YUDU, Place
from app.demo.history.records import STAGING, STOCK, ItemYear, LotPlan, Movement, Portion
from app.demo.items.packs import stable
from app.kernel.local_time import at_local

SEALED, APPROVED, SUBMITTED = "sealed", "approved", "submitted"
_FIRST_PICK = time(14, 0)
_ASKED = time(9, 0)
_LINES = {"township_clinic": 8, "lead_hospital": 10}
_VILLAGE_LINES = 3
_STILL_APPROVED, _STILL_SUBMITTED = 3, 8
_MOST_PACKS = 6
_SHARED_BY = 4
MIN_SHELF = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """An item asked for; ``portions`` are the lots promised or already in the tote."""

    item: str
    stock_before: int
    asked: int
    portions: tuple[Portion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A requisition that is under way this morning."""

    facility: str
    requisition: str
    totes: Mapping[str, str]
    state: str
    delivery_day: date
    submitted_at: datetime
    picked_at: datetime
    lines: Sequence[OrderLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """What the depot can give this morning: the years, pack sizes, and what carries codes."""

    today: date
    years: Mapping[str, ItemYear]
    units_per_pack: Mapping[str, int]
    coded: frozenset[str]
    compartments: Mapping[str, str]


def orders(places: Sequence[Place], shop: Shop) -> list[Order]:
    """Return the requisitions of this morning, and take what is picked off the depot's shelf.

    Sealed ones go to everybody served today but Yudu, whose clinic is still to write its
    own; they hold goods without codes, so that every code is scanned by a person.
    """
    lots = {lot.number: lot for year in shop.years.values() for lot in year.lots}
    due = [place for place in places if _served(place, shop.today)]
    tomorrow = shop.today + timedelta(days=1)
    later = [place for place in places if _served(place, tomorrow) and place not in due]
    made: list[Order] = []
    for place in (place for place in due if place.fact.code != YUDU):
        made.append(_order(place, (len(made), SEALED), shop, lots))
    for place in later[: _STILL_APPROVED + _STILL_SUBMITTED]:
        waiting = len(made) - len(due)
        state = APPROVED if waiting + 1 < _STILL_APPROVED else SUBMITTED
        made.append(_order(place, (len(made), state), shop, lots))
    return [order for order in made if order.lines]


def _served(place: Place, day: date) -> bool:
    return any(window.weekday == day.weekday() for window in place.windows)


def _order(
    place: Place, numbered: tuple[int, str], shop: Shop, lots: Mapping[str, LotPlan]
) -> Order:
    number, state = numbered
    yesterday = shop.today - timedelta(days=1)
    lines = list(_lines(place, state, shop, lots))
    picked_at = at_local(yesterday, _FIRST_PICK) + timedelta(minutes=2 * number)
    if state == SEALED:
        for line in lines:
            _pick(shop.years[line.item], line, picked_at)
    return Order(
        facility=place.fact.code,
        requisition=f"RQ-{yesterday:%Y%m%d}-{number + 1:04d}",
        totes=_totes(yesterday, number, [shop.compartments[line.item] for line in lines], state),
        state=state,
        delivery_day=shop.today + timedelta(days=int(state != SEALED)),
        submitted_at=at_local(yesterday, _ASKED) + timedelta(minutes=number),
        picked_at=picked_at,
        lines=lines,
    )


def _totes(day: date, number: int, compartments: Sequence[str], state: str) -> dict[str, str]:
    """Return the codes of an order's totes by compartment; only sealed orders have any."""
    if state != SEALED:
        return {}
    return {
        compartment: f"TT-{day:%Y%m%d}-{4 * number + place:04d}"
        for place, compartment in enumerate(sorted(set(compartments)), start=1)
    }


def _lines(
    place: Place, state: str, shop: Shop, lots: Mapping[str, LotPlan]
) -> Iterator[OrderLine]:
    """Yield what the facility is shortest of, in packs."""
    here = place.fact.code
    most = _LINES.get(place.fact.kind, _VILLAGE_LINES)
    first = _special(place)
    kept = [
        (
            shop.compartments[item] not in first,
            sum(portion.quantity for portion in year.left[here]) // shop.units_per_pack[item],
            item,
        )
        for item, year in shop.years.items()
        if here in year.left and (state != SEALED or item not in shop.coded)
    ]
    for _, packs, item in sorted(kept)[:most]:
        unit = shop.units_per_pack[item]
        wanted = (1 + stable(item, here, _MOST_PACKS)) * unit
        portions = tuple(_fefo(shop, lots, item, wanted)) if state != SUBMITTED else ()
        if portions or state == SUBMITTED:
            yield OrderLine(item=item, stock_before=packs * unit, asked=wanted, portions=portions)


def _special(place: Place) -> frozenset[str]:
    """Return the compartments a facility needs today before all others."""
    if place.is_village:
        return frozenset()
    here = place.fact.code
    cold = stable(here, "cold today", 2) == 0
    controlled = stable(here, "controlled today", 4) == 0
    return frozenset({"cold"} if cold else {"controlled"} if controlled else ())


def _fefo(shop: Shop, lots: Mapping[str, LotPlan], item: str, wanted: int) -> Iterator[Portion]:
    """Yield usable lots of the depot, first-expiring-first, up to what is wanted."""
    last_needed, unit = shop.today + MIN_SHELF, shop.units_per_pack[item]
    shelf = [(lots[portion.lot], portion) for portion in shop.years[item].left[DEPOT]]
    for lot, portion in sorted(shelf, key=lambda on: (on[0].expires_on, on[0].number)):
        usable = lot.expires_on > last_needed and lot.held_since is None
        taken = min(wanted, portion.quantity // _SHARED_BY // unit * unit)
        if usable and taken > 0:
            wanted -= taken
            yield Portion(lot=portion.lot, quantity=taken)
        if wanted == 0:
            return


def _pick(year: ItemYear, line: OrderLine, at: datetime) -> None:
    """Move what was picked from the depot's bin to its staging area."""
    taken = {portion.lot: portion.quantity for portion in line.portions}
    year.left[DEPOT] = [
        Portion(lot=portion.lot, quantity=portion.quantity - taken.get(portion.lot, 0))
        for portion in year.left[DEPOT]
        if portion.quantity > taken.get(portion.lot, 0)
    ]
    for lot, quantity in taken.items():
        source, target = (DEPOT, STOCK), (DEPOT, STAGING)
        year.movements.append(Movement(at, "pick", year.item, lot, source, target, quantity))
