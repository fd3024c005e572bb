import pytest

from app.catalogue.models import PackScheme
from app.kernel.db import NumberedEnum
from app.traceability.models import BizStep, Disposition, UnitLevel

RELEASED: dict[type[NumberedEnum], dict[str, int]] = {
    PackScheme: {"cn20": 1, "goods": 2, "own": 3},
    UnitLevel: {"pack": 1, "carton": 2, "tote": 3},
    Disposition: {
        "announced": 1,
        "in_stock": 2,
        "in_transit": 3,
        "partially_dispensed": 4,
        "dispensed": 5,
        "written_off": 6,
        "destroyed": 7,
        "lost": 8,
        "sent_back": 9,
        "quarantine": 10,
        "returned_pending": 11,
        "sampled": 12,
        "replaced": 13,
    },
    BizStep: {
        "announcing": 1,
        "receiving": 2,
        "storing": 3,
        "counting": 4,
        "picking": 5,
        "packing": 6,
        "unpacking": 7,
        "loading": 8,
        "arriving": 9,
        "accepting": 10,
        "returning": 11,
        "dispensing": 12,
        "holding": 13,
        "writing_off": 14,
        "destroying": 15,
    },
}
"""Numbers that databases out there hold; new words are added, none is ever changed."""


@pytest.mark.parametrize("kind", RELEASED, ids=lambda kind: kind.__name__)
def test_a_word_keeps_the_number_by_which_it_is_stored(kind: type[NumberedEnum]) -> None:
    numbers = {member.value: member.number for member in kind}

    assert RELEASED[kind].items() <= numbers.items()
    assert len(set(numbers.values())) == len(numbers)


@pytest.mark.parametrize("kind", NumberedEnum.__subclasses__(), ids=lambda kind: kind.__name__)
def test_every_stored_word_is_pinned_here(kind: type[NumberedEnum]) -> None:
    assert {member.value for member in kind} == set(RELEASED[kind])
