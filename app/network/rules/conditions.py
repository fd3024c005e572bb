"""Closed roads and slow seasons, as the dispatcher knows them (封路与季节车速)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from app.kernel.ids import FacilityId, RoadConditionId
from app.network.rules.great_circle import Terrain
from app.network.rules.roads import UNKNOWN, Grid, Mask, RoadPoint, RoadTable

FULL_PERCENT = 100


class ConditionKind(StrEnum):
    """What is wrong with a road."""

    CLOSED = "closed"
    CUT_OFF = "cut_off"
    SLOW = "slow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A condition on a day: the drive between two places, a township, or a kind of country.

    ``speed_percent`` of the usual speed is driven while it is slow; ``terrain`` None is all.
    """

    id: RoadConditionId
    kind: ConditionKind
    origin_id: FacilityId | None = None
    target_id: FacilityId | None = None
    township: str = ""
    terrain: Terrain | None = None
    speed_percent: int = FULL_PERCENT


def under(
    table: RoadTable,
    points: Sequence[RoadPoint],
    terrains: Grid,
    conditions: Iterable[Condition],
) -> RoadTable:
    """Return a square table as it is under conditions: closed drives become unknown."""
    metres, seconds = table.metres.copy(), table.seconds.copy()
    for condition in conditions:
        if condition.kind is ConditionKind.SLOW:
            slow = (seconds > 0) & _of_terrain(terrains, condition.terrain)
            slower = seconds[slow] * FULL_PERCENT + condition.speed_percent - 1
            seconds[slow] = slower // condition.speed_percent
        else:
            shut = _shut(points, condition)
            metres[shut], seconds[shut] = UNKNOWN, UNKNOWN
    return RoadTable(metres=metres, seconds=seconds)


def _of_terrain(terrains: Grid, terrain: Terrain | None) -> Mask:
    if terrain is None:
        return np.full(terrains.shape, fill_value=True)
    there: Mask = terrains == list(Terrain).index(terrain)
    return there


def _shut(points: Sequence[RoadPoint], condition: Condition) -> Mask:
    if condition.kind is ConditionKind.CUT_OFF:
        inside = np.array([point.township == condition.township for point in points], dtype=bool)
        across: Mask = inside[:, None] != inside[None, :]
        return across
    one, other = (
        np.array([point.id == end for point in points], dtype=bool)
        for end in (condition.origin_id, condition.target_id)
    )
    between: Mask = (one[:, None] & other[None, :]) | (other[:, None] & one[None, :])
    return between
