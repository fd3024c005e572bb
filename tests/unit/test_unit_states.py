from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.traceability.errors import StateForbids
from app.traceability.models import Disposition
from app.traceability.rules.transitions import (
    GONE,
    IN_HAND,
    LISTED,
    OUT_OF_STOCK,
    UnitFlag,
    UnitState,
    became,
    flags_of,
)

STATES = [one.value for one in Disposition]
TODAY = date(2026, 11, 23)


def test_every_state_is_in_the_table_and_every_step_leads_to_one() -> None:
    assert set(LISTED) == set(STATES)
    assert set().union(*LISTED.values()) <= set(STATES)
    assert set().union(IN_HAND, GONE, OUT_OF_STOCK) <= set(STATES)


@given(
    now=st.sampled_from(STATES),
    wanted=st.sampled_from(STATES),
    consumed=st.integers(0, 24),
    releasing=st.booleans(),
)
def test_no_step_that_is_not_listed_ever_happens(
    now: str, wanted: str, consumed: int, *, releasing: bool
) -> None:
    try:
        after = became(now, wanted, consumed=consumed, capacity=24, releasing=releasing)
    except StateForbids:
        return
    assert after == now or after in LISTED[now]
    assert after in {wanted, now, "partially_dispensed"}


@given(steps=st.lists(st.tuples(st.sampled_from(STATES), st.integers(0, 24)), max_size=12))
def test_what_is_destroyed_stays_so_and_quarantine_ends_by_a_decision(
    steps: list[tuple[str, int]],
) -> None:
    state, destroyed = "announced", False
    for wanted, consumed in steps:
        before = state
        try:
            state = became(state, wanted, consumed=consumed, capacity=24)
        except StateForbids:
            continue
        assert not destroyed
        destroyed = state == "destroyed"
        if before == "quarantine":
            assert state not in IN_HAND


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        ("dispensed", "dispensed"),
        ("dispensed", "in_transit"),
        ("announced", "dispensed"),
        ("destroyed", "in_stock"),
        ("sampled", "in_stock"),
        ("lost", "dispensed"),
        ("sent_back", "dispensed"),
        ("written_off", "dispensed"),
        ("in_transit", "dispensed"),
    ],
)
def test_these_never_happen(now: str, wanted: str) -> None:
    with pytest.raises(StateForbids):
        became(now, wanted, consumed=0, capacity=24)


def test_an_opened_pack_that_comes_to_a_shelf_is_an_opened_pack() -> None:
    for now in ("in_transit", "written_off", "lost", "sent_back", "partially_dispensed"):
        assert became(now, "in_stock", consumed=6, capacity=24) == "partially_dispensed"
        assert became(now, "in_stock", consumed=0, capacity=24) == "in_stock"


def test_flags_are_derived_and_the_last_day_is_still_usable() -> None:
    plain = UnitState(expires_on=TODAY)
    everything = UnitState(
        expires_on=date(2026, 11, 22),
        lot_hold="recall",
        disposition="quarantine",
        set_apart=frozenset({"cold-chain-break"}),
        parent_open=True,
    )

    assert flags_of(plain, today=TODAY) == frozenset()
    assert flags_of(everything, today=TODAY) == frozenset(UnitFlag)
    for own, cold in product((False, True), repeat=2):
        kinds = frozenset({"lot-mismatch"} if own else ()) | frozenset(
            {"cold-chain-break"} if cold else ()
        )
        flags = flags_of(UnitState(expires_on=TODAY, set_apart=kinds), today=TODAY)
        assert (UnitFlag.OWN_HOLD in flags, UnitFlag.COLD_EXCURSION in flags) == (
            own or cold,
            cold,
        )
