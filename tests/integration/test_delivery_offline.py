"""Events of a phone: late, repeated, regrouped, in any order, taken back."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.delivery.models import DeliveryScan, StopTote
from app.delivery.queries import RunView
from app.delivery.rules.states import (
    ClockFlag,
    RunState,
    ScanKind,
    StopToteState,
)
from app.fulfilment import service as fulfilment
from app.fulfilment.models import Tote
from app.fulfilment.rules import ToteState
from app.fulfilment.service import Confirmation
from app.inventory import service as inventory
from app.traceability.models import Lot
from tests.factories.cast import Cast
from tests.factories.fleet import (
    a_run,
    all_aboard,
    all_accepted,
    an_event,
    in_vehicle,
    outcomes,
    run_now,
    scanned,
    stop_for,
    trip_state,
    two_stops,
)
from tests.factories.stock import NOW


@pytest.fixture
def two(session: Session, cast: Cast) -> tuple[RunView, Tote, Tote]:
    """A run with a tote for Yudu and one for Yanchang."""
    return two_stops(session, cast)


def test_an_event_sent_again_gets_its_first_answer(
    session: Session, cast: Cast, two: tuple[RunView, Tote, Tote]
) -> None:
    run, yudu, _ = two
    load = an_event(run, ScanKind.LOAD, yudu.code)
    wrong = an_event(run, ScanKind.LOAD, "TT-NOBODY")

    first = scanned(session, cast, load, wrong)
    again = scanned(session, cast, wrong, load)

    assert outcomes(first) == ["accepted", "tote-not-planned"]
    assert outcomes(again) == ["tote-not-planned", "accepted"]
    assert in_vehicle(session, cast) == 240


def test_an_old_key_with_other_content_is_refused(
    session: Session, cast: Cast, two: tuple[RunView, Tote, Tote]
) -> None:
    run, yudu, yanchang = two
    load = an_event(run, ScanKind.LOAD, yudu.code, client_event_id="one-key")
    other = an_event(run, ScanKind.LOAD, yanchang.code, client_event_id="one-key")
    twin = an_event(run, ScanKind.LOAD, yanchang.code, device_seq=load.device_seq)

    scanned(session, cast, load)

    assert outcomes(scanned(session, cast, other)) == ["idempotency-conflict"]
    assert outcomes(scanned(session, cast, twin)) == ["device-sequence-reused"]


def test_one_bad_event_fails_alone(
    session: Session, cast: Cast, two: tuple[RunView, Tote, Tote]
) -> None:
    run, yudu, yanchang = two

    answers = scanned(
        session,
        cast,
        an_event(run, ScanKind.LOAD, yudu.code),
        an_event("DR-00000000-0000", ScanKind.LOAD, yudu.code),
        an_event(run, ScanKind.HAND_OVER, yudu.code),
        an_event(run, ScanKind.LOAD),
        an_event(run, ScanKind.ARRIVE, stop=99),
        an_event(run, ScanKind.CLOSED, stop=1),
        an_event(run, ScanKind.LOAD, yanchang.code),
    )

    assert outcomes(answers) == [
        "accepted",
        "not-found",
        "stop-needed",
        "tote-needed",
        "not-found",
        "reason-missing",
        "accepted",
    ]


def test_events_without_signal_reach_the_same_end_in_any_order(
    session: Session, cast: Cast, two: tuple[RunView, Tote, Tote]
) -> None:
    run, yudu, yanchang = two
    late = NOW - timedelta(hours=2)
    load, lost = (an_event(run, ScanKind.LOAD, t.code, event_time=late) for t in (yudu, yanchang))
    at = stop_for(run, yudu)
    hand = an_event(run, ScanKind.HAND_OVER, yudu.code, at, event_time=late)

    answers = scanned(session, cast, hand) + scanned(session, cast, lost, load)

    assert outcomes(answers) == ["accepted", "accepted", "duplicate"]
    assert trip_state(session, yudu) is ToteState.HANDED_OVER
    assert trip_state(session, yanchang) is ToteState.LOADED
    assert run_now(session, run).state is RunState.ON_ROAD
    assert inventory.prove(session) == []


def test_a_device_s_events_are_taken_in_its_own_order(
    session: Session, cast: Cast, two: tuple[RunView, Tote, Tote]
) -> None:
    run, yudu, yanchang = two
    events = [
        an_event(run, ScanKind.LOAD, yudu.code),
        an_event(run, ScanKind.LOAD, yanchang.code),
        an_event(run, ScanKind.DEPART),
    ]

    assert all_accepted(scanned(session, cast, *reversed(events)))


@pytest.mark.parametrize(
    ("shift", "flag"),
    [
        (timedelta(days=-200), ClockFlag.LATE),
        (timedelta(hours=-5), ClockFlag.LATE),
        (timedelta(days=400), ClockFlag.AHEAD),
    ],
)
def test_no_event_is_refused_for_its_clock(
    session: Session,
    cast: Cast,
    two: tuple[RunView, Tote, Tote],
    shift: timedelta,
    flag: ClockFlag,
) -> None:
    run, yudu, _ = two

    load = an_event(run, ScanKind.LOAD, yudu.code, event_time=NOW + shift)
    assert all_accepted(scanned(session, cast, load))

    scan = session.scalars(select(DeliveryScan)).one()
    assert (scan.event_time, scan.recorded_at, scan.clock) == (NOW + shift, NOW, flag)


def test_an_event_is_taken_back_by_a_counter_event(
    session: Session, cast: Cast, two: tuple[RunView, Tote, Tote]
) -> None:
    run, yudu, yanchang = two
    load = an_event(run, ScanKind.LOAD, yudu.code)
    scanned(session, cast, load)

    undo = an_event(run, ScanKind.UNDO, undoes=load.client_event_id)
    assert all_accepted(scanned(session, cast, undo))
    assert in_vehicle(session, cast) == 0
    all_aboard(session, cast, run, yudu, yanchang)
    aboard, at = in_vehicle(session, cast), stop_for(run, yudu)
    shut = an_event(run, ScanKind.CLOSED, stop=at, reason="锁门")
    reopened = an_event(run, ScanKind.UNDO, undoes=shut.client_event_id)
    assert all_accepted(scanned(session, cast, shut, reopened))
    assert in_vehicle(session, cast) == aboard


def test_a_hand_over_is_taken_back_until_the_clinic_confirms_it(
    session: Session, cast: Cast, two: tuple[RunView, Tote, Tote]
) -> None:
    run, yudu, yanchang = two
    all_aboard(session, cast, run, yudu, yanchang)
    aboard, at = in_vehicle(session, cast), stop_for(run, yudu)
    hand = an_event(run, ScanKind.HAND_OVER, yudu.code, at)
    back = an_event(run, ScanKind.UNDO, undoes=hand.client_event_id)

    assert all_accepted(scanned(session, cast, hand, back))
    assert (in_vehicle(session, cast), trip_state(session, yudu)) == (aboard, ToteState.LOADED)
    again = an_event(run, ScanKind.HAND_OVER, yudu.code, at)
    assert all_accepted(scanned(session, cast, again))
    assert trip_state(session, yudu) is ToteState.HANDED_OVER
    told = Confirmation(tote_code=yudu.code, arrived=[], key="all-there")
    fulfilment.confirm(session, cast.actor("clinic"), told, now=NOW)
    late = an_event(run, ScanKind.UNDO, undoes=again.client_event_id)
    assert outcomes(scanned(session, cast, late)) == ["tote-state-changed"]
    assert inventory.prove(session) == []


def test_a_cancelled_run_takes_no_scan(
    session: Session, cast: Cast, two: tuple[RunView, Tote, Tote]
) -> None:
    run, yudu, _ = two
    a_run(session, cast)

    answers = scanned(session, cast, an_event(run, ScanKind.LOAD, yudu.code))

    assert outcomes(answers) == ["run-state-changed"]


def test_the_label_s_link_names_the_tote(
    session: Session, cast: Cast, two: tuple[RunView, Tote, Tote]
) -> None:
    run, yudu, _ = two

    link = an_event(run, ScanKind.LOAD, f"https://county.example/c/{yudu.code}")
    assert all_accepted(scanned(session, cast, link))
    assert (
        session.scalars(select(StopTote.state).where(StopTote.tote_id == yudu.id)).one()
        is StopToteState.LOADED
    )


def test_what_was_cut_off_before_the_commit_is_taken_in_when_sent_again(
    session: Session, cast: Cast, two: tuple[RunView, Tote, Tote]
) -> None:
    run, yudu, _ = two
    load = an_event(run, ScanKind.LOAD, yudu.code)
    session.commit()
    scanned(session, cast, load)
    session.rollback()
    assert in_vehicle(session, cast) == 0

    assert outcomes(scanned(session, cast, load)) == ["accepted"]
    assert in_vehicle(session, cast) == 240


def test_goods_that_may_not_leave_stay_and_the_answer_says_why(
    session: Session, cast: Cast, two: tuple[RunView, Tote, Tote]
) -> None:
    run, yudu, yanchang = two
    session.execute(update(Lot).values(expires_on=date(2026, 11, 1)))
    session.expire_all()

    answers = scanned(
        session,
        cast,
        an_event(run, ScanKind.LOAD, yudu.code),
        an_event(run, ScanKind.LEAVE_BEHIND, yanchang.code, reason="过期"),
    )

    assert outcomes(answers) == ["expired", "accepted"]
    assert session.scalars(select(DeliveryScan.refusal).order_by(DeliveryScan.id)).first()
