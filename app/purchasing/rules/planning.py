"""The purchase plan's arithmetic: what the county lacks until the next order comes."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.kernel.quantities import packs_for

DAYS_IN_MONTH = 30
CLINIC_DAYS, CENTRE_DAYS = 45, 30
"""Days of average use a clinic should hold, and the centre beside it, unless told otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """For how many days of average use clinics and the centre should hold stock."""

    clinic_days: int = CLINIC_DAYS
    centre_days: int = CENTRE_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityNeed:
    """One facility and one item, in base units.

    ``coming`` is granted and not yet received; ``asked`` is asked for and not yet granted.
    """

    facility: str
    amc: int
    usable: int
    coming: int
    asked: int
    target: int

    @property
    def need(self) -> int:
        """What it lacks up to its target, at least what it asked for."""
        return max(self.asked, self.target - self.usable - self.coming, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreStock:
    """One item at the centre, in base units: free, not yet on the shelf, ordered and not come."""

    available: int = 0
    arriving: int = 0
    on_order: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyNeed:
    """One item for the whole county, every piece of the sum."""

    amc: int
    clinics: int
    reserve: int
    stock: CentreStock

    @property
    def required(self) -> int:
        """What clinics lack, plus what the centre should keep."""
        return self.clinics + self.reserve

    @property
    def net(self) -> int:
        """What is to be bought, in base units."""
        stock = self.stock
        return max(0, self.required - stock.available - stock.arriving - stock.on_order)

    def packs(self, units_per_pack: int) -> int:
        """Return what is to be bought in whole sales packs, rounded up."""
        return packs_for(self.net, units_per_pack)


def days_of_use(amc: int, days: int) -> int:
    """Return what ``days`` days of average use are, rounded up."""
    return packs_for(amc * days, DAYS_IN_MONTH)


def county_need(
    facilities: Sequence[FacilityNeed], own_amc: int, stock: CentreStock, cover: Cover
) -> CountyNeed:
    """Add the facilities up; ``own_amc`` is what the centre itself uses."""
    amc = own_amc + sum(each.amc for each in facilities)
    return CountyNeed(
        amc=amc,
        clinics=sum(each.need for each in facilities),
        reserve=days_of_use(amc, cover.centre_days),
        stock=stock,
    )
