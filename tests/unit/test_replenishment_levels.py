from hypothesis import given
from hypothesis import strategies as st

from optimizer.replenishment.levels import (
    NOTHING,
    Limits,
    Outlay,
    Position,
    Terms,
    limits,
    reorder,
)

WEEKLY = Terms(lead_days=7, cycle_days=28, service_level=0.95)
amounts = st.floats(0, 1e6, allow_nan=False)
units = st.integers(0, 10**9)


def test_the_levels_of_a_steady_item() -> None:
    kept = limits(Outlay(in_lead=70, in_horizon=350, spread=0), WEEKLY)

    assert kept == Limits(safety=0, minimum=70, maximum=350)


def test_an_uncertain_item_keeps_safety_stock() -> None:
    kept = limits(Outlay(in_lead=70, in_horizon=350, spread=100), WEEKLY)

    assert kept == Limits(safety=165, minimum=144, maximum=515)


def test_what_nobody_will_use_is_not_kept() -> None:
    assert limits(Outlay(in_lead=0, in_horizon=0, spread=50), WEEKLY) == NOTHING
    assert reorder(Position(usable=0, coming=0), NOTHING, 24) == 0


@given(
    in_lead=amounts,
    more=amounts,
    spread=amounts,
    level=st.floats(0.01, 0.999),
    lead=st.integers(1, 60),
)
def test_levels_are_never_negative_and_in_order(
    in_lead: float, more: float, spread: float, level: float, lead: int
) -> None:
    terms = Terms(lead_days=lead, cycle_days=28, service_level=level)
    kept = limits(Outlay(in_lead=in_lead, in_horizon=in_lead + more, spread=spread), terms)

    assert 0 <= kept.minimum <= kept.maximum
    assert kept.safety >= 0


@given(
    position=st.builds(Position, usable=units, coming=units, asked=units),
    minimum=units,
    more=units,
    pack=st.integers(1, 999),
)
def test_an_order_is_whole_packs_and_fills_up_to_the_maximum(
    position: Position, minimum: int, more: int, pack: int
) -> None:
    kept = Limits(safety=0, minimum=minimum, maximum=minimum + more)

    quantity = reorder(position, kept, pack)

    assert quantity >= 0
    assert quantity % pack == 0
    if position.total > kept.minimum or kept.maximum == 0:
        assert quantity == 0
    else:
        assert kept.maximum <= position.total + quantity < kept.maximum + pack


def test_what_is_asked_already_is_not_asked_again() -> None:
    kept = Limits(safety=0, minimum=100, maximum=500)

    assert reorder(Position(usable=50, coming=0), kept, 24) == 456
    assert reorder(Position(usable=50, coming=0, asked=456), kept, 24) == 0
