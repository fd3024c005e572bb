from datetime import date

import pytest

from app.kernel.sealing import Vault
from app.patients import rules
from app.patients.rules import Sex

VALID = "11010519491231002X"


def test_the_standards_example_number_is_valid() -> None:
    assert rules.is_citizen_number(VALID)
    assert rules.birth_date_in(VALID) == date(1949, 12, 31)
    assert rules.sex_in(VALID) is Sex.FEMALE


@pytest.mark.parametrize(
    "number",
    [
        "",
        "110105194912310021",
        "11010519491331002X",
        VALID[:17],
        VALID.lower(),
        "１1010519491231002X",
    ],
)
def test_wrong_numbers_are_refused(number: str) -> None:
    assert not rules.is_citizen_number(number)


def test_masks_leave_only_the_ends() -> None:
    assert rules.masked_number(VALID) == "110***********002X"
    assert rules.masked_phone("13800001234") == "138****1234"
    assert rules.masked_phone("1234") == "****"


def test_age_counts_completed_years() -> None:
    assert rules.age_on(date(2000, 2, 29), date(2026, 2, 28)) == 25
    assert rules.age_on(date(2000, 2, 29), date(2026, 3, 1)) == 26


def test_nobody_is_born_tomorrow_or_in_another_age() -> None:
    today = date(2026, 11, 22)

    assert rules.is_possible_birth(today, today)
    assert not rules.is_possible_birth(date(2026, 11, 23), today)
    assert not rules.is_possible_birth(date(1890, 1, 1), today)


def test_a_sealed_number_opens_again_and_tells_nothing() -> None:
    vault = Vault.derive("secret", "patients")
    sealed = vault.seal(VALID)

    assert vault.open(sealed) == VALID
    assert VALID.encode() not in sealed
    assert vault.seal(VALID) != sealed
    assert vault.index(VALID) == Vault.derive("secret", "patients").index(VALID)
    assert vault.index(VALID) != Vault.derive("another", "patients").index(VALID)
