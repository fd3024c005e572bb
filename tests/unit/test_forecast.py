import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.replenishment import methods
from optimizer.replenishment.choosing import Outlook, try_all
from optimizer.replenishment.methods import Array, Method
from optimizer.replenishment.simulation import safety_factor, simulate, simulate_at

WEEKLY = Outlook(horizon=4, window=13, season=None)
MONTHLY = Outlook(horizon=3, window=3, season=12)


def series(*values: float) -> Array:
    return np.array([values], dtype=float)


def noise(rows: int, periods: int, seed: int = 1) -> Array:
    drawn = np.random.default_rng(seed).poisson(5, (rows, periods))
    return np.asarray(drawn, dtype=float)


def test_naive_repeats_the_last_period() -> None:
    paths = methods.naive(series(3, 7), 2)

    assert np.isnan(paths[0, 0]).all()
    assert paths[0, 1:].tolist() == [[3, 3], [7, 7]]


def test_an_average_takes_what_there_is() -> None:
    paths = methods.average(series(3, 6, 9, 12), 1, 3)

    assert paths[0, 1:, 0].tolist() == [3, 4.5, 6, 9]


def test_smoothing_follows_by_its_share() -> None:
    assert methods.smoothing(series(10, 20, 20), 1, 0.5)[0, 1:, 0].tolist() == [10, 15, 17.5]


def test_a_damped_trend_flattens_and_never_falls_below_zero() -> None:
    rising = methods.damped_trend(np.arange(1.0, 40)[None], 6, 0.4, 0.3, 0.8)[0, -1]
    falling = methods.damped_trend(series(50, 40, 30, 20, 10, 0), 6, 0.6, 0.3, 0.95)[0, -1]

    steps = np.diff(rising)
    assert (steps > 0).all()
    assert (np.diff(steps) < 0).all()
    assert (falling >= 0).all()


def test_croston_divides_size_by_interval() -> None:
    every_third = series(*[6, 0, 0] * 40)

    found = {
        kind: methods.intermittent(every_third, 1, 0.1, kind)[0, -1, 0]
        for kind in (Method.CROSTON, Method.SBA, Method.TSB)
    }

    assert found[Method.CROSTON] == pytest.approx(2, rel=0.02)
    assert found[Method.SBA] == pytest.approx(0.95 * found[Method.CROSTON])
    assert found[Method.TSB] == pytest.approx(2, rel=0.15)


def test_what_nobody_asks_for_any_more_fades() -> None:
    dead = series(*[5] * 20, *[0] * 60)

    assert methods.intermittent(dead, 1, 0.1, Method.TSB)[0, -1, 0] < 0.02
    assert methods.intermittent(dead, 1, 0.1, Method.CROSTON)[0, -1, 0] > 1
    assert methods.intermittent(series(0, 0), 1, 0.1, Method.SBA)[0, -1, 0] == 0


def test_a_season_is_repeated_and_may_grow() -> None:
    two_years = series(*[1, 2, 3, 4], *[2, 4, 6, 8])

    assert methods.seasonal_naive(two_years, 5, 4)[0, -1].tolist() == [2, 4, 6, 8, 2]
    grown = methods.seasonal_growth(two_years, 4, 4, 4)[0, -1]
    assert grown == pytest.approx([4, 8, 12, 16])


def test_holt_winters_needs_two_seasons_and_learns_their_shape() -> None:
    shape = [1.0, 2, 3, 2]

    assert np.isnan(methods.holt_winters(series(*shape), 2, 4, (0.1, 0, 0.1), 0.95)).all()
    found = methods.holt_winters(series(*shape * 5), 4, 4, (0.3, 0.1, 0.3), 0.95)[0, -1]
    assert found == pytest.approx(shape, rel=0.02)


def test_each_series_gets_the_method_that_erred_least() -> None:
    chance = np.random.default_rng(3)
    seasonal = np.tile([5.0, 10, 40, 80, 40, 10, 5, 5, 5, 5, 5, 5], 8)
    walk = 500 + np.cumsum(chance.choice([-20.0, 20], 96))
    trial = try_all(np.stack([seasonal, walk]), MONTHLY)

    chosen = trial.choose(trial.last_origin)

    assert trial.tried[chosen[0]].method in {
        Method.SEASONAL_NAIVE,
        Method.SEASONAL_GROWTH,
        Method.HOLT_WINTERS,
    }
    assert trial.wape_of(chosen)[0] < 0.02
    assert trial.wape_of(chosen)[1] < trial.wape_of(np.full(2, 3))[1]
    assert trial.path_of(chosen, trial.last_origin).shape == (2, 3)


@settings(max_examples=20, deadline=None)
@given(origin=st.integers(1, 60), seed=st.integers(0, 99))
def test_a_choice_knows_nothing_of_the_future(origin: int, seed: int) -> None:
    demand = noise(3, 60, seed)
    other = demand.copy()
    other[:, origin:] = 1000
    one, two = try_all(demand, WEEKLY), try_all(other, WEEKLY)

    chosen = one.choose(origin)

    assert chosen.tolist() == two.choose(origin).tolist()
    assert np.array_equal(one.path_of(chosen, origin), two.path_of(chosen, origin))
    assert np.allclose(one.spread_of(one.choose, origin), two.spread_of(two.choose, origin))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.integers(0, 500), min_size=30, max_size=30), min_size=1, max_size=4))
def test_no_forecast_and_no_error_is_negative(rows: list[list[int]]) -> None:
    trial = try_all(np.array(rows, dtype=float), Outlook(horizon=3, window=6, season=12))
    chosen = trial.choose(trial.last_origin)

    assert (trial.path_of(chosen, trial.last_origin) >= 0).all()
    assert (trial.spread_of(trial.choose, trial.last_origin) >= 0).all()
    wapes = trial.wape_of(chosen)
    assert (wapes[~np.isnan(wapes)] >= 0).all()


def test_a_short_history_is_forecast_without_a_judgement() -> None:
    trial = try_all(noise(2, 5), Outlook(horizon=4, window=13, season=52))

    assert trial.choose(5).tolist() == [0, 0]
    assert (trial.spread_of(trial.choose, 5) > 0).all()


def test_a_named_candidate_is_found() -> None:
    trial = try_all(noise(1, 40), WEEKLY)

    assert trial.tried[trial.index_of(Method.AVERAGE, 13)].parameters == (13,)


def test_more_safety_means_more_stock_and_fewer_empty_shelves() -> None:
    trial = try_all(noise(20, 80), WEEKLY)

    little = simulate(trial, trial.choose, 20, 0)
    much = simulate(trial, trial.choose, 20, safety_factor(0.99))

    assert much.stock > little.stock
    assert much.unfilled < little.unfilled
    assert much.empty < little.empty
    assert simulate_at(trial, trial.choose, 20, stock=3.0).stock == pytest.approx(3.0, rel=0.01)


def test_steady_use_is_always_filled_without_safety() -> None:
    trial = try_all(np.full((2, 40), 7.0), WEEKLY)

    outcome = simulate(trial, trial.choose, 10, 0)

    assert (outcome.unfilled, outcome.empty) == (0, 0)
    assert outcome.stock < WEEKLY.horizon


def test_goods_that_come_at_once_need_one_period_of_stock() -> None:
    trial = try_all(np.full((1, 30), 4.0), Outlook(horizon=1, window=13, season=None))

    assert simulate(trial, trial.choose, 5, 0).unfilled == 0
