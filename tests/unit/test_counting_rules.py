from datetime import UTC, date, datetime, timedelta

from app.counting.rules import (
    AbcClass,
    CodedPack,
    Policy,
    base_units,
    classify,
    digest_of,
    due_items,
    is_beyond,
    is_countable_time,
    missing_packs,
)
from app.kernel.ids import ItemId

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def test_a_is_the_first_share_of_the_value_and_what_was_not_used_is_c() -> None:
    used = {ItemId(1): 700, ItemId(2): 200, ItemId(3): 90, ItemId(4): 10, ItemId(5): 0}

    classes = classify(used, Policy())

    told = [classes[ItemId(number)].value for number in range(1, 6)]
    assert told == ["a", "a", "b", "c", "c"]
    assert classify({ItemId(1): 0}, Policy()) == {ItemId(1): AbcClass.C}


def test_what_is_due_comes_by_class_and_then_by_how_late_it_is() -> None:
    classes = {
        ItemId(1): AbcClass.C,
        ItemId(2): AbcClass.A,
        ItemId(3): AbcClass.A,
        ItemId(4): AbcClass.A,
    }
    counted = {
        ItemId(2): TODAY - timedelta(days=31),
        ItemId(3): TODAY - timedelta(days=29),
    }

    due = due_items(classes, counted, Policy(), today=TODAY)

    assert [one.item_id for one in due] == [4, 2, 1]
    assert [one.overdue_days for one in due] == [None, 1, None]


def test_a_difference_is_beyond_by_share_by_value_or_because_it_is_controlled() -> None:
    policy = Policy(tolerance_percent=2, tolerance_fen=5_000)

    assert not is_beyond(1_000, 0, 0, policy, controlled=True)
    assert not is_beyond(1_000, -20, 800, policy, controlled=False)
    assert is_beyond(1_000, -21, 800, policy, controlled=False)
    assert is_beyond(1_000, 1, 5_001, policy, controlled=False)
    assert is_beyond(1_000, 1, 10, policy, controlled=True)
    assert is_beyond(0, 1, 10, policy, controlled=False)


def test_packs_and_loose_units_are_base_units() -> None:
    assert base_units(3, 5, 24) == 77


def test_a_pack_that_came_after_the_count_began_is_not_missing() -> None:
    packs = [
        CodedPack(code="seen", remaining=24, since=NOW - timedelta(days=1)),
        CodedPack(code="gone", remaining=24, since=NOW - timedelta(days=1)),
        CodedPack(code="came", remaining=24, since=NOW + timedelta(seconds=1)),
    ]

    assert [pack.code for pack in missing_packs(packs, {"seen"}, counted_from=NOW)] == ["gone"]


def test_nobody_counted_before_the_round_or_in_the_future() -> None:
    def countable(minutes: int) -> bool:
        at = NOW + timedelta(minutes=minutes)
        return is_countable_time(at, opened_at=NOW, now=NOW)

    assert [countable(minutes) for minutes in (-6, -5, 0, 5, 6)] == [False, True, True, True, False]


def test_an_approver_sees_the_same_differences_in_any_order() -> None:
    assert digest_of([(1, -2), (2, 3)]) == digest_of([(2, 3), (1, -2)])
    assert digest_of([(1, -2)]) != digest_of([(1, 2)])
