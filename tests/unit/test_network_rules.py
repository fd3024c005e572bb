from datetime import UTC, date, datetime, time

from app.network.rules import WeeklyWindow, next_window

MONDAYS_AND_THURSDAYS = [WeeklyWindow(0, time(9), time(12)), WeeklyWindow(3, time(9), time(12))]
SUNDAY_EVENING = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_an_order_of_sunday_evening_comes_on_monday() -> None:
    window = next_window(MONDAYS_AND_THURSDAYS, now=SUNDAY_EVENING)

    assert window is not None
    assert window.day == date(2026, 11, 23)
    assert window.opens == datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    assert window.closes == datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def test_an_order_too_close_to_the_window_goes_with_the_next_day() -> None:
    monday_eight = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)

    window = next_window(MONDAYS_AND_THURSDAYS, now=monday_eight)

    assert window is not None
    assert window.day == date(2026, 11, 26)


def test_the_lead_time_itself_is_enough() -> None:
    monday_seven = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)

    window = next_window(MONDAYS_AND_THURSDAYS, now=monday_seven)

    assert window is not None
    assert window.day == date(2026, 11, 23)


def test_one_weekday_missed_comes_again_in_a_week() -> None:
    monday_noon = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)

    window = next_window(MONDAYS_AND_THURSDAYS[:1], now=monday_noon)

    assert window is not None
    assert window.day == date(2026, 11, 30)


def test_a_facility_without_delivery_days_has_no_next_delivery() -> None:
    assert next_window([], now=SUNDAY_EVENING) is None
