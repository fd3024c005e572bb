"""What a proof of savings starts from: prices, the ground, and what each day had to deliver.

Money is fen, ways are metres and seconds, as everywhere in ``optimizer.routing``.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from optimizer.routing.measures import NOTHING, Load, Span, refuse, require_whole
from optimizer.routing.plan import Cost
from optimizer.routing.pricing import price
from optimizer.routing.problem import CostCard, Roads, Site

HOUR = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """One version of the cost card (成本参数卡). Both sides are charged by the same one.

    The two ``cold_…`` prices come on top for a refrigerated vehicle. ``hub_fen_per_line`` is
    for taking in, sorting and loading one line of an order at the shared store; a line-haul
    trip brings one supplier's goods of a day to the county and goes back empty.
    """

    fen_per_vehicle_day: int
    fen_per_driver_hour: int
    fen_per_km: int
    fen_per_stop: int
    cold_fen_per_day: int
    cold_fen_per_km: int
    hub_fen_per_line: int
    linehaul_fen_per_day: int
    linehaul_fen_per_km: int

    def __post_init__(self) -> None:
        require_whole(**{name: getattr(self, name) for name in self.__dataclass_fields__})

    @property
    def plain(self) -> CostCard:
        """What a vehicle without cooling costs."""
        return CostCard(
            fen_per_km=self.fen_per_km,
            fen_per_hour=self.fen_per_driver_hour,
            fen_per_day=self.fen_per_vehicle_day,
            fen_per_stop=self.fen_per_stop,
        )

    @property
    def cold(self) -> CostCard:
        """What a refrigerated vehicle costs."""
        return replace(
            self.plain,
            fen_per_km=self.fen_per_km + self.cold_fen_per_km,
            fen_per_day=self.fen_per_vehicle_day + self.cold_fen_per_day,
        )

    def linehaul(self, way: "Way") -> Cost:
        """Return what one trip of so long a way and back costs, with one stop in the county."""
        card = CostCard(
            fen_per_km=self.linehaul_fen_per_km,
            fen_per_hour=self.fen_per_driver_hour,
            fen_per_day=self.linehaul_fen_per_day,
            fen_per_stop=self.fen_per_stop,
        )
        return price(card, metres=2 * way.metres, seconds=2 * way.seconds, stops=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How far it is, one way."""

    metres: int
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """The two vehicles both sides may take as many of as they need, and when they drive.

    The cold one has the locked box and the crew for controlled medicines.
    """

    plain: Load
    cold_ambient: Load
    cold: Load
    shift: Span
    cold_limit_seconds: int = 4 * HOUR
    """Cold goods longer than this on the road count as a breach of the cold chain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """One supplier's goods for one institution on one day, of ``lines`` order lines."""

    supplier: str
    site_id: str
    lines: int
    ambient: Load = NOTHING
    cold: Load = NOTHING
    controlled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What was driven on a day, as recorded: the plan people had, priced like the others."""

    vehicles: int
    cold_vehicles: int
    metres: int
    cold_metres: int
    seconds: int
    stops: int
    promised: int
    on_time: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What one planning day had to deliver."""

    name: str
    drops: tuple[Drop, ...]
    recorded: Recorded | None = None


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Where everything happens and at which prices: the same for both sides.

    All vehicles start and end at the site ``hub``: the shared store, and for a supplier alone
    its transfer point in the county town. ``haul`` is each supplier's way to there.
    """

    sites: tuple[Site, ...]
    hub: str
    roads: Roads
    fleet: Fleet
    prices: Prices
    haul: Mapping[str, Way]

    def __post_init__(self) -> None:
        known = {site.id for site in self.sites}
        refuse(f"the hub {self.hub} is no site", when=self.hub not in known)
        refuse("roads and sites do not match", when=len(self.roads.metres) != len(self.sites))

    def among(self, site_ids: Iterable[str]) -> "Ground":
        """Return the ground of the hub and some sites only."""
        wanted = {self.hub, *site_ids}
        rows = [row for row, site in enumerate(self.sites) if site.id in wanted]
        return replace(
            self,
            sites=tuple(self.sites[row] for row in rows),
            roads=Roads(
                metres=tuple(tuple(self.roads.metres[a][b] for b in rows) for a in rows),
                seconds=tuple(tuple(self.roads.seconds[a][b] for b in rows) for a in rows),
                provenance=self.roads.provenance,
            ),
        )


def regrouped(days: Sequence[Day], count: int) -> dict[str, str]:
    """Return who would deliver for whom if there were only ``count`` suppliers.

    The suppliers, those with most lines first, are dealt out in turn, so that the few are of
    like size. With as many as there are everybody stays alone.
    """
    lines = Counter[str]()
    for day in days:
        for drop in day.drops:
            lines[drop.supplier] += drop.lines
    ranked = sorted(lines, key=lambda supplier: (-lines[supplier], supplier))
    return {supplier: ranked[number % count] for number, supplier in enumerate(ranked)}
