"""Who holds an item, and how much of it a week uses: assumptions, all of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from app.demo.county import Place
from app.demo.items.packs import stable
from app.demo.stocked import Stocked

WEEKS = 52
WEEKS_PER_MONTH = 365.25 / 12 / 7

_SHARE = {"lead_hospital": 0.04, "township_clinic": 0.11}
_VILLAGE_SHARE = 0.18
_COUNTY_PEOPLE = 210_871
_CYCLE_WEEKS = {"lead_hospital": 2, "township_clinic": 4}
_VILLAGE_CYCLE = 8
_KEPT_PERCENT = {("township_clinic", "village"): 70, ("township_clinic", "township"): 26}
_VILLAGE_KEPT_PERCENT = 12
_WINTER = (1.6, 1.5, 1.2, 1.0, 0.8, 0.6, 0.6, 0.6, 0.8, 1.0, 1.2, 1.5)
_SUMMER = (0.6, 0.6, 0.7, 0.9, 1.2, 1.5, 1.7, 1.6, 1.2, 0.9, 0.7, 0.6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A facility that keeps an item: packs it uses a week, and every how many weeks it is served.

    ``phase`` is the week of the cycle in which this item is ordered.
    """

    facility: str
    kind: str
    weekly_packs: float
    cycle_weeks: int
    phase: int


def holders(item: Stocked, places: Sequence[Place]) -> Iterator[Holder]:
    """Yield the facilities that keep the item, in file order."""
    for place in places:
        if _keeps(item, place):
            cycle = _CYCLE_WEEKS.get(place.fact.kind, _VILLAGE_CYCLE)
            yield Holder(
                facility=place.fact.code,
                kind=place.fact.kind,
                weekly_packs=_weekly_packs(item, place),
                cycle_weeks=cycle,
                phase=_phase(item, place, cycle),
            )


def parity_of(place: Place) -> int:
    """Return whether a village is served in even weeks (0) or odd ones (1)."""
    return stable(place.fact.code, "week", 2)


def season(item: Stocked, day: date) -> float:
    """Return how much more or less than usual a month uses of the item."""
    months = {"winter": _WINTER, "summer": _SUMMER}.get(item.season)
    return months[day.month - 1] if months else 1.0


def _keeps(item: Stocked, place: Place) -> bool:
    kind = place.fact.kind
    if kind == "central_pharmacy":
        return False
    if kind == "lead_hospital" or (kind == "township_clinic" and item.coded_rank):
        return True
    if place.is_village:
        if item.held_by != "village":
            return False
        percent = 55 if item.coded_rank else _VILLAGE_KEPT_PERCENT
    else:
        percent = _KEPT_PERCENT.get((kind, item.held_by), 0)
    return stable(place.fact.code, item.code, 100) < percent


def _phase(item: Stocked, place: Place, cycle: int) -> int:
    """Return the item's week; a village is served every other week, so its weeks are even."""
    if not place.is_village:
        return stable(item.code, place.fact.code, cycle)
    return 2 * stable(item.code, place.fact.code, cycle // 2) + parity_of(place)


def _weekly_packs(item: Stocked, place: Place) -> float:
    people = place.fact.population or _COUNTY_PEOPLE
    share = _SHARE.get(place.fact.kind, _VILLAGE_SHARE)
    spread = 0.6 + stable(item.code, f"use {place.fact.code}", 90) / 100
    return item.demo_rate * people / 1000 * share * spread / WEEKS_PER_MONTH
