import pytest

from app.purchasing.rules import Billed, Difference, DifferenceKind, Owed, differences

OWED = {1: Owed(quantity=240, price_fen=960), 2: Owed(quantity=24, price_fen=500)}


def billed(*, line: int = 1, packs: int = 10, price: int = 960) -> Billed:
    return Billed(line_id=line, quantity=packs * 24, price_fen=price, amount_fen=packs * price)


def test_an_invoice_that_agrees_has_no_difference() -> None:
    lines = [billed(), billed(line=2, packs=1, price=500)]
    assert differences(lines, OWED, printed_fen=10_100) == []


@pytest.mark.parametrize(
    ("line", "printed", "kind", "expected", "found"),
    [
        (billed(packs=11), 10_560, DifferenceKind.MORE_THAN_RECEIVED, 240, 264),
        (billed(packs=9), 8_640, DifferenceKind.LESS_THAN_RECEIVED, 240, 216),
        (billed(price=961), 9_610, DifferenceKind.PRICE_ABOVE_ORDER, 960, 961),
        (billed(price=959), 9_590, DifferenceKind.PRICE_BELOW_ORDER, 960, 959),
    ],
)
def test_one_unit_or_one_fen_is_a_difference(
    line: Billed, printed: int, kind: DifferenceKind, expected: int, found: int
) -> None:
    one = Difference(kind=kind, line_id=1, expected=expected, found=found)
    assert differences([line], OWED, printed_fen=printed) == [one]


def test_a_total_that_is_not_the_sum_of_its_lines_is_a_difference() -> None:
    one = Difference(kind=DifferenceKind.TOTAL_DIFFERS, line_id=None, expected=9_600, found=9_601)
    assert differences([billed()], OWED, printed_fen=9_601) == [one]


def test_every_difference_is_named() -> None:
    found = differences([billed(packs=11, price=961)], OWED, printed_fen=1)
    assert [one.kind.value for one in found] == [
        "more_than_received",
        "price_above_order",
        "total_differs",
    ]
