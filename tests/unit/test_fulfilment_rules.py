from datetime import date, timedelta

import pytest

from app.fulfilment.rules import (
    Compartment,
    Decision,
    Load,
    Need,
    ReasonCode,
    Verdict,
    compartment_of,
    fits,
    is_explained,
    measure,
    miscounted,
    spare,
    suggest,
    worth_asking,
)
from app.inventory.rules import MonthUse, average_monthly_consumption

REFERENCE = Need(usable=50, coming=0, amc=270, units_per_pack=24)


def test_the_reference_example_orders_760_units_in_32_packs() -> None:
    suggestion = suggest(REFERENCE, months=3)

    assert (suggestion.maximum, suggestion.quantity, suggestion.packs) == (810, 760, 32)


def test_what_is_on_its_way_is_not_ordered_again() -> None:
    need = Need(usable=50, coming=700, amc=270, units_per_pack=24)

    assert suggest(need, months=3).quantity == 60


def test_more_than_the_maximum_orders_nothing() -> None:
    need = Need(usable=5000, coming=0, amc=270, units_per_pack=24)

    assert suggest(need, months=3).packs == 0


def test_an_extra_quantity_joins_the_order_and_not_the_maximum() -> None:
    need = Need(usable=5000, coming=0, amc=270, units_per_pack=24, extra=48)

    assert suggest(need, months=3).maximum == 810
    assert suggest(need, months=3).packs == 2


def test_without_an_average_nothing_is_suggested() -> None:
    assert suggest(Need(usable=0, coming=0, amc=None, units_per_pack=24)).packs == 0


def verdict(
    decision: Decision,
    quantity: int,
    *,
    code: ReasonCode | None = ReasonCode.RATIONED,
    text: str = "",
    substitute: bool = False,
) -> Verdict:
    return Verdict(
        decision=decision,
        asked=100,
        quantity=quantity,
        reason_code=code,
        reason_text=text,
        has_substitute=substitute,
    )


@pytest.mark.parametrize(
    ("decision", "quantity", "substitute", "expected"),
    [
        (Decision.FULL, 100, False, True),
        (Decision.FULL, 99, False, False),
        (Decision.FULL, 100, True, False),
        (Decision.CUT, 1, False, True),
        (Decision.CUT, 0, False, False),
        (Decision.CUT, 100, False, False),
        (Decision.SUBSTITUTED, 120, True, True),
        (Decision.SUBSTITUTED, 0, True, False),
        (Decision.SUBSTITUTED, 100, False, False),
        (Decision.REFUSED, 0, False, True),
        (Decision.REFUSED, 10, False, False),
    ],
)
def test_a_decision_and_its_quantity_belong_together(
    *, decision: Decision, quantity: int, substitute: bool, expected: bool
) -> None:
    assert fits(verdict(decision, quantity, substitute=substitute)) is expected


def test_only_a_full_line_needs_no_reason() -> None:
    assert is_explained(verdict(Decision.FULL, 100, code=None))
    assert not is_explained(verdict(Decision.CUT, 50, code=None))
    assert is_explained(verdict(Decision.CUT, 50))


def test_other_needs_words() -> None:
    assert not is_explained(verdict(Decision.CUT, 50, code=ReasonCode.OTHER))
    assert is_explained(verdict(Decision.CUT, 50, code=ReasonCode.OTHER, text="按月分批"))


def test_controlled_goods_travel_apart_whatever_their_temperature() -> None:
    assert compartment_of("cold", controlled=True) is Compartment.CONTROLLED
    assert compartment_of("cold", controlled=False) is Compartment.COLD


def test_a_started_pack_weighs_like_a_whole_one() -> None:
    loads = [Load(25, 24, 30, 100), Load(24, 24, 50, 200)]

    assert measure(loads) == (110, 400)


def test_a_count_must_name_every_lot_that_was_picked() -> None:
    expected = {(1, 1): 10, (1, 2): 5, (2, 3): 7}

    assert miscounted(expected, expected) == []
    assert miscounted(expected, {(1, 1): 10, (1, 2): 4}) == [(1, 2), (2, 3)]
    assert miscounted(expected, {**expected, (9, 9): 1}) == [(9, 9)]


def test_the_reference_average_is_270_a_month() -> None:
    start = date(2026, 8, 1)
    months = [MonthUse(start, 30, 240, 0), MonthUse(start + timedelta(30), 30, 270, 0)]
    adjusted = average_monthly_consumption([MonthUse(start + timedelta(60), 30, 240, 6)])

    assert adjusted.amc == 300
    assert average_monthly_consumption([*months, MonthUse(start, 30, 300, 0)]).amc == 270


@pytest.mark.parametrize(
    ("need", "available", "minimum", "asked"),
    [
        (30, 200, 100, 48),
        (300, 200, 100, 96),
        (0, 200, 100, 24),
        (30, 110, 100, 10),
        (4, 110, 100, 4),
        (0, 110, 100, 10),
        (30, 90, 100, 0),
    ],
)
def test_a_facility_is_asked_for_what_lacks_and_keeps_its_minimum(
    need: int, available: int, minimum: int, asked: int
) -> None:
    assert worth_asking(need, spare(available, minimum), 24) == asked
