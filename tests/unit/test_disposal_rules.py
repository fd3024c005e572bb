from datetime import date

import pytest

from app.disposal.rules import (
    LossReason,
    Waiting,
    is_day_of_destruction,
    needs_authority,
    needs_words,
    split_coded,
)
from app.kernel.ids import LotId, PlaceId, UnitId
from app.traceability.rules import PacksWanted, ScannedPack, assign_packs

TODAY = date(2026, 11, 23)


def waiting(
    left: int = 10, *, since: date = TODAY, coded: bool = False, controlled: bool = False
) -> Waiting:
    return Waiting(
        line_id=1,
        item_name="药",
        left=left,
        since=since,
        is_coded=coded,
        is_controlled=controlled,
    )


def a_pack(number: int, remaining: int, *, place: int = 1, lot: int = 1) -> ScannedPack:
    return ScannedPack(
        unit_id=UnitId(number),
        code=str(number),
        place_id=PlaceId(place),
        lot_id=LotId(lot),
        remaining=remaining,
    )


def wanted(line: int, quantity: int, *, place: int = 1, lot: int = 1) -> PacksWanted:
    return PacksWanted(
        line=line, item_name="药", place_id=PlaceId(place), lot_id=LotId(lot), quantity=quantity
    )


def test_only_lost_goods_leave_nothing_to_destroy() -> None:
    assert [reason for reason in LossReason if not reason.leaves_goods] == [LossReason.LOST]


@pytest.mark.parametrize(
    ("reason", "note", "needed"),
    [
        (LossReason.OTHER, " ", True),
        (LossReason.OTHER, "鼠咬", False),
        (LossReason.EXPIRED, "", False),
    ],
)
def test_another_reason_is_told_in_words(reason: LossReason, note: str, *, needed: bool) -> None:
    assert needs_words(reason, note) is needed


@pytest.mark.parametrize(
    ("day", "since", "right"),
    [
        (TODAY, TODAY, True),
        (date(2026, 11, 24), TODAY, False),
        (date(2026, 11, 22), TODAY, False),
        (date(2026, 11, 22), date(2026, 11, 20), True),
    ],
)
def test_goods_are_destroyed_after_they_were_written_off_and_not_ahead(
    day: date, since: date, *, right: bool
) -> None:
    assert is_day_of_destruction(day, [waiting(since=since)], today=TODAY) is right


def test_coded_packs_of_a_line_stay_together() -> None:
    assert split_coded(waiting(24, coded=True), 12)
    assert not split_coded(waiting(24, coded=True), 24)
    assert not split_coded(waiting(24), 12)


def test_the_health_authority_watches_controlled_medicines() -> None:
    controlled = [waiting(), waiting(controlled=True)]

    assert needs_authority(controlled, "王某", " ")
    assert not needs_authority(controlled, "王某", "卫健局药政股股长")
    assert not needs_authority([waiting()], "", "")


def test_each_pack_goes_to_a_line_of_its_place_and_lot_with_room() -> None:
    packs = [a_pack(1, 10), a_pack(2, 24), a_pack(3, 24, lot=2), a_pack(4, 24)]
    lines = [wanted(7, 34), wanted(8, 24, lot=2), wanted(9, 24)]

    found = assign_packs(packs, lines)

    codes = {line: sorted(pack.code for pack in packs) for line, packs in found.packs.items()}
    assert codes == {7: ["1", "2"], 8: ["3"], 9: ["4"]}
    assert (found.strays, set(found.lacking.values())) == ([], {0})


def test_packs_that_fit_nowhere_are_strays_and_missing_ones_are_counted() -> None:
    packs = [a_pack(1, 24), a_pack(2, 24, place=2), a_pack(3, 0), a_pack(4, 24)]

    found = assign_packs(packs, [wanted(7, 30)])

    assert [pack.code for pack in found.strays] == ["2", "4", "3"]
    assert found.lacking == {7: 6}
