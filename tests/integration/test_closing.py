"""Closed months, month-end snapshots and the balance as at any moment."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from app.inventory import queries
from app.inventory import service as inventory
from app.inventory.errors import MonthAlreadyClosed, MonthNotOver, PeriodClosed
from app.inventory.models import PlaceKind, PostingKind, SnapshotMonth, StockSnapshot
from app.inventory.queries import Moment
from app.inventory.service import Movement, PostingRequest, Spot
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.traceability.models import Lot
from tests.factories.cast import Cast
from tests.factories.stock import a_lot, an_item, spot, stocked

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
LATE_OCTOBER = datetime(2026, 10, 30, 4, tzinfo=UTC)
EARLY_NOVEMBER = datetime(2026, 11, 3, 4, tzinfo=UTC)


def moved(
    session: Session,
    actor: Actor,
    goods: tuple[Lot, int, Spot, Spot],
    *,
    at: datetime,
    now: datetime,
) -> None:
    lot, quantity, source, target = goods
    request = PostingRequest(
        kind=PostingKind.HAND_OVER,
        key=f"{lot.id}-{quantity}-{at}-{source.place_id}",
        facility_id=actor.facility_id,
        document="M-1",
        occurred_at=at,
        movements=[Movement(lot_id=lot.id, quantity=quantity, source=source, target=target)],
    )
    inventory.post(session, actor, request, now=now)


@pytest.fixture
def lot(session: Session, cast: Cast) -> Lot:
    lot = a_lot(session, an_item(session))
    stocked(session, cast.actor("clinic"), lot, 100, now=LATE_OCTOBER)
    return lot


def used(session: Session, cast: Cast, lot: Lot, quantity: int, *, at: datetime) -> None:
    clinic = cast.actor("clinic")
    shelf = spot(session, clinic.facility_id)
    patient = spot(session, clinic.facility_id, PlaceKind.PATIENT)
    moved(session, clinic, (lot, quantity, shelf, patient), at=at, now=EARLY_NOVEMBER)


def held(session: Session, cast: Cast, at: datetime) -> int:
    rows = queries.list_held_at(session, Moment(facility_id=cast.yudu.id, at=at), None, None)
    return sum(row.on_hand for row in rows)


def test_nothing_is_dated_into_a_closed_month(session: Session, cast: Cast, lot: Lot) -> None:
    inventory.close_month(session, cast.actor("clinic"), cast.yudu.id, OCTOBER, now=EARLY_NOVEMBER)

    with pytest.raises(PeriodClosed):
        used(session, cast, lot, 1, at=LATE_OCTOBER + timedelta(hours=1))
    used(session, cast, lot, 1, at=EARLY_NOVEMBER)


def test_another_facilitys_posting_cannot_reach_into_a_closed_month(
    session: Session, cast: Cast, lot: Lot
) -> None:
    inventory.close_month(session, cast.actor("clinic"), cast.yudu.id, OCTOBER, now=EARLY_NOVEMBER)
    keeper = cast.actor("storekeeper")
    stocked(session, keeper, lot, 10, now=LATE_OCTOBER)
    way = spot(session, keeper.facility_id), spot(session, cast.yudu.id)

    at = LATE_OCTOBER + timedelta(hours=1)

    with pytest.raises(PeriodClosed):
        moved(session, keeper, (lot, 5, *way), at=at, now=EARLY_NOVEMBER)


def test_a_month_is_closed_once_and_only_when_over(session: Session, cast: Cast) -> None:
    clinic = cast.actor("clinic")
    ends = datetime(2026, 10, 31, 16, tzinfo=UTC)

    for too_early in (ends - timedelta(days=9), ends + timedelta(minutes=59)):
        with pytest.raises(MonthNotOver):
            inventory.close_month(session, clinic, cast.yudu.id, OCTOBER, now=too_early)
    inventory.close_month(session, clinic, cast.yudu.id, OCTOBER, now=ends + timedelta(hours=1))
    with pytest.raises(MonthAlreadyClosed):
        inventory.close_month(session, clinic, cast.yudu.id, OCTOBER, now=EARLY_NOVEMBER)


def test_somebody_elses_month_is_not_closed(session: Session, cast: Cast) -> None:
    with pytest.raises(NotFound):
        inventory.close_month(
            session, cast.actor("clinic2"), cast.yudu.id, OCTOBER, now=EARLY_NOVEMBER
        )


def test_the_snapshot_is_what_the_month_ended_with(session: Session, cast: Cast, lot: Lot) -> None:
    used(session, cast, lot, 30, at=LATE_OCTOBER + timedelta(hours=2))
    used(session, cast, lot, 20, at=EARLY_NOVEMBER)

    inventory.close_month(session, cast.actor("clinic"), cast.yudu.id, OCTOBER, now=EARLY_NOVEMBER)

    kept = session.scalars(select(StockSnapshot.on_hand)).all()
    assert kept == [70]


def test_stock_at_any_moment_is_the_same_with_and_without_snapshots(
    session: Session, cast: Cast, lot: Lot
) -> None:
    used(session, cast, lot, 30, at=LATE_OCTOBER + timedelta(hours=2))
    used(session, cast, lot, 20, at=EARLY_NOVEMBER)
    moments = [LATE_OCTOBER + timedelta(hours=hours) for hours in (0, 1, 3, 48, 100, 400)]

    before = [held(session, cast, moment) for moment in moments]
    inventory.take_snapshots(session, now=EARLY_NOVEMBER + timedelta(days=8))
    after = [held(session, cast, moment) for moment in moments]

    assert before == after == [0, 100, 70, 70, 50, 50]


def test_the_job_keeps_a_month_once_nothing_can_be_dated_into_it(
    session: Session, cast: Cast, lot: Lot
) -> None:
    inventory.take_snapshots(session, now=datetime(2026, 11, 7, tzinfo=UTC))
    september = set(session.scalars(select(SnapshotMonth.month)))
    again = inventory.take_snapshots(session, now=datetime(2026, 11, 7, 1, tzinfo=UTC))
    inventory.take_snapshots(session, now=datetime(2026, 11, 9, tzinfo=UTC))

    assert (september, again) == ({date(2026, 9, 1)}, 0)
    assert set(session.scalars(select(SnapshotMonth.month))) == {date(2026, 9, 1), OCTOBER}


@pytest.mark.parametrize("table", ["closed_month", "snapshot_month", "stock_snapshot"])
def test_what_was_closed_stays_closed(session: Session, cast: Cast, lot: Lot, table: str) -> None:
    inventory.close_month(session, cast.actor("clinic"), cast.yudu.id, OCTOBER, now=EARLY_NOVEMBER)

    with pytest.raises(DBAPIError, match="only grow"):
        session.execute(text(f"DELETE FROM {table}"))


def test_closing_waits_for_a_posting_into_the_month(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    clinic = racing_cast.actor("clinic")
    with rivals.begin() as session:
        lot = a_lot(session, an_item(session))
        stocked(session, clinic, lot, 100, now=LATE_OCTOBER)
        spot(session, clinic.facility_id, PlaceKind.PATIENT)

    def close() -> None:
        with rivals.begin() as session:
            inventory.close_month(session, clinic, clinic.facility_id, OCTOBER, now=EARLY_NOVEMBER)

    closing = threading.Thread(target=close)
    with rivals.begin() as session:
        used(session, racing_cast, lot, 30, at=LATE_OCTOBER + timedelta(hours=2))
        closing.start()
        closing.join(0.5)
        assert closing.is_alive()
    closing.join(10)

    with rivals() as session:
        assert session.scalars(select(StockSnapshot.on_hand)).all() == [70]
        assert inventory.prove(session) == []
