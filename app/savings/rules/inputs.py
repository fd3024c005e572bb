"""From recorded deliveries to what the optimizer compares."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from app.kernel.ids import FacilityId, ItemId, SupplierId
from app.network.rules import straight_metres
from optimizer.routing.measures import NOTHING, Load, Span
from optimizer.routing.problem import Matrix, Roads
from optimizer.routing.savings.inputs import Drop, Fleet, Way
from optimizer.routing.savings.study import Study

HOUR = 3600
COLD = "cold"
FLEET = Fleet(
    plain=Load(grams=1_100_000, cm3=7_600_000),
    cold_ambient=Load(grams=600_000, cm3=4_400_000),
    cold=Load(grams=300_000, cm3=1_800_000),
    shift=Span(earliest=7 * HOUR + HOUR // 2, latest=18 * HOUR),
)
"""The light van and the two-compartment refrigerated van that both sides drive."""
NOBODY = 0
"""Whose goods they are where no contract names any supplier; they have no way to the county."""
HAUL_DETOUR_PERCENT = 140
HAUL_KM_PER_HOUR = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """An item in a tote that was handed over on a day; the tote's measures are shared out."""

    day: date
    facility_id: FacilityId
    tote_id: int
    compartment: str
    controlled: bool
    weight_grams: int
    volume_cm3: int
    item_id: ItemId
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A supplier's contract price of an item between two days, both included."""

    item_id: ItemId
    supplier_id: SupplierId
    price_fen: int
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierOfStudy:
    """A supplier and where it is."""

    id: SupplierId
    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOfStudy:
    """A facility, how long unloading takes there, and its windows of all weekdays."""

    id: FacilityId
    latitude: float
    longitude: float
    service_seconds: int
    windows: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedDay:
    """What was driven on a day."""

    day: date
    vehicles: int
    cold_vehicles: int
    metres: int
    cold_metres: int
    seconds: int
    stops: int
    promised: int
    on_time: int


def drops_of(rows: Sequence[Delivered], offers: Sequence[Offer]) -> dict[date, tuple[Drop, ...]]:
    """Return what each supplier would have delivered where, day by day.

    An item belongs to the supplier with the lowest contract price on that day. Goods without a
    contract go to whoever delivers most: fewer calls for the suppliers alone, never more.
    """
    choose = _chooser(offers)
    owners = [choose(row.item_id, row.day) for row in rows]
    biggest = _biggest(rows, owners)
    parts = Counter(row.tote_id for row in rows)
    sums: defaultdict[tuple[date, str, str, bool, bool], list[int]] = defaultdict(lambda: [0, 0, 0])
    for row, owner in zip(rows, owners, strict=True):
        cold = row.compartment == COLD
        goods = (str(owner or biggest), str(row.facility_id), cold, row.controlled)
        total = sums[(row.day, *goods)]
        total[0] += row.lines
        total[1] += row.weight_grams // parts[row.tote_id]
        total[2] += row.volume_cm3 // parts[row.tote_id]
    days: defaultdict[date, list[Drop]] = defaultdict(list)
    for (day, supplier, place, cold, controlled), (lines, grams, cm3) in sorted(sums.items()):
        # Goods without recorded weight still take part: nothing at all would need no room.
        load = Load(grams=max(1, grams), cm3=max(1, cm3))
        days[day].append(
            Drop(
                supplier=supplier,
                site_id=place,
                lines=lines,
                ambient=NOTHING if cold else load,
                cold=load if cold else NOTHING,
                controlled=controlled,
            )
        )
    return {day: tuple(drops) for day, drops in days.items()}


def _chooser(offers: Iterable[Offer]) -> Callable[[ItemId, date], SupplierId | None]:
    by_item: defaultdict[ItemId, list[Offer]] = defaultdict(list)
    for offer in offers:
        by_item[offer.item_id].append(offer)

    def choose(item_id: ItemId, day: date) -> SupplierId | None:
        valid = [one for one in by_item[item_id] if one.starts_on <= day <= one.ends_on]
        cheapest = min(valid, key=lambda one: (one.price_fen, one.supplier_id), default=None)
        return cheapest.supplier_id if cheapest else None

    return choose


def _biggest(rows: Sequence[Delivered], owners: Sequence[SupplierId | None]) -> SupplierId | int:
    lines: Counter[SupplierId] = Counter()
    for row, owner in zip(rows, owners, strict=True):
        if owner is not None:
            lines[owner] += row.lines
    return min(lines, key=lambda one: (-lines[one], one), default=NOBODY)


def hauls_of(suppliers: Iterable[SupplierOfStudy], hub: PlaceOfStudy) -> dict[str, Way]:
    """Return each supplier's way to the county: the straight line, longer by all its bends."""
    ways = {str(supplier.id): _haul(supplier, hub) for supplier in suppliers}
    return {str(NOBODY): Way(metres=0, seconds=0), **ways}


def _haul(supplier: SupplierOfStudy, hub: PlaceOfStudy) -> Way:
    straight = straight_metres(
        (supplier.latitude, supplier.longitude), (hub.latitude, hub.longitude)
    )
    metres = straight * HAUL_DETOUR_PERCENT // 100
    return Way(metres=metres, seconds=metres * HOUR // (HAUL_KM_PER_HOUR * 1000))


def windows_of(windows: Iterable[tuple[int, int]]) -> tuple[Span, ...]:
    """Return a facility's windows of all weekdays, joined where they touch."""
    joined: list[tuple[int, int]] = []
    for opens, closes in sorted(windows):
        if joined and opens <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], closes))
        else:
            joined.append((opens, closes))
    return tuple(Span(earliest=opens, latest=closes) for opens, closes in joined)


def roads_of(
    ids: Sequence[FacilityId],
    ways: Mapping[tuple[FacilityId, FacilityId], tuple[int, int]],
    provenance: str,
) -> Roads:
    """Return the matrices among facilities, the hub first; unknown roads lead by the hub."""
    hub = ids[0]

    def between(part: int, here: FacilityId, there: FacilityId) -> int:
        if here == there:
            return 0
        if (here, there) in ways:
            return ways[here, there][part]
        return ways[here, hub][part] + ways[hub, there][part]

    def square(part: int) -> Matrix:
        return tuple(tuple(between(part, here, there) for there in ids) for here in ids)

    return Roads(metres=square(0), seconds=square(1), provenance=provenance)


def digest(study: Study) -> str:
    """Return a name for everything a study starts from."""
    ground = study.ground
    inputs = {
        "days": [asdict(day) for day in study.days],
        "sites": [asdict(site) for site in ground.sites],
        "roads": asdict(ground.roads),
        "fleet": asdict(ground.fleet),
        "prices": asdict(ground.prices),
        "haul": {name: asdict(way) for name, way in sorted(ground.haul.items())},
        "counts": study.counts,
    }
    text = json.dumps(inputs, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
