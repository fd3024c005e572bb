import pytest

from app.kernel.quantities import amount_text, number_text, shown_unit


@pytest.mark.parametrize(
    ("quantity", "unit", "told"),
    [
        (0, "盒", "0 盒"),
        (12_345, "片", "12,345 片"),
        (0, "mg", "0 g"),
        (1, "mg", "0.001 g"),
        (1_000_000, "mg", "1,000 g"),
        (1_356_667, "mg", "1,356.667 g"),
        (-500, "mg", "-0.5 g"),
    ],
)
def test_people_read_decoction_pieces_by_the_gram(quantity: int, unit: str, told: str) -> None:
    assert amount_text(quantity, unit) == told
    assert f"{number_text(quantity, unit)} {shown_unit(unit)}" == told
