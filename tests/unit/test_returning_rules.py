import pytest

from app.purchasing.rules import Credited, credit_of, returnable, settled_total


def test_each_line_is_credited_at_the_price_of_its_receipt_and_rounded_as_printed() -> None:
    lines = [
        Credited(quantity=24, price_fen=960, units_per_pack=24),
        Credited(quantity=1, price_fen=1_000, units_per_pack=3),
        Credited(quantity=1, price_fen=1_000, units_per_pack=3),
    ]

    assert [line.amount_fen for line in lines] == [960, 333, 333]
    assert credit_of(lines) == 1_626


@pytest.mark.parametrize(
    ("accepted", "returned", "free", "most"),
    [(240, 0, 240, 240), (240, 200, 240, 40), (240, 0, 30, 30), (240, 240, 10, 0), (0, 5, 9, 0)],
)
def test_no_more_goes_back_than_came_nor_than_is_there(
    accepted: int, returned: int, free: int, most: int
) -> None:
    assert returnable(accepted, returned, free) == most


def test_a_settlement_pays_something() -> None:
    assert settled_total([9_600, 400], [2_400]) == 7_600
    assert settled_total([9_600], [9_600]) is None
    assert settled_total([9_600], [9_601]) is None
