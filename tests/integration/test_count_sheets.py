"""A stock count comes in by sheet: blind, wholly or not at all, each row with its own time."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.counting import service as counting
from app.counting.errors import CodesNeeded, CountedTooLate, SheetStateChanged
from app.counting.models import CountEntry, CountSheet
from app.counting.service import Tally
from app.exchange import documents, service
from app.exchange.models import ImportState, SheetImport
from app.exchange.rules import TOLD_BESIDE, FaultCode, ImportKind
from app.exchange.service import Upload
from app.kernel.errors import NotFound
from app.kernel.local_time import local
from app.kernel.sheets import Cell
from tests.factories.cast import Cast
from tests.factories.counting import a_count, enter, lines_of, typed
from tests.factories.packs import received
from tests.factories.sheets import HEADINGS, a_sheet, cells_of
from tests.factories.stock import NOW, a_lot, an_item, stocked

AT = local(NOW + timedelta(minutes=10)).replace(tzinfo=None)
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def sheet(session: Session, cast: Cast) -> CountSheet:
    """Two lots on the clinic's shelf, 240 and 48 base units, being counted."""
    clinic, item = cast.actor("clinic"), an_item(session)
    stocked(session, clinic, a_lot(session, item, "A1"), 240)
    stocked(session, clinic, a_lot(session, item, "A2"), 48)
    return a_count(session, clinic, now=NOW)


def sent(session: Session, cast: Cast, sheet: CountSheet, *rows: Sequence[Cell]) -> SheetImport:
    upload = Upload(
        kind=ImportKind.COUNT,
        file_name="盘点.xlsx",
        digest=f"{len(rows)}{rows}"[:60],
        sheet=a_sheet(HEADINGS[ImportKind.COUNT], *rows),
        target=sheet.reference,
    )
    return service.upload(session, cast.actor("clinic"), upload, now=LATER)


def row(
    session: Session, sheet: CountSheet, place: int, *given: Cell, code: str = ""
) -> list[Cell]:
    line = lines_of(session, sheet)[place]
    return [line.id, code or line.item_code, line.item_name, line.lot_number, *given]


def faults_of(found: SheetImport) -> list[tuple[int, FaultCode]]:
    return [(fault.row, fault.code) for fault in service.view_of(found).faults]


def test_a_blind_sheet_goes_out_and_comes_back_with_its_own_times(
    session: Session, cast: Cast, sheet: CountSheet
) -> None:
    headings, *rows = cells_of(documents.count_sheet(lines_of(session, sheet)))
    found = sent(
        session,
        cast,
        sheet,
        row(session, sheet, 0, 9, 20, AT),
        row(session, sheet, 1, None, 48, f"{AT + timedelta(minutes=5):%Y-%m-%d %H:%M}"),
    )

    assert headings[:4] == ("行号*", "药品编码*", "药品名称", "批号*")
    assert [value[4:7] for value in rows] == [(None, None, None)] * 2
    assert not any(240 in value or 48 in value for value in rows)
    assert (found.state, faults_of(found)) == (ImportState.READY, [])
    beside = {heading.removesuffix("*") for heading in headings} - set(HEADINGS[ImportKind.COUNT])
    assert beside == TOLD_BESIDE[ImportKind.COUNT]
    assert [line.counted for line in lines_of(session, sheet)] == [None, None]

    service.confirm(session, cast.actor("clinic"), found.reference, now=LATER)

    lines = lines_of(session, sheet)
    assert [line.counted for line in lines] == [236, 48]
    assert [line.counted_at for line in lines] == [
        NOW + timedelta(minutes=10),
        NOW + timedelta(minutes=15),
    ]
    counting.finish(session, cast.actor("clinic"), sheet.reference, now=LATER)
    assert [one.difference for one in counting.differences(session, sheet)] == [-4, 0]


def test_every_bad_row_is_told_and_nothing_changes(
    session: Session, cast: Cast, sheet: CountSheet
) -> None:
    good = row(session, sheet, 0, 10, 0, AT)
    found = sent(
        session,
        cast,
        sheet,
        good,
        good,
        row(session, sheet, 1, 1, 0, None),
        row(session, sheet, 1, None, None, AT),
        row(session, sheet, 1, 1, 0, AT - timedelta(days=1)),
        row(session, sheet, 1, 1, 0, "今天上午"),
        row(session, sheet, 1, 1, 0, AT, code="W9"),
        [2**40, "W1", None, "A1", 1, 0, AT],
        row(session, sheet, 1, None, None, None),
    )

    assert found.state is ImportState.REFUSED
    assert [(number, code) for number, code in faults_of(found) if code is not FaultCode.TWICE] == [
        (4, FaultCode.MISSING),
        (5, FaultCode.MISSING),
        (6, FaultCode.NOT_COUNTABLE),
        (7, FaultCode.NOT_A_MOMENT),
        (8, FaultCode.OTHER_LINE),
        (9, FaultCode.UNKNOWN_LINE),
    ]
    assert session.scalars(select(CountEntry.id)).all() == []


def test_coded_goods_and_other_peoples_counts_do_not_come_in_by_sheet(
    session: Session, cast: Cast, sheet: CountSheet
) -> None:
    keeper = cast.actor("storekeeper")
    coded = an_item(session, coded=True)
    received(session, keeper, a_lot(session, coded), coded, 1)
    theirs = a_count(session, keeper, now=NOW)
    (line,) = lines_of(session, theirs)

    with pytest.raises(NotFound):
        sent(session, cast, theirs, [line.id, line.item_code, None, line.lot_number, 1, 0, AT])
    told, at = (theirs.reference, "IM-1"), NOW + timedelta(minutes=10)
    yesterday = NOW - timedelta(days=1)
    for refusal, tally in (
        (CodesNeeded, Tally(line=line.id, quantity=24, counted_at=at)),
        (CountedTooLate, Tally(line=line.id, quantity=0, counted_at=yesterday)),
        (NotFound, Tally(line=2**40, quantity=0, counted_at=at)),
    ):
        with pytest.raises(refusal):
            counting.enter_sheet(session, keeper, told, [tally], now=LATER)


def test_a_later_count_by_hand_stays_and_a_finished_count_takes_no_sheet(
    session: Session, cast: Cast, sheet: CountSheet
) -> None:
    clinic, (first, second) = cast.actor("clinic"), lines_of(session, sheet)
    found = sent(session, cast, sheet, row(session, sheet, 0, 10, 0, AT))
    by_hand = NOW + timedelta(minutes=30)
    enter(session, clinic, typed(sheet, first, 230, by_hand), now=LATER)

    service.confirm(session, clinic, found.reference, now=LATER)

    assert [line.counted for line in lines_of(session, sheet)] == [230, None]
    assert len(session.scalars(select(CountEntry.id)).all()) == 2
    enter(session, clinic, typed(sheet, second, 48, by_hand), now=LATER)
    counting.finish(session, clinic, sheet.reference, now=LATER)
    with pytest.raises(SheetStateChanged):
        sent(session, cast, sheet, row(session, sheet, 0, 11, 0, AT))
