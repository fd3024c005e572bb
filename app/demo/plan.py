"""The whole demo county as values: facilities, items, a year of stock, unit codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from app.demo.codes import CodePlan, Stocks, plan_codes
from app.demo.county import Place, places
from app.demo.facts import roads
from app.demo.history.arrivals import Arrival, recent_arrivals
from app.demo.history.county_year import county_year
from app.demo.history.days import visits
from app.demo.history.deliveries import Delivery, recent_deliveries
from app.demo.history.item_year import Year
from app.demo.history.missing import Missing, lose_a_pack
from app.demo.history.records import ItemYear
from app.demo.history.rounds import Ways
from app.demo.history.today import Order, Shop, orders
from app.demo.items.rows import ItemRow, item_rows
from app.demo.roads import legs
from app.demo.stocked import Stocked, stocked_items
from app.fulfilment.rules import compartment_of

SEED = 610728


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """How much of the county: some townships only, every n-th stocked item (for tests)."""

    townships: frozenset[str] = frozenset()
    every_item: int = 1


WHOLE_COUNTY = Scope()


@dataclass(frozen=True, kw_only=True)
class CountyPlan:
    """Everything that follows from a date, a seed and a number of codes."""

    today: date
    seed: int
    places: Sequence[Place]
    stocked: dict[str, Stocked]
    items: Sequence[ItemRow]
    years: dict[str, ItemYear]
    codes: CodePlan
    ways: Ways
    deliveries: Sequence[Delivery]
    arrivals: Sequence[Arrival]
    missing: Sequence[Missing]
    orders: Sequence[Order]

    @cached_property
    def rows(self) -> dict[str, ItemRow]:
        """Items by code."""
        return {row.code: row for row in self.items}

    @cached_property
    def compartments(self) -> dict[str, str]:
        """In which kind of tote each stocked item travels."""
        return compartments_of(self.items)


def county_plan(
    today: date, codes: int, *, seed: int = SEED, scope: Scope = WHOLE_COUNTY
) -> CountyPlan:
    """Return the county as of the morning of ``today``: the same arguments, the same county."""
    members = [place for place in places() if _within(place, scope)]
    listed = list(stocked_items().values())[:: scope.every_item]
    stocked = {item.code: item for item in listed}
    rows = {row.code: row for row in item_rows(stocked, frozenset())}
    pairs = [(item, rows[code]) for code, item in stocked.items()]
    ways = {(leg.origin, leg.target): leg for leg in legs(roads())}
    calendar = Year(today=today, seed=seed, visits=visits(members, today, seed, ways))
    years = {year.item: year for year in county_year(pairs, members, calendar)}
    coded = plan_codes(Stocks(stocked=stocked, rows=rows, years=years), codes, today)
    kept = frozenset(item.item for item in coded.items)
    units = {code: rows[code].pack.units for code in stocked}
    travel = compartments_of(list(rows.values()))
    items = list(item_rows(stocked, kept))
    deliveries = recent_deliveries(years.values(), travel, calendar.visits)
    missing = lose_a_pack(deliveries, years, {row.code: row for row in items})
    morning = Shop(today=today, years=years, units_per_pack=units, coded=kept, compartments=travel)
    return CountyPlan(
        today=today,
        seed=seed,
        places=members,
        stocked=stocked,
        items=items,
        years=years,
        codes=coded,
        ways=ways,
        orders=orders(members, morning),
        deliveries=deliveries,
        arrivals=recent_arrivals(years.values(), rows, today),
        missing=missing,
    )


def compartments_of(items: Sequence[ItemRow]) -> dict[str, str]:
    """Return the compartment of every stocked item."""
    return {
        row.code: compartment_of(row.storage_class, controlled=row.special_class != "none").value
        for row in items
        if row.is_stocked
    }


def _within(place: Place, scope: Scope) -> bool:
    if not scope.townships or place.fact.kind in {"lead_hospital", "central_pharmacy"}:
        return True
    return place.fact.township in scope.townships
