"""What an event means for a tote, a stop, a run, and the clock it was dated by."""

from datetime import UTC, datetime, timedelta

import pytest

from app.delivery.errors import ToteAboard, ToteDelivered, ToteGoingBack, ToteNotAboard
from app.delivery.rules.scanning import (
    TOTE_RULINGS,
    Verdict,
    clock_of,
    judge,
    ledger_time,
    outcome_of_stop,
    run_allows,
)
from app.delivery.rules.states import ClockFlag, RunState, ScanKind, StopState, StopToteState
from app.kernel.errors import DomainError

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
T = StopToteState


@pytest.mark.parametrize(
    ("kind", "state", "verdict"),
    [
        (ScanKind.LOAD, T.PLANNED, Verdict.DO),
        (ScanKind.LOAD, T.LEFT_BEHIND, Verdict.DO),
        (ScanKind.LOAD, T.LOADED, Verdict.ALREADY),
        (ScanKind.LOAD, T.DELIVERED, Verdict.ALREADY),
        (ScanKind.HAND_OVER, T.LOADED, Verdict.DO),
        (ScanKind.HAND_OVER, T.PLANNED, Verdict.LOAD_FIRST),
        (ScanKind.HAND_OVER, T.DELIVERED, Verdict.ALREADY),
        (ScanKind.REFUSE, T.GOING_BACK, Verdict.ALREADY),
        (ScanKind.RETURN, T.GOING_BACK, Verdict.DO),
        (ScanKind.RETURN, T.KEPT, Verdict.DO),
        (ScanKind.RETURN, T.RETURNED, Verdict.ALREADY),
        (ScanKind.LEAVE_BEHIND, T.PLANNED, Verdict.DO),
    ],
)
def test_an_event_does_something_once(kind: ScanKind, state: T, verdict: Verdict) -> None:
    assert judge(kind, state, "TT0001") is verdict


@pytest.mark.parametrize(
    ("kind", "state", "refusal"),
    [
        (ScanKind.LOAD, T.RETURNED, ToteNotAboard),
        (ScanKind.LOAD, T.CANCELLED, ToteNotAboard),
        (ScanKind.HAND_OVER, T.GOING_BACK, ToteGoingBack),
        (ScanKind.HAND_OVER, T.LEFT_BEHIND, ToteNotAboard),
        (ScanKind.REFUSE, T.DELIVERED, ToteDelivered),
        (ScanKind.LEAVE_BEHIND, T.LOADED, ToteAboard),
        (ScanKind.RETURN, T.PLANNED, ToteNotAboard),
    ],
)
def test_an_event_that_contradicts_the_tote_is_refused(
    kind: ScanKind, state: T, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal, match="TT0001"):
        judge(kind, state, "TT0001")


def test_every_event_about_a_tote_has_an_answer_for_every_state_it_can_meet() -> None:
    told = set(StopToteState) - {T.CANCELLED, T.KEPT}

    assert all(told <= rulings.keys() for rulings in TOTE_RULINGS.values())


@pytest.mark.parametrize(
    ("kind", "state", "allowed"),
    [
        (ScanKind.LOAD, RunState.PLANNED, True),
        (ScanKind.LOAD, RunState.RETURNED, False),
        (ScanKind.DEPART, RunState.LOADING, True),
        (ScanKind.DEPART, RunState.CLOSED, False),
        (ScanKind.HAND_OVER, RunState.LOADING, True),
        (ScanKind.HAND_OVER, RunState.CLOSED, False),
        (ScanKind.ARRIVE, RunState.CANCELLED, False),
        (ScanKind.RETURN, RunState.CLOSED, True),
    ],
)
def test_a_run_takes_the_events_of_its_time(kind: ScanKind, state: RunState, allowed: bool) -> None:  # noqa: FBT001 - a table of expectations
    assert run_allows(kind, state) is allowed


@pytest.mark.parametrize(
    ("minutes", "flag"),
    [
        (-16, ClockFlag.LATE),
        (-15, ClockFlag.PLAUSIBLE),
        (5, ClockFlag.PLAUSIBLE),
        (6, ClockFlag.AHEAD),
    ],
)
def test_an_unlikely_clock_is_flagged(minutes: int, flag: ClockFlag) -> None:
    assert clock_of(NOW + timedelta(minutes=minutes), NOW) is flag


def test_the_ledger_is_dated_by_the_device_where_that_is_possible() -> None:
    an_hour_ago = NOW - timedelta(hours=1)

    assert ledger_time(an_hour_ago, None, NOW) == an_hour_ago


def test_goods_never_move_before_they_moved_last() -> None:
    moved = NOW - timedelta(minutes=10)

    assert ledger_time(NOW - timedelta(hours=1), moved, NOW) == moved


@pytest.mark.parametrize("days", [1, -30, 2_900_000, -700_000])
def test_an_impossible_clock_dates_the_ledger_by_ours(days: int) -> None:
    dated = ledger_time(NOW + timedelta(days=days), None, NOW)

    assert NOW - timedelta(days=6) <= dated <= NOW


def test_another_month_is_not_posted_to() -> None:
    first = datetime(2026, 12, 1, 4, tzinfo=UTC)

    assert ledger_time(datetime(2026, 11, 30, 4, tzinfo=UTC), None, first) == first


@pytest.mark.parametrize(
    ("states", "outcome"),
    [
        ([T.DELIVERED, T.LOADED], None),
        ([T.DELIVERED, T.PLANNED], None),
        ([T.DELIVERED, T.GOING_BACK], StopState.DELIVERED),
        ([T.GOING_BACK, T.RETURNED], StopState.REFUSED),
        ([T.LEFT_BEHIND], StopState.SKIPPED),
    ],
)
def test_a_stop_ends_when_nothing_waits_for_it(states: list[T], outcome: StopState | None) -> None:
    assert outcome_of_stop(states) is outcome
