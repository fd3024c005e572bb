from datetime import date, timedelta

from app.kpi.rules import Rate, Saving, days_until, total

TODAY = date(2026, 11, 23)
YESTERDAY = TODAY - timedelta(days=1)


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
