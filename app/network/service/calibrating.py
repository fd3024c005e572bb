"""The nightly calibration: our drivers' scans against the great circle, by township."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.kernel.ids import FacilityId
from app.network import queries
from app.network.models import RoadTownship
from app.network.rules.calibration import Calibration, DrivenLeg
from app.network.rules.calibration import calibrate as believe
from app.network.rules.great_circle import USUAL_PERMILLE, Sector
from app.network.service.roads import great_circle

NOT_DRIVEN = Calibration(legs=0, median_permille=USUAL_PERMILLE, factor_permille=USUAL_PERMILLE)


def calibrate(
    session: Session, depot_id: FacilityId, legs: Collection[DrivenLeg], *, now: datetime
) -> int:
    """Set every township's factor from the drives that were scanned; return how many there were.

    A township where nobody drove goes back to its class.
    """
    ids = {end for leg in legs for end in (leg.origin_id, leg.target_id)}
    points = queries.points_of(session, {depot_id, *ids})
    now_held = great_circle(session, points, depot_id)
    plain = {town: Sector(terrain=held.terrain) for town, held in now_held.sectors.items()}
    told = believe(replace(now_held, sectors=plain), points, legs)
    rows = [_row(town, plain[town], told.get(town, NOT_DRIVEN), now) for town in sorted(plain)]
    if rows:
        statement = insert(RoadTownship)
        fresh = {
            name: statement.excluded[name]
            for name in ("legs", "median_permille", "factor_permille", "calibrated_at")
        }
        upsert = statement.on_conflict_do_update(index_elements=["township"], set_=fresh)
        session.execute(upsert, rows)
    return sum(one.legs for one in told.values())


def _row(town: str, held: Sector, told: Calibration, now: datetime) -> dict[str, object]:
    return {
        "township": town,
        "terrain": held.terrain,
        "legs": told.legs,
        "median_permille": told.median_permille if told.legs else None,
        "factor_permille": told.factor_permille,
        "calibrated_at": now,
    }
