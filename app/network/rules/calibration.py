"""What our own drivers' scans say of the great circle, township by township (路段校准)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from app.kernel.ids import FacilityId
from app.network.rules.great_circle import ACCESS_SECONDS, USUAL_PERMILLE, GreatCircle
from app.network.rules.roads import RoadPoint

PRIOR_LEGS = 20
"""How many drives a township's class counts for against its own: few drives move little."""
SHORTEST_SECONDS = 60
"""Below, two scans were made at one door."""
MOST_TIMES = 5
"""A drive five times off the estimate was a lunch, or scanned later; both ways."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrivenLeg:
    """A drive as the driver's scans tell it: from leaving one door to reaching the next."""

    origin_id: FacilityId
    target_id: FacilityId
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A township's factor: of how many drives, what they say, and what is believed of it."""

    legs: int
    median_permille: int
    factor_permille: int


def calibrate(
    prior: GreatCircle, points: Sequence[RoadPoint], legs: Iterable[DrivenLeg]
) -> dict[str, Calibration]:
    """Return the factor of each township that was driven to, against an uncalibrated circle.

    The median of actual against estimated driving time is drawn towards the class with the
    weight of 20 drives.
    """
    told = _ratios(prior, points, legs)
    return {town: _believed(ratios) for town, ratios in sorted(told.items())}


def _ratios(
    prior: GreatCircle, points: Sequence[RoadPoint], legs: Iterable[DrivenLeg]
) -> Mapping[str, list[float]]:
    rows = {point.id: row for row, point in enumerate(points)}
    estimated = prior.table(points, points).seconds - ACCESS_SECONDS
    told: defaultdict[str, list[float]] = defaultdict(list)
    for leg in legs:
        row, column = rows.get(leg.origin_id), rows.get(leg.target_id)
        if row is None or column is None or row == column:
            continue
        ratio = (leg.seconds - ACCESS_SECONDS) / max(int(estimated[row, column]), 1)
        if leg.seconds >= SHORTEST_SECONDS and 1 / MOST_TIMES <= ratio <= MOST_TIMES:
            told[prior.sector(points[row], points[column])].append(ratio)
    return told


def _believed(ratios: Sequence[float]) -> Calibration:
    count, middle = len(ratios), median(ratios) * USUAL_PERMILLE
    shrunk = (count * middle + PRIOR_LEGS * USUAL_PERMILLE) / (count + PRIOR_LEGS)
    return Calibration(legs=count, median_permille=round(middle), factor_permille=round(shrunk))
