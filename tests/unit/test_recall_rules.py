from datetime import UTC, datetime, timedelta

import pytest

from app.recall.rules import (
    Account,
    Clock,
    Milestone,
    Progress,
    RecallClass,
    RecallKind,
    Step,
    class_fits,
    due_at,
    milestones,
    total,
)
from app.traceability.errors import QualityHold, Recalled
from app.traceability.rules import LotState, ensure_free, ensure_usable

START = datetime(2026, 11, 23, 1, tzinfo=UTC)


def after(seconds: int) -> datetime:
    return START + timedelta(seconds=seconds)


def step(seen: int | None = None, done: int | None = None, *, collected: bool = False) -> Step:
    return Step(
        seen_at=None if seen is None else after(seen),
        collected=collected,
        done_at=None if done is None else after(done),
    )


@pytest.mark.parametrize(
    ("told", "progress"),
    [
        (step(), Progress.TOLD),
        (step(5), Progress.SEEN),
        (step(5, collected=True), Progress.COLLECTING),
        (step(5, 9, collected=True), Progress.DONE),
        (step(5, 9), Progress.DONE),
    ],
)
def test_a_holder_goes_from_told_to_done(told: Step, progress: Progress) -> None:
    assert told.progress is progress


def test_the_clock_stops_at_the_first_and_at_the_last_holder() -> None:
    clock = Clock(started_at=START, held_ms=40, located_ms=900, closed_at=after(99))

    reached = milestones(clock, [step(7, 30), step(5, 60)])

    assert reached == {
        Milestone.HELD: 0.04,
        Milestone.LOCATED: 0.9,
        Milestone.FIRST_SEEN: 5,
        Milestone.ALL_SEEN: 7,
        Milestone.ALL_DONE: 60,
        Milestone.CLOSED: 99,
    }


def test_what_one_holder_has_not_done_all_have_not() -> None:
    clock = Clock(started_at=START, held_ms=0, located_ms=900)

    reached = milestones(clock, [step(7), step()])

    assert reached[Milestone.FIRST_SEEN] == 7
    assert reached[Milestone.HELD] is None
    assert reached[Milestone.ALL_SEEN] is None
    assert reached[Milestone.CLOSED] is None


def test_an_account_foots_and_adds_up() -> None:
    one = Account(received=100, shipped=60, on_hand=10, collected=30, dispensed=50, lost=10)
    other = Account(received=20, awaiting=5, destroyed=5, sent_back=10)

    both = total([one, other])

    assert (one.difference, both.received, both.difference) == (0, 120, 0)
    assert Account(received=1).difference == 1


@pytest.mark.parametrize("kind", RecallKind)
@pytest.mark.parametrize("recall_class", RecallClass)
def test_only_a_recall_has_a_class(kind: RecallKind, recall_class: RecallClass) -> None:
    is_recall, has_class = kind is RecallKind.RECALL, recall_class is not RecallClass.NONE

    assert class_fits(kind, recall_class) == (is_recall == has_class)


def test_a_limit_ends_so_many_hours_after_the_start() -> None:
    assert due_at(START, 24) == after(24 * 3600)


def test_a_recalled_lot_says_its_class_since_when_and_what_to_do() -> None:
    lot = LotState("A1", "recall", START.date(), "不合格", "I", START, "退回中心")

    with pytest.raises(Recalled) as refusal:
        ensure_usable(lot, on=START.date())

    assert refusal.value.code == "recalled"
    assert refusal.value.data["recall_class"] == "I"
    assert refusal.value.data["since"] == "2026-11-23T01:00:00+00:00"
    assert refusal.value.data["since_local"] == "2026-11-23 09:00"
    assert refusal.value.data["instruction"] == "退回中心"


def test_a_hold_of_quality_has_a_code_of_its_own_and_falls_back_on_its_reason() -> None:
    with pytest.raises(QualityHold) as refusal:
        ensure_free(LotState("A1", "quality", START.date(), "外观异常"))

    assert refusal.value.code == "quality-hold"
    assert (refusal.value.data["since"], refusal.value.data["instruction"]) == ("", "外观异常")
    ensure_free(LotState("A1", "none", START.date()))
