from app.kernel.ids import ItemId
from app.replenishment.rules import CentreStock, FacilityNeed, Need

EMPTY = CentreStock(available=0, arriving=0, on_order=0)


def at(
    facility: str = "渔渡",
    *,
    limits: tuple[int, int] = (100, 240),
    usable: int = 0,
    coming: int = 0,
    asked: int = 0,
) -> FacilityNeed:
    minimum, maximum = limits
    return FacilityNeed(
        facility=facility,
        per_month=100,
        minimum=minimum,
        maximum=maximum,
        usable=usable,
        coming=coming,
        asked=asked,
        units_per_pack=24,
    )


def of_county(*facilities: FacilityNeed, keep: int = 0, stock: CentreStock = EMPTY) -> Need:
    return Need(
        item_id=ItemId(1),
        per_month=200,
        wape=None,
        keep=keep,
        minimum=50,
        stock=stock,
        facilities=facilities,
        units_per_pack=24,
    )


def test_a_facility_fills_up_from_its_minimum_in_whole_packs() -> None:
    assert at(usable=40, coming=60).lacking == 144
    assert at(usable=41, coming=60).lacking == 0
    assert at().lacking == 240


def test_what_was_asked_for_counts_and_is_not_proposed_again() -> None:
    assert (at(usable=400, asked=24).proposed, at(usable=400, asked=24).lacking) == (0, 24)
    assert (at(asked=72).proposed, at(asked=72).lacking) == (168, 240)
    assert at(limits=(0, 0), asked=10).lacking == 10


def test_one_facilitys_surplus_does_not_fill_anothers_gap() -> None:
    assert of_county(at(usable=900), at("盐场", usable=100)).lacking == 144


def test_the_county_buys_what_is_required_and_neither_there_nor_coming() -> None:
    stock = CentreStock(available=30, arriving=20, on_order=48)
    need = of_county(at(), at("盐场", usable=100), keep=210, stock=stock)

    assert (need.lacking, need.required, need.net) == (384, 594, 496)
    assert (need.packs, need.quantity) == (21, 504)
    assert need.urgent


def test_a_full_centre_buys_nothing() -> None:
    full = CentreStock(available=10_000, arriving=0, on_order=0)
    need = of_county(at(), keep=210, stock=full)
    assert (need.net, need.packs, need.urgent) == (0, 0, False)
