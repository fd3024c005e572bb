"""Places: the depot's bins, and at every facility a shelf, a patient, a loss."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from app.demo.county import DEPOT, Place
from app.demo.history.records import STOCK
from app.demo.items.rows import ItemRow
from app.demo.load.bulk import Bulk
from app.inventory.models import Place as PlaceRow
from app.inventory.models import PlaceKind
from app.inventory.service.places import LOCKED_BIN, MAIN_BIN

_SLOTS = 12
_ZONES = {
    "S": "麻精专库",
    "L": "冷藏库",
    "Y": "阴凉库",
    "Z": "饮片库",
    "H": "耗材库",
    "A": "常温库",
}
_AT_CLINICS = (PlaceKind.RECEIVING, PlaceKind.PATIENT, PlaceKind.LOSS, PlaceKind.ADJUSTMENT)
_AT_DEPOT = (*_AT_CLINICS, PlaceKind.SUPPLIER, PlaceKind.STAGING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelves:
    """Keys of places: bins of the depot by item, the others by facility and role."""

    bins: dict[str, int]
    others: dict[tuple[str, str], int]
    controlled: frozenset[str]

    def of(self, facility: str, role: str, item: str) -> int:
        """Return the place where an item lies at a facility in a role."""
        if facility == DEPOT and role == STOCK:
            return self.bins[item]
        if role == STOCK and item in self.controlled:
            return self.others[facility, LOCKED_BIN]
        return self.others[facility, role]


def load_places(
    bulk: Bulk, places: Sequence[Place], items: Sequence[ItemRow], ids: dict[str, int]
) -> Shelves:
    """Store all places of the county."""
    keys = bulk.keys(PlaceRow)
    rows: list[tuple[object, ...]] = []
    others: dict[tuple[str, str], int] = {}
    for place in places:
        code = place.fact.code
        if code != DEPOT:
            others[code, STOCK] = next(keys)
            main = (MAIN_BIN, "药房货架", "bin", "ambient", False)
            rows.append((others[code, STOCK], ids[code], *main))
            others[code, LOCKED_BIN] = next(keys)
            locked = (LOCKED_BIN, "麻精药品专柜", "bin", "ambient", True)
            rows.append((others[code, LOCKED_BIN], ids[code], *locked))
        for kind in _AT_DEPOT if code == DEPOT else _AT_CLINICS:
            others[code, kind.value] = next(keys)
            single = (kind.value.upper(), "", kind.value, "ambient", False)
            rows.append((others[code, kind.value], ids[code], *single))
    bins = {}
    for item, code, row in _bins(items):
        bins[item] = next(keys)
        zone = (f"{_ZONES[code[0]]} {code}", "bin", row.storage_class, code[0] == "S")
        rows.append((bins[item], ids[DEPOT], code, *zone))
    bulk.copy(PlaceRow, "id facility_id code name kind storage_class locked", rows)
    controlled = frozenset(row.code for row in items if row.special_class != "none")
    return Shelves(bins=bins, others=others, controlled=controlled)


def _bins(items: Sequence[ItemRow]) -> list[tuple[str, str, ItemRow]]:
    """Give every stocked item a bin of its own: zone, rack, slot."""
    filled: defaultdict[str, int] = defaultdict(int)
    bins = []
    for row in sorted((row for row in items if row.is_stocked), key=lambda row: row.pinyin):
        zone = _zone(row)
        rack, slot = divmod(filled[zone], _SLOTS)
        filled[zone] += 1
        bins.append((row.code, f"{zone}-{rack + 1:02d}-{slot + 1:02d}", row))
    return bins


def _zone(row: ItemRow) -> str:
    if row.special_class != "none":
        return "S"
    by_storage = {"cold": "L", "cool": "Y"}.get(row.storage_class)
    return by_storage or {"decoction_piece": "Z", "consumable": "H"}.get(row.kind, "A")
