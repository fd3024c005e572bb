"""The year of every stocked item in the county."""

from collections.abc import Iterator, Sequence

from app.demo.county import Place
from app.demo.history import demand, item_year, supply
from app.demo.history.item_year import Year
from app.demo.history.records import ItemYear
from app.demo.items.rows import ItemRow
from app.demo.stocked import Stocked

_FATES = {supply.EXPIRED: 5, supply.NEAR_EXPIRY: 9, supply.HELD: 4}
_GRAM = 1000


def county_year(
    items: Sequence[tuple[Stocked, ItemRow]], places: Sequence[Place], year: Year
) -> Iterator[ItemYear]:
    """Yield each item's year; items do not touch each other, so each has its own chance."""
    fates = _fates([stocked for stocked, _ in items])
    for ordinal, (stocked, row) in enumerate(items, start=1):
        simulation = item_year.Simulation(
            stocked, _measures(ordinal, stocked, row, fates.get(stocked.code, "")), year
        )
        yield simulation.play(list(demand.holders(stocked, places)))


def _measures(ordinal: int, stocked: Stocked, row: ItemRow, fate: str) -> item_year.Measures:
    """Coded packs are used whole; decoction pieces by the gram; everything else by the unit."""
    whole = row.pack.units if stocked.coded_rank else 1
    return item_year.Measures(
        units_per_pack=row.pack.units,
        step=_GRAM if row.pack.base_unit == "mg" else whole,
        goods=supply.Goods(item=stocked.code, ordinal=ordinal, cost_fen=row.pack.price_fen),
        fate=fate,
    )


def _fates(items: Sequence[Stocked]) -> dict[str, str]:
    """Give a few widely used items without codes a lot that goes wrong."""
    plain = [item.code for item in items if item.held_by == "village" and not item.coded_rank]
    chosen: dict[str, str] = {}
    step = max(1, len(plain) // sum(_FATES.values()))
    candidates = iter(plain[::step])
    for fate, count in _FATES.items():
        for _ in range(count):
            code = next(candidates, None)
            if code is not None:
                chosen[code] = fate
    return chosen
