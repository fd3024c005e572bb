from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.catalogue.models import SpecialClass
from app.counting import service as counting
from app.counting.errors import (
    CountChanged,
    CounterApproves,
    CountOvertaken,
    LinesNotCounted,
    RecountNeeded,
    SecondPersonNeeded,
    SheetStateChanged,
)
from app.counting.rules import Policy, SheetState
from app.counting.service import FoundLot
from app.inventory import service as inventory
from app.inventory.models import StockPosting
from app.kernel.errors import NotFound
from tests.factories.cast import Cast
from tests.factories.counting import (
    a_count,
    approval_of,
    enter,
    lines_of,
    scanned,
    sold,
    typed,
)
from tests.factories.packs import CARTON, received
from tests.factories.stock import LATER, NOW, a_lot, an_item, spot, stocked

MINUTE = timedelta(minutes=1)


def on_hand(session: Session, place: int) -> int:
    found = session.scalar(
        text("SELECT coalesce(sum(on_hand), 0) FROM stock_balance WHERE place_id = :place"),
        {"place": place},
    )
    return int(found or 0)


def test_a_difference_is_posted_against_the_moment_it_was_counted(
    session: Session, cast: Cast
) -> None:
    keeper, approver = cast.actor("storekeeper"), cast.actor("pharmacist")
    lot = a_lot(session, an_item(session))
    stocked(session, keeper, lot, 1_000)
    sheet = a_count(session, keeper, now=NOW)
    (line,) = lines_of(session, sheet)
    enter(session, keeper, typed(sheet, line, 990, NOW + MINUTE), now=NOW + MINUTE)
    sold(session, keeper, (lot, 300, "sold"), now=NOW + 2 * MINUTE)
    counting.finish(session, keeper, sheet.reference, now=NOW + 3 * MINUTE)

    (shown,) = counting.differences(session, sheet)
    done = counting.approve(
        session, approver, approval_of(session, sheet), None, now=NOW + 4 * MINUTE
    )

    assert (shown.book, shown.difference, shown.value_fen) == (1_000, -10, -400)
    assert done.state is SheetState.POSTED
    assert on_hand(session, spot(session, keeper.facility_id).place_id) == 690
    posting = session.query(StockPosting).filter_by(kind="count").one()
    assert (posting.occurred_at, posting.recorded_at) == (NOW + MINUTE, NOW + 4 * MINUTE)
    assert inventory.prove(session) == []


def test_a_count_is_posted_once_and_never_by_who_counted(session: Session, cast: Cast) -> None:
    keeper, approver = cast.actor("storekeeper"), cast.actor("pharmacist")
    stocked(session, keeper, a_lot(session, an_item(session)), 100)
    sheet = a_count(session, keeper, now=NOW)
    enter(session, approver, typed(sheet, lines_of(session, sheet)[0], 99, NOW), now=NOW)
    counting.finish(session, keeper, sheet.reference, now=NOW)
    approval = approval_of(session, sheet)

    for counter in (keeper, approver):
        with pytest.raises(CounterApproves), session.begin_nested():
            counting.approve(session, counter, approval, None, now=NOW)
    quality = cast.actor("quality")
    counting.approve(session, quality, approval, None, now=NOW)
    with pytest.raises(SheetStateChanged), session.begin_nested():
        counting.approve(session, quality, approval, None, now=NOW)

    assert on_hand(session, spot(session, keeper.facility_id).place_id) == 99
    assert inventory.prove(session) == []


def test_what_was_traded_since_may_forbid_the_difference(session: Session, cast: Cast) -> None:
    keeper, approver = cast.actor("storekeeper"), cast.actor("pharmacist")
    lot = a_lot(session, an_item(session))
    stocked(session, keeper, lot, 1_000)
    sheet = a_count(session, keeper, now=NOW)
    (line,) = lines_of(session, sheet)
    enter(session, keeper, typed(sheet, line, 985, NOW + MINUTE), now=NOW + MINUTE)
    sold(session, keeper, (lot, 990, "sold"), now=NOW + 2 * MINUTE)
    counting.finish(session, keeper, sheet.reference, now=NOW + 3 * MINUTE)

    with pytest.raises(CountOvertaken) as told, session.begin_nested():
        counting.approve(session, approver, approval_of(session, sheet), None, now=NOW + 4 * MINUTE)

    assert told.value.data["lot"] == "A1"
    assert on_hand(session, spot(session, keeper.facility_id).place_id) == 10
    counting.ask_recount(session, approver, (sheet.reference, [line.id]), now=NOW + 5 * MINUTE)
    enter(session, keeper, typed(sheet, line, 9, NOW + 6 * MINUTE), now=NOW + 6 * MINUTE)
    counting.finish(session, keeper, sheet.reference, now=NOW + 7 * MINUTE)
    counting.approve(session, approver, approval_of(session, sheet), None, now=NOW + 8 * MINUTE)
    assert on_hand(session, spot(session, keeper.facility_id).place_id) == 9
    assert inventory.prove(session) == []


def test_an_older_count_does_not_undo_a_newer_one(session: Session, cast: Cast) -> None:
    keeper, approver = cast.actor("storekeeper"), cast.actor("pharmacist")
    stocked(session, keeper, a_lot(session, an_item(session)), 1_000)
    sheets = [a_count(session, keeper, now=NOW) for _ in range(2)]
    for number, sheet in enumerate(sheets):
        at = NOW + (number + 1) * MINUTE
        enter(session, keeper, typed(sheet, lines_of(session, sheet)[0], 998, at), now=at)
        counting.finish(session, keeper, sheet.reference, now=at)
    older, newer = sheets
    later = NOW + 5 * MINUTE

    counting.approve(session, approver, approval_of(session, newer), None, now=later)

    with pytest.raises(CountOvertaken), session.begin_nested():
        counting.approve(session, approver, approval_of(session, older), None, now=later)
    assert on_hand(session, spot(session, keeper.facility_id).place_id) == 998


def test_a_difference_above_the_tolerance_is_counted_again(session: Session, cast: Cast) -> None:
    keeper, approver = cast.actor("storekeeper"), cast.actor("pharmacist")
    stocked(session, keeper, a_lot(session, an_item(session)), 1_000)
    sheet = a_count(session, keeper, now=NOW)
    (line,) = lines_of(session, sheet)
    enter(session, keeper, typed(sheet, line, 900, NOW), now=NOW)
    counting.finish(session, keeper, sheet.reference, now=NOW)

    with pytest.raises(RecountNeeded), session.begin_nested():
        counting.approve(session, approver, approval_of(session, sheet), None, now=NOW)
    counting.ask_recount(session, approver, (sheet.reference, [line.id]), now=NOW + 10 * MINUTE)
    stale = enter(session, keeper, typed(sheet, line, 900, NOW), now=NOW + 20 * MINUTE)
    again = NOW + 21 * MINUTE
    enter(session, keeper, typed(sheet, line, 900, again), now=again)
    counting.finish(session, keeper, sheet.reference, now=again)
    counting.approve(session, approver, approval_of(session, sheet), None, now=again)

    assert stale[0].refusal == "count-time-outside"
    assert on_hand(session, spot(session, keeper.facility_id).place_id) == 900


def test_an_approver_approves_what_they_saw(session: Session, cast: Cast) -> None:
    keeper, approver = cast.actor("storekeeper"), cast.actor("pharmacist")
    lot = a_lot(session, an_item(session))
    stocked(session, keeper, lot, 1_000, now=NOW - 5 * MINUTE)
    sheet = a_count(session, keeper, now=NOW)
    enter(session, keeper, typed(sheet, lines_of(session, sheet)[0], 990, NOW), now=NOW)
    counting.finish(session, keeper, sheet.reference, now=NOW)
    shown = approval_of(session, sheet)
    sold(session, keeper, (lot, 5, "back-dated"), now=NOW - MINUTE)

    with pytest.raises(CountChanged), session.begin_nested():
        counting.approve(session, approver, shown, None, now=NOW + MINUTE)


def test_a_repeated_count_changes_nothing(session: Session, cast: Cast) -> None:
    keeper = cast.actor("storekeeper")
    stocked(session, keeper, a_lot(session, an_item(session)), 100)
    sheet = a_count(session, keeper, now=NOW)
    (line,) = lines_of(session, sheet)
    event = typed(sheet, line, 97, NOW)

    answers = [enter(session, keeper, event, now=NOW)[0].outcome.value for _ in range(2)]
    earlier = typed(sheet, line, 50, NOW - MINUTE)
    enter(session, keeper, earlier, now=NOW)

    assert answers == ["accepted", "duplicate"]
    assert lines_of(session, sheet)[0].counted == 97


def test_every_line_is_counted_before_the_sheet_is_closed(session: Session, cast: Cast) -> None:
    keeper = cast.actor("storekeeper")
    stocked(session, keeper, a_lot(session, an_item(session)), 100)
    sheet = a_count(session, keeper, now=NOW)

    with pytest.raises(LinesNotCounted), session.begin_nested():
        counting.finish(session, keeper, sheet.reference, now=NOW)


def test_controlled_medicines_tolerate_nothing_and_need_two_people(
    session: Session, cast: Cast
) -> None:
    keeper, approver = cast.actor("storekeeper"), cast.actor("pharmacist")
    item = an_item(session, "吗啡注射液", special=SpecialClass.NARCOTIC)
    stocked(session, keeper, a_lot(session, item), 1_000)
    sheet = a_count(session, keeper, now=NOW)
    (line,) = lines_of(session, sheet)
    enter(session, keeper, typed(sheet, line, 999, NOW), now=NOW)
    counting.finish(session, keeper, sheet.reference, now=NOW)

    (shown,) = counting.differences(session, sheet)
    with pytest.raises(SecondPersonNeeded), session.begin_nested():
        counting.approve(session, approver, approval_of(session, sheet), None, now=NOW)

    assert shown.needs_recount


def test_a_lot_nobody_had_in_the_book_is_added_and_posted(session: Session, cast: Cast) -> None:
    clinic, approver = cast.actor("clinic"), cast.actor("pharmacist")
    item = an_item(session)
    stocked(session, clinic, a_lot(session, item), 24)
    sheet = a_count(session, clinic, now=NOW)
    enter(session, clinic, typed(sheet, lines_of(session, sheet)[0], 24, NOW), now=NOW)
    label = FoundLot(
        bin="MAIN",
        item_code=item.code,
        maker="示范制药",
        lot_number="z9",
        expires_on=LATER,
        packs=1,
        loose=2,
    )
    for _ in range(2):
        counting.add_found_lot(session, clinic, (sheet.reference, label), "found-1", now=NOW)
    counting.finish(session, clinic, sheet.reference, now=NOW)
    counting.ask_recount(
        session,
        approver,
        (sheet.reference, [row.id for row in lines_of(session, sheet) if row.found]),
        now=NOW,
    )
    counting.add_found_lot(session, clinic, (sheet.reference, label), "found-2", now=NOW)
    counting.finish(session, clinic, sheet.reference, now=NOW)

    counting.approve(session, approver, approval_of(session, sheet), None, now=NOW)

    assert on_hand(session, spot(session, clinic.facility_id).place_id) == 50
    assert inventory.prove(session) == []


def test_coded_goods_are_counted_by_codes_and_missing_ones_are_named(
    session: Session, cast: Cast
) -> None:
    keeper, approver = cast.actor("storekeeper"), cast.actor("pharmacist")
    item = an_item(session, coded=True)
    packs = received(session, keeper, a_lot(session, item), item)
    start = NOW + MINUTE
    sheet = a_count(session, keeper, now=start)
    (line,) = lines_of(session, sheet)

    answers = enter(
        session,
        keeper,
        *(scanned(sheet, pack.code, start) for pack in packs[:3]),
        scanned(sheet, packs[0].code, start),
        typed(sheet, line, 72, start),
        now=start,
    )
    counting.finish(session, keeper, sheet.reference, now=start)
    (shown,) = counting.differences(session, sheet)
    counting.ask_recount(session, approver, (sheet.reference, [line.id]), now=start)
    enter(session, keeper, *(scanned(sheet, pack.code, start) for pack in packs[:3]), now=start)
    counting.finish(session, keeper, sheet.reference, now=start)
    counting.approve(session, approver, approval_of(session, sheet), None, now=start + MINUTE)

    told = [answer.refusal or answer.outcome.value for answer in answers]
    assert told == ["accepted"] * 3 + ["duplicate", "count-by-codes"]
    assert [pack.code for pack in shown.missing] == [packs[3].code]
    assert lines_of(session, sheet)[0].missing_codes == [packs[3].code]
    assert on_hand(session, spot(session, keeper.facility_id).place_id) == 72
    assert inventory.prove(session) == []


def test_a_pack_missed_once_is_found_again_and_a_carton_counts_its_packs(
    session: Session, cast: Cast
) -> None:
    keeper, approver = cast.actor("storekeeper"), cast.actor("pharmacist")
    item = an_item(session, coded=True)
    packs = received(session, keeper, a_lot(session, item), item)
    at = NOW + MINUTE
    counting.change_policy(
        session,
        keeper,
        keeper.facility_id,
        Policy(tolerance_percent=100, tolerance_fen=10_000_000),
        now=NOW,
    )
    codes = [[pack.code for pack in packs[:2]], [CARTON, packs[2].code, packs[3].code]]
    for wave in codes:
        sheet = a_count(session, keeper, now=at)
        enter(session, keeper, *(scanned(sheet, code, at) for code in wave), now=at)
        counting.finish(session, keeper, sheet.reference, now=at)
        approval = approval_of(session, sheet)
        counting.approve(session, approver, approval, None, now=at + MINUTE)
        at += 2 * MINUTE

    assert on_hand(session, spot(session, keeper.facility_id).place_id) == 96
    assert inventory.prove(session) == []


def test_another_facilitys_count_does_not_exist(session: Session, cast: Cast) -> None:
    clinic = cast.actor("clinic")
    stocked(session, clinic, a_lot(session, an_item(session)), 24)
    sheet = a_count(session, clinic, now=NOW)
    (line,) = lines_of(session, sheet)

    answers = enter(session, cast.actor("outsider"), typed(sheet, line, 1, NOW), now=NOW)

    assert answers[0].refusal == "not-found"
    with pytest.raises(NotFound):
        counting.get_sheet(session, cast.actor("outsider"), sheet.reference)


def test_the_plan_proposes_what_is_due_once_a_day(session: Session, cast: Cast) -> None:
    clinic = cast.actor("clinic")
    dear, cheap = an_item(session, "甲"), an_item(session, "乙")
    lots = [a_lot(session, item) for item in (dear, cheap)]
    for lot in lots:
        stocked(session, clinic, lot, 1_000, now=NOW - timedelta(days=1))
    sold(session, clinic, (lots[0], 500, "used"), now=NOW)
    counting.change_policy(session, clinic, clinic.facility_id, Policy(items_a_day=1), now=NOW)

    proposed = counting.propose(session, clinic.facility_id, now=NOW)
    again = counting.propose(session, clinic.facility_id, now=NOW)

    assert proposed is not None
    assert again is None
    assert [line.item_id for line in lines_of(session, proposed)] == [dear.id]
    counting.start(session, clinic, proposed.reference, now=NOW)
    enter(session, clinic, typed(proposed, lines_of(session, proposed)[0], 500, NOW), now=NOW)
    counting.finish(session, clinic, proposed.reference, now=NOW)
    approver = cast.actor("pharmacist")
    counting.approve(session, approver, approval_of(session, proposed, ""), None, now=NOW)
    tomorrow = counting.propose(session, clinic.facility_id, now=NOW + timedelta(days=1))
    assert tomorrow is not None
    assert [line.item_id for line in lines_of(session, tomorrow)] == [cheap.id]
    assert counting.propose_all(session, now=NOW + timedelta(days=1)) == 0
