"""A line of a receipt is put away whole, in one bin or split over several."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from app.inventory import service as inventory
from app.inventory.models import Condition, Place, StockBalance, StockMove
from app.kernel.errors import DomainError
from app.purchasing import queries
from app.purchasing import service as purchasing
from app.purchasing.errors import NotOnLine, PartsDiffer, ScanTheCode
from app.purchasing.models import Receipt, ReceiptState
from app.purchasing.service import Count, Placement, ScanRequest
from app.traceability import service as traceability
from tests.factories.cast import Cast
from tests.factories.receiving import (
    a_bin,
    a_notice,
    an_order,
    announced,
    lines_of,
    pack_code,
)
from tests.factories.stock import NOW, an_item
from tests.racing import at_once

CARTONS = ("81110001000000000001", "81110001000000000002")


def accepted(session: Session, cast: Cast, *, coded: bool = False) -> Receipt:
    """Accept 240 of a lot, coded goods in two cartons; A-01 and B-02 are bins."""
    actor = cast.actor("storekeeper")
    item = an_item(session, coded=coded)
    order = an_order(session, actor, (item, 240))
    notice = [
        a_notice(item, packs=5, first=1 + 5 * number, carton=carton)
        for number, carton in enumerate(CARTONS)
    ]
    announced(session, actor, order, *notice)
    receipt = purchasing.open_receipt(session, actor, order.reference, now=NOW)
    (line,) = lines_of(session, receipt)
    if coded:
        for carton in CARTONS:
            scan = ScanRequest(code=carton)
            purchasing.scan(session, actor, receipt.reference, scan, now=NOW)
    else:
        count = Count(line_id=line.id, quantity=240)
        purchasing.count_line(session, actor, receipt.reference, count)
    purchasing.finish_count(session, actor, receipt.reference)
    purchasing.accept(session, actor, receipt.reference, None, now=NOW)
    for code in ("A-01", "B-02"):
        a_bin(session, actor.facility_id, code)
    return receipt


def put(
    session: Session, cast: Cast, receipt: Receipt, **parts: int | tuple[str, ...] | None
) -> Receipt:
    """Put the only line away: ``A_01=None`` gets the rest, a number so many, or these codes."""
    (line,) = lines_of(session, receipt)
    placements = [
        Placement(
            line_id=line.id,
            place_code=name.replace("_", "-"),
            quantity=part if isinstance(part, int) else None,
            codes=part if isinstance(part, tuple) else (),
        )
        for name, part in parts.items()
    ]
    actor = cast.actor("storekeeper")
    return purchasing.put_away(session, actor, (receipt.reference, placements), None, now=NOW)


def standing(session: Session) -> dict[tuple[str, str], int]:
    rows = session.execute(
        select(Place.code, StockBalance.condition, func.sum(StockBalance.on_hand))
        .join(Place, Place.id == StockBalance.place_id)
        .where(StockBalance.on_hand > 0)
        .group_by(Place.code, StockBalance.condition)
    )
    return {(code, condition.value): int(quantity) for code, condition, quantity in rows}


def test_a_line_is_split_over_bins_each_part_its_own_posting_leg(
    session: Session, cast: Cast
) -> None:
    receipt = accepted(session, cast)

    put(session, cast, receipt, A_01=None, B_02=96)

    assert standing(session) == {("A-01", "usable"): 144, ("B-02", "usable"): 96}
    assert receipt.state is ReceiptState.PUT_AWAY
    (row,) = queries.list_lines(session, receipt.id)
    assert row.placements == [
        {"place_code": "A-01", "quantity": 144},
        {"place_code": "B-02", "quantity": 96},
    ]
    legs = session.scalars(
        select(StockMove.quantity)
        .where(StockMove.line_kind == "receipt_placement", StockMove.quantity > 0)
        .order_by(StockMove.quantity)
    ).all()
    assert list(legs) == [96, 144]
    assert inventory.prove(session) == []


def test_parts_that_are_not_the_whole_line_move_nothing(session: Session, cast: Cast) -> None:
    receipt = accepted(session, cast)

    with pytest.raises(PartsDiffer), session.begin_nested():
        put(session, cast, receipt, A_01=100, B_02=96)

    assert standing(session) == {("RECEIVING", "usable"): 240}
    put(session, cast, receipt, A_01=144, B_02=96)


def test_coded_goods_are_split_by_their_codes(session: Session, cast: Cast) -> None:
    receipt = accepted(session, cast, coded=True)

    for wrong in ((pack_code(1),), ("81110001000000000009",)):
        with pytest.raises(NotOnLine), session.begin_nested():
            put(session, cast, receipt, A_01=None, B_02=wrong)
    with pytest.raises(ScanTheCode), session.begin_nested():
        put(session, cast, receipt, A_01=None, B_02=120)
    put(session, cast, receipt, A_01=None, B_02=CARTONS[1:])

    assert standing(session) == {("A-01", "usable"): 120, ("B-02", "usable"): 120}
    units = [traceability.get_unit(session, code) for code in (*CARTONS, pack_code(7))]
    places = traceability.place_of(session, [unit.id for unit in units])
    codes = [session.get_one(Place, places[unit.id]).code for unit in units]
    assert codes == ["A-01", "B-02", "B-02"]
    assert inventory.prove(session) == []


def test_goods_split_over_bins_are_released_where_they_lie(session: Session, cast: Cast) -> None:
    accepted(session, cast)
    quality = cast.actor("quality")
    purchasing.set_quarantine(session, quality, "S001", needed=True, now=NOW)
    other = quarantined(session, cast)
    put(session, cast, other, A_01=None, B_02=96)

    (line,) = lines_of(session, other)
    purchasing.release_line(session, quality, other.reference, line.id, now=NOW)

    assert standing(session) == {
        ("RECEIVING", "usable"): 240,
        ("A-01", "usable"): 144,
        ("B-02", "usable"): 96,
    }
    assert inventory.prove(session) == []


def quarantined(session: Session, cast: Cast) -> Receipt:
    """Accept goods of the supplier whose goods wait for quality."""
    actor = cast.actor("storekeeper")
    item = an_item(session)
    order = an_order(session, actor, (item, 240))
    announced(session, actor, order, a_notice(item, lot="Q1"))
    receipt = purchasing.open_receipt(session, actor, order.reference, now=NOW)
    (line,) = lines_of(session, receipt)
    assert line.condition is Condition.QUARANTINE
    count = Count(line_id=line.id, quantity=240)
    purchasing.count_line(session, actor, receipt.reference, count)
    purchasing.finish_count(session, actor, receipt.reference)
    return purchasing.accept(session, actor, receipt.reference, None, now=NOW)


def test_of_two_put_aways_at_once_one_moves_the_goods(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    with rivals.begin() as session:
        receipt = accepted(session, racing_cast)

    def place() -> str:
        try:
            with rivals.begin() as session:
                put(session, racing_cast, receipt, A_01=None, B_02=96)
                return "placed"
        except DomainError as refusal:
            return refusal.code

    answers = at_once(place, rivals=4)

    assert sorted(answers) == ["placed"] + ["receipt-state-changed"] * 3
    with rivals() as session:
        assert standing(session) == {("A-01", "usable"): 144, ("B-02", "usable"): 96}
