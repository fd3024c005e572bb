"""Close a facility's month (月结), and keep what its balances held when it ended (月末快照)."""

from collections.abc import Collection
from datetime import UTC, date, datetime

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.inventory.errors import MonthAlreadyClosed, MonthNotOver
from app.inventory.models import ClosedMonth, SnapshotMonth
from app.inventory.rules import end_of, may_be_closed, unchangeable_month
from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.history import Change
from app.kernel.ids import FacilityId
from app.network import service as network

SHARE = text("SELECT pg_advisory_xact_lock_shared(key) FROM unnest(CAST(:keys AS bigint[])) key")
TAKE = text("SELECT pg_advisory_xact_lock(:key)")
LOCK_SPACE = 0x6D6F6E7468 << 20
"""Advisory locks of this purpose: "month" in the high bits, the facility in the low ones."""
SNAPSHOT = text("""
    INSERT INTO stock_snapshot (facility_id, month, balance_id, on_hand)
    SELECT :facility, :month, b.id, sum(held.quantity)
    FROM (SELECT balance_id, on_hand AS quantity FROM stock_snapshot
          WHERE facility_id = :facility AND month = :before
          UNION ALL
          SELECT balance_id, quantity FROM stock_move
          WHERE facility_id = :facility AND occurred_at >= :since AND occurred_at < :ends) held
    JOIN stock_balance b ON b.id = held.balance_id
    WHERE NOT b.outside GROUP BY b.id HAVING sum(held.quantity) <> 0""")
EVER = datetime.min.replace(tzinfo=UTC)


def month_named(name: str) -> date:
    """Return the first day of the month that is written ``2026-11``.

    Raises:
        NotFound: the calendar has none of this name.
    """
    try:
        return date.fromisoformat(f"{name}-01")
    except ValueError as error:
        raise NotFound("month") from error


def close_month(
    session: Session, actor: Actor, facility_id: FacilityId, month: date, *, now: datetime
) -> ClosedMonth:
    """Freeze a month for good; what was wrong in it is corrected in the open month.

    Postings into earlier months hold a shared lock until they end. Closing waits for them
    and they for it, so the snapshot misses none.

    Raises:
        NotFound: the facility is not the actor's.
        MonthNotOver: the month runs, or ended less than an hour ago.
        MonthAlreadyClosed: somebody closed it before.
    """
    actor.must_act_for(facility_id, "facility")
    if not may_be_closed(month, now=now):
        raise MonthNotOver(f"{month:%Y-%m}", month=f"{month:%Y-%m}")
    session.execute(TAKE, {"key": LOCK_SPACE + facility_id})
    closed = session.scalars(
        insert(ClosedMonth)
        .values(facility_id=facility_id, month=month, closed_at=now, user_id=actor.user_id)
        .on_conflict_do_nothing()
        .returning(ClosedMonth)
    ).first()
    if closed is None:
        raise MonthAlreadyClosed(f"{month:%Y-%m}", month=f"{month:%Y-%m}")
    _keep(session, facility_id, month, now=now)
    change = Change(
        subject=("facility", facility_id),
        action="month-closed",
        after={"month": f"{month:%Y-%m}"},
    )
    history.record(session, actor, change, now=now)
    return closed


def keep_open(session: Session, facility_ids: Collection[FacilityId], month: date) -> bool:
    """Hold off the closing of a past month until the transaction ends; False: one has closed it."""
    keys = sorted(LOCK_SPACE + facility_id for facility_id in facility_ids)
    session.execute(SHARE, {"keys": keys})
    # A statement of its own: only one that begins under the lock sees who closed before.
    closed = session.scalars(
        select(ClosedMonth.facility_id).where(
            ClosedMonth.facility_id.in_(facility_ids), ClosedMonth.month == month
        )
    )
    return closed.first() is None


def take_snapshots(session: Session, *, now: datetime) -> int:
    """Keep the last month of every facility once nothing can be dated into it any more.

    Returns how many were written; run as often as one likes.
    """
    month = unchangeable_month(now=now)
    kept = set(
        session.scalars(select(SnapshotMonth.facility_id).where(SnapshotMonth.month == month))
    )
    missing = sorted(set(network.active_facility_ids(session)) - kept)
    for facility_id in missing:
        session.execute(TAKE, {"key": LOCK_SPACE + facility_id})
        _keep(session, facility_id, month, now=now)
    return len(missing)


def _keep(session: Session, facility_id: FacilityId, month: date, *, now: datetime) -> None:
    claimed = session.scalars(
        insert(SnapshotMonth)
        .values(facility_id=facility_id, month=month, taken_at=now)
        .on_conflict_do_nothing()
        .returning(SnapshotMonth.month)
    ).first()
    if claimed is None:
        return
    before = session.scalar(
        select(func.max(SnapshotMonth.month)).where(
            SnapshotMonth.facility_id == facility_id, SnapshotMonth.month < month
        )
    )
    bound = {
        "facility": facility_id,
        "month": month,
        "before": before,
        "since": end_of(before) if before else EVER,
        "ends": end_of(month),
    }
    session.execute(SNAPSHOT, bound)
