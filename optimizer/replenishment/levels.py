"""How much to keep: safety stock from the measured error, reorder point, order-up-to level."""

from dataclasses import dataclass
from math import ceil
from statistics import NormalDist


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a place is served; days between deliveries, days an order shall last, service level.

    Goods ordered now come with the next delivery, at the latest ``lead_days`` from now.
    """

    lead_days: int
    cycle_days: int
    service_level: float

    @property
    def horizon_days(self) -> int:
        """Days the maximum must cover: until the order after this one has come."""
        return self.lead_days + self.cycle_days


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlay:
    """What is expected over the lead time and over the whole horizon, and how sure that is.

    ``spread`` is the root mean square error of the forecast over the whole horizon.
    """

    in_lead: float
    in_horizon: float
    spread: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Base units: order when stock and what is coming fall to ``minimum``, up to ``maximum``."""

    safety: int
    minimum: int
    maximum: int


NOTHING = Limits(safety=0, minimum=0, maximum=0)


def limits(outlay: Outlay, terms: Terms) -> Limits:
    """Return safety stock z × error, minimum = lead-time use + safety, maximum = all + safety.

    An item nobody is expected to use gets no stock, whatever its error was. The error over
    the lead time is that over the horizon, scaled by the square root of time.
    """
    if outlay.in_horizon <= 0:
        return NOTHING
    factor = NormalDist().inv_cdf(terms.service_level)
    safety = max(0, ceil(factor * outlay.spread))
    share = (terms.lead_days / terms.horizon_days) ** 0.5
    minimum = ceil(outlay.in_lead) + max(0, ceil(factor * outlay.spread * share))
    maximum = ceil(outlay.in_horizon) + safety
    return Limits(safety=safety, minimum=min(minimum, maximum), maximum=maximum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """What a place has and expects, in base units; ``asked`` is on requisitions not decided."""

    usable: int
    coming: int
    asked: int = 0

    @property
    def total(self) -> int:
        """Everything that will be there without another order."""
        return self.usable + self.coming + self.asked


def reorder(position: Position, kept: Limits, units_per_pack: int) -> int:
    """Return what to order, whole packs in base units; 0 while stock is above the minimum."""
    if kept.maximum == 0 or position.total > kept.minimum:
        return 0
    lacking = max(0, kept.maximum - position.total)
    return -(-lacking // units_per_pack) * units_per_pack
