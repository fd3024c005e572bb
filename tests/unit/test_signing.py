from datetime import date

import pytest

from app.kernel.signing import Printed, SealVerdict, Signer

OURS = Signer.derive("a secret of this county", "labels")
LABEL = Printed("TT-20261130-0001", ("RQ-20261130-0007", "渔渡"), date(2026, 12, 31))


def judged(seal: str, code: str = LABEL.code, *, on: date = LABEL.until) -> SealVerdict:
    return OURS.judge(seal, code, LABEL.content, on=on)


def test_our_own_seal_holds_to_the_end_of_its_last_day() -> None:
    seal = OURS.seal(LABEL)

    assert judged(seal) is SealVerdict.GENUINE
    assert judged(seal, on=date(2027, 1, 1)) is SealVerdict.EXPIRED


@pytest.mark.parametrize(
    "signer",
    [
        Signer.derive("a secret of another county", "labels"),
        Signer.derive("a secret of this county", "delivery sheets"),
    ],
)
def test_a_seal_of_another_county_or_purpose_is_foreign(signer: Signer) -> None:
    assert judged(signer.seal(LABEL)) is SealVerdict.FOREIGN


def test_a_seal_belongs_to_one_code() -> None:
    assert judged(OURS.seal(LABEL), "TT-20261130-0002") is SealVerdict.FOREIGN


def test_no_part_of_a_seal_can_be_changed() -> None:
    seal = OURS.seal(LABEL)
    bent = [
        seal[:at] + other + seal[at + 1 :]
        for at, sign in enumerate(seal)
        for other in ("2", "7")
        if other != sign
    ]

    assert {judged(one) for one in [*bent, "", seal[:-1], f"{seal}A", seal.lower()]} == {
        SealVerdict.FOREIGN
    }


def test_a_label_of_what_the_thing_once_was_is_outdated() -> None:
    earlier = Printed(LABEL.code, ("RQ-20261130-0006", "渔渡"), LABEL.until)

    assert judged(OURS.seal(earlier)) is SealVerdict.OUTDATED


def test_contents_cannot_be_cut_another_way() -> None:
    other = Printed(LABEL.code, ("RQ-20261130-0007渔", "渡"), LABEL.until)

    assert judged(OURS.seal(other)) is SealVerdict.OUTDATED
