from app.purchasing.rules import CentreStock, Cover, FacilityNeed, county_need, days_of_use


def at(
    facility: str = "渔渡", *, target: int = 150, usable: int = 0, coming: int = 0, asked: int = 0
) -> FacilityNeed:
    return FacilityNeed(
        facility=facility, amc=100, usable=usable, coming=coming, asked=asked, target=target
    )


def test_days_of_use_are_rounded_up() -> None:
    assert days_of_use(100, 45) == 150
    assert days_of_use(1, 1) == 1
    assert days_of_use(0, 45) == 0


def test_a_facility_lacks_its_target_less_what_it_has_and_gets() -> None:
    assert at(usable=40, coming=60).need == 50
    assert at(usable=400).need == 0


def test_what_a_facility_asked_for_counts_even_above_its_target() -> None:
    assert at(usable=400, asked=24).need == 24
    assert at(usable=140, asked=24).need == 24
    assert at(usable=100, asked=24).need == 50


def test_one_facilitys_surplus_does_not_fill_anothers_gap() -> None:
    need = county_need([at(usable=900), at(usable=100)], 0, CentreStock(), Cover(centre_days=0))
    assert need.clinics == 50


def test_the_county_buys_what_is_required_and_neither_there_nor_coming() -> None:
    stock = CentreStock(available=30, arriving=20, on_order=48)
    need = county_need([at(), at(usable=50)], 10, stock, Cover(centre_days=30))

    assert (need.amc, need.clinics, need.reserve, need.required) == (210, 250, 210, 460)
    assert need.net == 362
    assert need.packs(24) == 16


def test_a_full_centre_buys_nothing() -> None:
    need = county_need([at()], 0, CentreStock(available=10_000), Cover())
    assert (need.net, need.packs(24)) == (0, 0)
