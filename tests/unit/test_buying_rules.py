from datetime import date, timedelta

import pytest

from app.purchasing.errors import PriceAboveContract, SupplierNotQualified
from app.purchasing.rules import (
    Goods,
    LicenceKind,
    ensure_price,
    ensure_qualified,
    executed_percent,
    needed_licences,
)

TODAY = date(2026, 11, 23)
MEDICINE, SWAB = Goods("medicine", "none"), Goods("consumable", "none")
MORPHINE, DIAZEPAM = Goods("medicine", "narcotic"), Goods("medicine", "psychotropic_2")


@pytest.mark.parametrize(
    ("goods", "needed"),
    [
        ([MEDICINE], {"business", "drug_wholesale"}),
        ([Goods("decoction_piece", "toxic")], {"business", "drug_wholesale"}),
        ([SWAB], {"business", "device_wholesale"}),
        ([SWAB, DIAZEPAM], {"business", "device_wholesale", "drug_wholesale"}),
        ([MORPHINE], {"business", "drug_wholesale", "controlled_drugs"}),
    ],
)
def test_goods_say_which_licences_their_seller_needs(goods: list[Goods], needed: set[str]) -> None:
    assert {kind.value for kind in needed_licences(goods)} == needed


def test_the_last_day_of_a_licence_still_counts() -> None:
    ensure_qualified("甲", {LicenceKind.BUSINESS: TODAY}, [LicenceKind.BUSINESS], on=TODAY)


@pytest.mark.parametrize("held", [{}, {LicenceKind.BUSINESS: TODAY - timedelta(days=1)}])
def test_a_supplier_without_a_valid_licence_is_refused(held: dict[LicenceKind, date]) -> None:
    with pytest.raises(SupplierNotQualified) as refusal:
        ensure_qualified("甲", held, [LicenceKind.BUSINESS], on=TODAY)
    assert refusal.value.data["licence"] == "business"


def test_nobody_pays_more_than_the_contract_says() -> None:
    ensure_price("阿莫西林", 960, 960)
    ensure_price("阿莫西林", 1, 960)
    ensure_price("阿莫西林", 99_999, None)
    with pytest.raises(PriceAboveContract):
        ensure_price("阿莫西林", 961, 960)


def test_a_volume_is_executed_in_whole_percent() -> None:
    assert executed_percent(99, 200) == 49
    assert executed_percent(300, 200) == 150
    assert executed_percent(5, 0) is None
