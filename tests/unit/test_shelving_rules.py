import pytest

from app.purchasing.errors import PartsDiffer
from app.purchasing.rules import Part, split


def parts(**quantities: int | None) -> list[Part]:
    return [Part(place_code=code, quantity=quantity) for code, quantity in quantities.items()]


@pytest.mark.parametrize(
    ("wanted", "amounts"),
    [
        (parts(A=None), {"A": 240}),
        (parts(A=240), {"A": 240}),
        (parts(A=None, B=96), {"A": 144, "B": 96}),
        (parts(A=100, B=100, C=40), {"A": 100, "B": 100, "C": 40}),
    ],
)
def test_every_unit_goes_somewhere(wanted: list[Part], amounts: dict[str, int]) -> None:
    assert split("纱布", 240, wanted) == amounts


@pytest.mark.parametrize(
    "wanted",
    [
        parts(A=100),
        parts(A=200, B=41),
        parts(A=None, B=240),
        parts(A=None, B=300),
        parts(A=None, B=None),
        [*parts(A=120), *parts(A=120)],
        parts(A=240, B=0),
    ],
)
def test_parts_that_are_not_the_whole_are_refused(wanted: list[Part]) -> None:
    with pytest.raises(PartsDiffer):
        split("纱布", 240, wanted)
