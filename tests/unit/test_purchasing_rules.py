from datetime import date

import pytest

from app.purchasing.errors import (
    CountsDiffer,
    LabelImplausible,
    LineNotCounted,
    SecondCountMissing,
)
from app.purchasing.rules import (
    Label,
    Print,
    Storage,
    ensure_same_lot,
    fits,
    normalise_lot,
    read_label,
    read_print,
    settle,
)
from app.traceability.errors import LotMismatch

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("a1", "A1"), (" Ａ １２－b ", "A12-B"), ("20261101", "20261101"), ("x\u30001", "X1")],
)
def test_lot_numbers_are_half_width_upper_case_without_blanks(typed: str, stored: str) -> None:
    assert normalise_lot(typed) == stored


def printed(elements: dict[str, str]) -> Print:
    return read_print(elements, today=TODAY)


def test_a_label_that_names_nothing_else_is_the_announced_lot() -> None:
    ensure_same_lot(printed({"21": "7"}), "A1", date(2027, 12, 31))
    ensure_same_lot(printed({"10": "a1", "17": "271231"}), "A1", date(2027, 12, 31))


@pytest.mark.parametrize("elements", [{"10": "A2"}, {"17": "271230"}])
def test_another_lot_or_expiry_is_told(elements: dict[str, str]) -> None:
    with pytest.raises(LotMismatch):
        ensure_same_lot(printed(elements), "A1", date(2027, 12, 31))


@pytest.mark.parametrize(
    ("expected", "first", "second", "stands"),
    [(10, 10, None, 10), (10, 9, 9, 9), (0, 0, None, 0), (10, 10, 8, 10)],
)
def test_the_count_that_stands(expected: int, first: int, second: int | None, stands: int) -> None:
    assert settle(expected, first, second) == stands


@pytest.mark.parametrize(
    ("first", "second", "refusal"),
    [(None, None, LineNotCounted), (9, None, SecondCountMissing), (9, 10, CountsDiffer)],
)
def test_a_count_that_does_not_stand(
    first: int | None, second: int | None, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        settle(10, first, second)


@pytest.mark.parametrize(
    ("field", "label"),
    [
        ("lot_number", Label(maker="m", lot_number=" ", expires_on=date(2027, 1, 1))),
        ("lot_number", Label(maker="m", lot_number="x" * 41, expires_on=date(2027, 1, 1))),
        ("expires_on", Label(maker="m", lot_number="A", expires_on=date(2026, 11, 22))),
        ("expires_on", Label(maker="m", lot_number="A", expires_on=date(2040, 1, 1))),
        (
            "made_on",
            Label(
                maker="m",
                lot_number="A",
                expires_on=date(2027, 1, 1),
                made_on=date(2026, 11, 24),
            ),
        ),
    ],
)
def test_a_label_that_cannot_be_right_is_named_by_field(field: str, label: Label) -> None:
    with pytest.raises(LabelImplausible) as refused:
        read_label(label, today=TODAY)

    assert refused.value.data["field"] == field


def test_the_last_usable_day_may_be_today() -> None:
    label = Label(maker=" 示范 制药 ", lot_number="a1", expires_on=TODAY, made_on=date(2024, 1, 1))

    assert read_label(label, today=TODAY).maker == "示范 制药"


@pytest.mark.parametrize(
    ("goods", "place", "answer"),
    [
        (Storage(storage_class="cold", locked=False), ("cold", False), True),
        (Storage(storage_class="cold", locked=False), ("cool", False), False),
        (Storage(storage_class="ambient", locked=True), ("ambient", False), False),
        (Storage(storage_class="ambient", locked=False), ("ambient", True), False),
        (Storage(storage_class="ambient", locked=True), ("cool", True), True),
    ],
)
def test_which_bin_keeps_goods_well(
    goods: Storage, place: tuple[str, bool], *, answer: bool
) -> None:
    assert fits(goods, Storage(storage_class=place[0], locked=place[1])) is answer
