from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.replenishment.rules import (
    LEAST_WEEKS,
    MOST_WEEKS,
    Expected,
    days_between_deliveries,
    draw,
    terms_of,
    weeks_before,
    weeks_of_history,
)
from optimizer.replenishment.history import corrected, unlumped

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("weekdays", "days"),
    [([], 7), ([2], 7), ([0, 3], 4), ([0, 1, 2, 3, 4, 5, 6], 1), ([4, 4, 0], 4), ([5, 6], 6)],
)
def test_the_lead_time_is_the_longest_gap_between_deliveries(
    weekdays: list[int], days: int
) -> None:
    assert days_between_deliveries(weekdays) == days


def test_terms_cover_the_lead_time_and_the_cycle() -> None:
    assert terms_of(7).horizon_days == 35


@pytest.mark.parametrize(
    ("first", "weeks"),
    [
        (None, LEAST_WEEKS),
        (TODAY - timedelta(days=30), LEAST_WEEKS),
        (date(2000, 1, 1), MOST_WEEKS),
    ],
)
def test_history_is_neither_too_short_nor_endless(first: date | None, weeks: int) -> None:
    assert weeks_of_history(first, TODAY) == weeks


def test_weeks_end_before_today() -> None:
    weeks = weeks_before(TODAY, 3)

    assert [day for day, _ in weeks] == [TODAY - timedelta(days=days) for days in (21, 14, 7)]


def test_a_week_partly_without_stock_is_grown_and_one_without_any_is_filled() -> None:
    used = np.array([[7.0, 3.0, 0.0, 7.0]])
    empty = np.array([[0.0, 4.0, 7.0, 0.0]])

    assert corrected(used, empty, 7).tolist() == [[7, 7, 7, 7]]
    assert corrected(np.array([[0.0, 8.0]]), np.array([[7.0, 0.0]]), 7).tolist() == [[8, 8]]
    assert corrected(np.array([[0.0]]), np.array([[7.0]]), 7).tolist() == [[0]]


def test_use_noted_every_other_week_is_spread_over_both() -> None:
    used = np.zeros((6, 7))
    used[:, 2::2] = 10
    used[0, 3] = 4

    spread = unlumped(used)

    assert spread[1].tolist() == [0, 5, 5, 5, 5, 5, 5]
    assert spread[0].tolist() == [0, 5, 5, 9, 5, 5, 5]
    assert unlumped(used[:, 2:])[1].tolist() == [5, 5, 5, 5, 5]


def test_use_noted_all_the_time_stays_where_it_was() -> None:
    used = np.random.default_rng(1).poisson(3, (20, 40)).astype(float)

    assert np.array_equal(unlumped(used), used)
    few = np.zeros((2, 6))
    few[:, 5] = 3
    assert np.array_equal(unlumped(few), few)
    assert unlumped(np.zeros((3, 4))).sum() == 0


@given(st.lists(st.lists(st.integers(0, 9), min_size=20, max_size=20), min_size=6, max_size=9))
def test_spreading_adds_nothing(rows: list[list[int]]) -> None:
    used = np.array(rows, dtype=float)

    spread = unlumped(used)

    assert (spread.sum(axis=1) <= used.sum(axis=1) + 1e-9).all()
    assert (spread >= 0).all()


def test_a_drawing_puts_zero_at_the_bottom_and_the_most_on_top() -> None:
    used = [(TODAY - timedelta(days=14), 0.0), (TODAY - timedelta(days=7), 10.0)]

    drawing = draw(used, [Expected(TODAY, 5.0, 0.0, 20.0)])

    assert drawing.used == "0.0,180.0 360.0,90.0"
    assert drawing.expected == "720.0,135.0"
    assert drawing.interval == "720.0,0.0 720.0,180.0"
    assert (drawing.now, drawing.most) == (720.0, 20.0)
    assert drawing.marks == ((0.0, "2026-11"),)
    assert draw([], []).most == 1
