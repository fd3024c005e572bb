from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.inventory.rules import (
    Candidate,
    Destination,
    MonthUse,
    average_monthly_consumption,
    days_without_stock,
    first_expiring_first_out,
    months_of_stock,
    periods_before,
)
from app.kernel.ids import LotId
from app.traceability.rules import LotState

TODAY = date(2026, 11, 23)


def use(consumed: int, out: int = 0, days: int = 30) -> MonthUse:
    return MonthUse(TODAY, days, consumed, out)


def test_a_month_partly_out_of_stock_is_adjusted_once() -> None:
    assert average_monthly_consumption([use(240, out=6)]).amc == 300


def test_several_months_are_summed_before_they_are_adjusted() -> None:
    assert average_monthly_consumption([use(240), use(270), use(300)]).amc == 270


def test_a_month_without_any_stock_says_nothing() -> None:
    amc = average_monthly_consumption([use(0, out=30), use(100)])

    assert (amc.amc, amc.left_out) == (100, 1)


def test_nothing_used_is_no_consumption_and_no_months() -> None:
    assert average_monthly_consumption([use(0)]).amc == 0
    assert average_monthly_consumption([]).amc == 0
    assert months_of_stock(100, 0) is None


def test_months_of_stock_are_rounded_to_a_tenth() -> None:
    assert months_of_stock(100, 30) == 3.3


@pytest.mark.parametrize(
    ("opening", "changes", "out"),
    [
        pytest.param(5, [], 0, id="never-touched"),
        pytest.param(0, [], 10, id="never-there"),
        pytest.param(5, [(3, -5)], 6, id="used-up-on-day-3"),
        pytest.param(0, [(4, 10)], 4, id="came-on-day-4"),
        pytest.param(5, [(0, -5), (1, 5), (2, -5)], 7, id="came-and-went"),
    ],
)
def test_days_without_stock(opening: int, changes: list[tuple[int, int]], out: int) -> None:
    dated = [(TODAY + timedelta(days=day), change) for day, change in changes]

    assert days_without_stock(dated, opening, since=TODAY, days=10) == out


def test_periods_end_before_today() -> None:
    assert periods_before(TODAY, 2) == [
        (TODAY - timedelta(days=60), 30),
        (TODAY - timedelta(days=30), 30),
    ]


stock = st.builds(
    Candidate,
    balance_id=st.integers(1, 10**6),
    lot_id=st.integers(1, 50).map(LotId),
    lot=st.builds(
        LotState,
        lot_number=st.just("A"),
        hold=st.sampled_from(["none", "quality", "recall"]),
        expires_on=st.dates(date(2026, 1, 1), date(2028, 1, 1)),
    ),
    free=st.integers(1, 1000),
)


@given(st.lists(stock, max_size=20, unique_by=lambda c: c.balance_id), st.integers(0, 5000))
def test_fefo_takes_what_it_can_and_never_more(shelf: list[Candidate], quantity: int) -> None:
    choice = first_expiring_first_out(shelf, quantity, on=TODAY, last_needed=TODAY)

    by_id = {candidate.balance_id: candidate for candidate in shelf}
    taken = [by_id[take.balance_id] for take in choice.takes]
    assert sum(take.quantity for take in choice.takes) + choice.shortage == quantity
    assert all(take.quantity <= by_id[take.balance_id].free for take in choice.takes)
    assert all(lot.lot.hold == "none" and lot.lot.expires_on >= TODAY for lot in taken)
    assert [lot.lot.expires_on for lot in taken] == sorted(lot.lot.expires_on for lot in taken)
    free = sum(c.free for c in shelf if c.lot.hold == "none" and c.lot.expires_on >= TODAY)
    assert choice.shortage == max(0, quantity - free)


def clinic(*shelf: tuple[int, int], use: int = 30, pack: int = 1) -> Destination:
    """Uses one unit a day by default; the shelf is (days left, base units)."""
    return Destination(use, TODAY, pack, [(TODAY + timedelta(days=d), q) for d, q in shelf])


@pytest.mark.parametrize(
    ("destination", "days_left", "can_use"),
    [
        pytest.param(clinic(), 9, 10, id="the-last-day-counts"),
        pytest.param(clinic(), -1, 0, id="expired-before-it-arrives"),
        pytest.param(clinic((5, 4)), 9, 6, id="earlier-goods-are-used-first"),
        pytest.param(clinic((5, 100)), 9, 4, id="what-is-wasted-takes-nothing-from-the-next"),
        pytest.param(clinic((20, 100)), 9, 10, id="later-goods-wait"),
        pytest.param(clinic(pack=4), 9, 8, id="whole-packs"),
        pytest.param(clinic(use=1), 9, 0, id="a-slow-user"),
    ],
)
def test_a_destination_uses_first_what_expires_first(
    destination: Destination, days_left: int, can_use: int
) -> None:
    assert destination.can_use(TODAY + timedelta(days=days_left)) == can_use


def test_a_lot_goes_only_as_far_as_it_will_be_used() -> None:
    stock = [lot_of(1, 9, free=50), lot_of(2, 99, free=200)]

    choice = first_expiring_first_out(stock, 60, clinic((4, 3)), on=TODAY, last_needed=TODAY)

    assert [(take.lot_id, take.quantity) for take in choice.takes] == [(1, 7), (2, 53)]
    assert [(skip.lot_id, skip.quantity, skip.why.value) for skip in choice.skipped] == [
        (1, 43, "slow_use")
    ]
    assert choice.shortage == 0


@given(
    use=st.integers(1, 300),
    shelf=st.lists(st.tuples(st.integers(0, 60), st.integers(1, 50)), max_size=4),
    lots=st.lists(st.tuples(st.integers(0, 90), st.integers(1, 80)), max_size=5),
    wanted=st.integers(1, 200),
)
def test_nothing_sent_outlives_its_use(
    use: int, shelf: list[tuple[int, int]], lots: list[tuple[int, int]], wanted: int
) -> None:
    destination = clinic(*shelf, use=use)
    stock = [lot_of(number, days, free=free) for number, (days, free) in enumerate(lots, 1)]
    expiry = {one.lot_id: one.lot.expires_on for one in stock}

    choice = first_expiring_first_out(stock, wanted, destination, on=TODAY, last_needed=TODAY)

    for day in expiry.values():
        sent = sum(take.quantity for take in choice.takes if expiry[take.lot_id] <= day)
        assert sent <= use * ((day - TODAY).days + 1) // 30
    assert sum(take.quantity for take in choice.takes) + choice.shortage == wanted


def lot_of(number: int, days_left: int, *, free: int) -> Candidate:
    state = LotState(f"L{number}", "none", TODAY + timedelta(days=days_left))
    return Candidate(number, LotId(number), state, free)
