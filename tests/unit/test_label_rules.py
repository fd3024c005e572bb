from datetime import date

import pytest

from app.purchasing.rules import OnReceipt, Print, choose_print, gtin_keys, line_for, read_print
from app.traceability.errors import LotExpired, LotMismatch

TODAY = date(2026, 11, 23)
LATER = date(2027, 12, 31)
GTIN = "06901234567892"


def a_print(lot: str | None = "A1", expires: date | None = LATER, packs: int = 1) -> Print:
    return Print(lot_number=lot, expires_on=expires, packs=packs)


def on_receipt(
    line_id: int = 1, lot: str = "A1", expires: date = LATER, *, usable: bool = True
) -> OnReceipt:
    return OnReceipt(line_id=line_id, lot_number=lot, expires_on=expires, usable=usable)


@pytest.mark.parametrize(
    ("elements", "keys"),
    [
        ({"01": GTIN}, [GTIN, GTIN[1:]]),
        ({"02": "16901234567899", "37": "4"}, ["16901234567899"]),
        ({"00": "3" * 18}, []),
    ],
)
def test_under_which_codes_goods_are_known(elements: dict[str, str], keys: list[str]) -> None:
    assert gtin_keys(elements) == keys


@pytest.mark.parametrize(
    ("elements", "told"),
    [
        ({"10": "ａ 1", "17": "271231"}, a_print()),
        ({"10": "A1", "17": "271200", "30": "12"}, a_print(packs=12)),
        ({"00": "3", "02": GTIN, "37": "40", "10": "A1"}, a_print(expires=None, packs=40)),
        ({"01": GTIN}, a_print(lot=None, expires=None)),
    ],
)
def test_what_a_label_says(elements: dict[str, str], told: Print) -> None:
    assert read_print(elements, today=TODAY) == told


def test_what_a_label_lacks() -> None:
    assert a_print().missing == ()
    assert a_print(lot=None, expires=None).missing == ("lot_number", "expires_on")


def test_a_label_finds_the_line_of_its_lot() -> None:
    other, apart, mine = on_receipt(1, "A2"), on_receipt(2, usable=False), on_receipt(3)

    assert line_for(a_print(), [other, apart, mine], today=TODAY) == mine
    assert line_for(a_print(expires=None), [other, apart], today=TODAY) == apart
    assert line_for(a_print(lot="A3"), [other, mine], today=TODAY) is None


def test_a_label_with_another_expiry_is_told() -> None:
    with pytest.raises(LotMismatch) as refused:
        line_for(a_print(expires=date(2028, 1, 31)), [on_receipt()], today=TODAY)

    assert refused.value.data["expires_on"] == "2027-12-31"
    assert refused.value.data["found_expires_on"] == "2028-01-31"


def test_expired_goods_are_told_unless_set_apart() -> None:
    old = date(2026, 11, 22)

    with pytest.raises(LotExpired):
        line_for(a_print(expires=old), [on_receipt(expires=old)], today=TODAY)
    with pytest.raises(LotExpired):
        line_for(a_print(expires=None), [on_receipt(expires=old)], today=TODAY)
    apart = on_receipt(expires=old, usable=False)
    assert line_for(a_print(expires=None), [apart], today=TODAY) == apart
    assert line_for(a_print(expires=TODAY), [on_receipt(expires=TODAY)], today=TODAY) is not None


def test_the_reading_that_names_an_announced_lot_is_chosen() -> None:
    whole, split = a_print(lot="A121SER7"), a_print(lot="A1")

    assert choose_print([whole, split], [on_receipt()]) == split
    assert choose_print([whole, split], [on_receipt(), on_receipt(2, "A121SER7")]) == whole
    assert choose_print([whole, split], [on_receipt(lot="B1")]) == whole
