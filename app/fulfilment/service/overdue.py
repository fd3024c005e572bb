"""Totes that left and were not received in time: suspected lost on the road (在途逾期)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.alerts import service as alerts
from app.fulfilment.models import Discrepancy, Tote
from app.fulfilment.rules import ToteState
from app.kernel.actor import Actor
from app.kernel.ids import FacilityId, UserId
from app.kernel.incidents import Incident

PATIENCE = timedelta(hours=24)
"""From leaving the depot to the clinic's receipt, and to an answer about what is missing."""
ON_THE_ROAD = (ToteState.LOADED, ToteState.HANDED_OVER)
KIND = "missing-in-transit"


@dataclass(frozen=True, slots=True)
class _Late:
    """A tote or a missing item, whose it is, who saw it last, and since when it waits."""

    subject: str
    row_id: int
    document: str
    facility_id: FacilityId
    user_id: UserId
    since: datetime


def raise_overdue(session: Session, *, now: datetime) -> int:
    """Raise an alert for each tote not received in time and each missing item nobody explained.

    Each is one incident; another run counts it again and tells nobody twice.
    """
    left = func.coalesce(Tote.loaded_at, Tote.handed_over_at)
    totes: Iterable[Any] = session.execute(
        select(Tote.id, Tote.code, Tote.destination_id, Tote.checked_by_id, left)
        .where(Tote.state.in_(ON_THE_ROAD), left < now - PATIENCE)
        .order_by(Tote.id)
    )
    late: Iterable[Any] = session.execute(
        select(
            Discrepancy.id,
            Discrepancy.reference,
            Discrepancy.facility_id,
            Discrepancy.opened_by_id,
            Discrepancy.opened_at,
        )
        .where(Discrepancy.resolution.is_(None), Discrepancy.opened_at < now - PATIENCE)
        .order_by(Discrepancy.id)
    )
    found = [_Late("tote", *row) for row in totes] + [_Late("discrepancy", *row) for row in late]
    return sum(_raise(session, one, now=now) for one in found)


def _raise(session: Session, one: _Late, *, now: datetime) -> bool:
    late = Incident(
        kind=KIND,
        key=f"{KIND}:{one.subject}:{one.row_id}",
        level=2,
        document=one.document,
        facility_id=one.facility_id,
        details={"hours": int((now - one.since).total_seconds() // 3600)},
    )
    who = Actor(
        user_id=one.user_id,
        name="",
        facility_id=one.facility_id,
        facility_ids=frozenset({one.facility_id}),
        permissions=frozenset(),
    )
    return alerts.raise_alert(session, who, late, now=now)
