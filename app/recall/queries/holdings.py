"""Which facilities need a task: two sums, read while the lot's row is held."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

from app.dispensing.models import DispensingLine
from app.inventory.models import StockBalance
from app.kernel.ids import FacilityId, LotId
from app.recall.queries.holders import any_of, given_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """How many base units of some lots lie at a facility, and how often it gave some out."""

    facility_id: FacilityId
    on_hand: int
    patients: int


def list_holdings(session: Session, lot_ids: Collection[LotId]) -> list[Holding]:
    """Return every facility that has goods of these lots or gave some out, and how much.

    A recall tells these before it commits, so nothing is read here pack by pack.
    """
    held = session.execute(
        select(StockBalance.facility_id, cast(func.sum(StockBalance.on_hand), BigInteger))
        .where(
            StockBalance.lot_id == any_of(lot_ids), ~StockBalance.outside, StockBalance.on_hand > 0
        )
        .group_by(StockBalance.facility_id)
    )
    lines = given_lines().where(DispensingLine.lot_id == any_of(lot_ids)).subquery("lines")
    given = session.execute(select(lines.c.facility_id, func.count()).group_by(lines.c.facility_id))
    on_hand = {row[0]: row[1] for row in held}
    patients = {row[0]: row[1] for row in given}
    return [
        Holding(
            facility_id=facility_id,
            on_hand=on_hand.get(facility_id, 0),
            patients=patients.get(facility_id, 0),
        )
        for facility_id in sorted({*on_hand, *patients})
    ]
