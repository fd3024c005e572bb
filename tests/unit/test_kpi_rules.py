from datetime import date, timedelta

import pytest

from app.kpi.rules import Rate, Saving, Shelf, days_until, empty_on, total

TODAY = date(2026, 11, 23)
YESTERDAY = TODAY - timedelta(days=1)
NEXT_YEAR = date(2027, 12, 31)


def test_rates_are_added_by_their_parts() -> None:
    assert total([Rate(1, 2), Rate(1, 8)]) == Rate(2, 10)
    assert Rate(2, 3).percent == 66.7


def test_nothing_due_is_no_rate_rather_than_zero_or_full() -> None:
    assert Rate(0, 0).value is None
    assert Rate(0, 0).percent is None
    assert Saving(10, 0).percent is None


def test_a_saving_is_a_share_of_the_baseline() -> None:
    assert Saving(60, 100).percent == 40.0
    assert Saving(120, 100).percent == -20.0


def test_days_end_with_the_last() -> None:
    assert days_until(TODAY, 2) == [YESTERDAY, TODAY]


@pytest.mark.parametrize(
    ("shelf", "day", "empty"),
    [
        pytest.param(Shelf(NEXT_YEAR, 5, {}), TODAY, False, id="in-stock"),
        pytest.param(Shelf(NEXT_YEAR, 0, {}), TODAY, True, id="used-up"),
        pytest.param(Shelf(NEXT_YEAR, 0, {TODAY: -5}), YESTERDAY, False, id="used-up-since"),
        pytest.param(Shelf(NEXT_YEAR, 5, {TODAY: 5}), YESTERDAY, True, id="came-since"),
        pytest.param(Shelf(TODAY, 5, {}), TODAY, False, id="last-day"),
        pytest.param(Shelf(YESTERDAY, 5, {}), TODAY, True, id="expired"),
    ],
)
def test_a_shelf_is_empty_at_the_end_of_a_day(shelf: Shelf, day: date, empty: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert empty_on([shelf], day) is empty
