import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.inventory.models import Place, StockBalance
from app.kernel.errors import NotFound
from app.purchasing import service as purchasing
from app.purchasing.errors import ReceiptOpen, ReceiptStateChanged
from app.purchasing.models import (
    OrderState,
    PurchaseOrder,
    Receipt,
    ReceiptState,
    ScanOutcome,
)
from app.purchasing.service import NoticeLine, PackCode, Placement, ScanRequest
from app.traceability import service as traceability
from app.traceability.errors import (
    LotMismatch,
    NotATraceCode,
    NotHere,
    NotShippedHere,
    ParentChildMix,
    UnknownCode,
    WrongItem,
)
from app.traceability.models import TraceEvent
from app.traceability.queries import named_units
from tests.factories.cast import Cast
from tests.factories.receiving import (
    CARTON,
    a_bin,
    a_label,
    a_notice,
    an_order,
    announced,
    lines_of,
    pack_code,
)
from tests.factories.stock import NOW, an_item


def a_receipt(session: Session, cast: Cast, *, packs: int = 10) -> Receipt:
    """Open a receipt for a carton of coded packs that the supplier announced."""
    actor = cast.actor("storekeeper")
    item = an_item(session, coded=True)
    order = an_order(session, actor, (item, packs * item.units_per_pack))
    announced(session, actor, order, a_notice(item, packs=packs))
    return purchasing.open_receipt(session, actor, order.reference, now=NOW)


def scan(session: Session, cast: Cast, receipt: Receipt, code: str) -> purchasing.Scanned:
    actor = cast.actor("storekeeper")
    return purchasing.scan(session, actor, receipt.reference, ScanRequest(code=code), now=NOW)


def test_a_carton_counts_all_its_packs(session: Session, cast: Cast) -> None:
    receipt = a_receipt(session, cast)

    answer = scan(session, cast, receipt, CARTON)

    assert answer.scan.outcome is ScanOutcome.ACCEPTED
    assert answer.line.first_count == answer.line.expected == 240


def test_a_pack_counted_in_its_carton_is_already_done(session: Session, cast: Cast) -> None:
    receipt = a_receipt(session, cast)
    scan(session, cast, receipt, CARTON)

    again = scan(session, cast, receipt, pack_code(3))
    carton_again = scan(session, cast, receipt, CARTON)

    assert again.scan.outcome is ScanOutcome.DUPLICATE
    assert carton_again.scan.outcome is ScanOutcome.DUPLICATE
    assert lines_of(session, receipt)[0].first_count == 240


def test_a_carton_is_refused_after_some_of_its_packs(session: Session, cast: Cast) -> None:
    receipt = a_receipt(session, cast)
    scan(session, cast, receipt, pack_code(1))

    with pytest.raises(ParentChildMix):
        scan(session, cast, receipt, CARTON)

    assert lines_of(session, receipt)[0].first_count == 24


def test_an_undone_scan_counts_no_more_and_may_be_made_again(session: Session, cast: Cast) -> None:
    receipt = a_receipt(session, cast)
    first = scan(session, cast, receipt, CARTON)

    actor = cast.actor("storekeeper")
    line = purchasing.undo_scan(session, actor, receipt.reference, first.scan.id)

    assert line.first_count == 0
    assert scan(session, cast, receipt, CARTON).line.first_count == 240


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        ("89990009999999999999", UnknownCode),
        ("6901234567892", NotATraceCode),
        ("gibberish", UnknownCode),
    ],
)
def test_what_the_supplier_did_not_announce_is_refused(
    session: Session, cast: Cast, code: str, refusal: type[Exception]
) -> None:
    receipt = a_receipt(session, cast)

    with pytest.raises(refusal):
        scan(session, cast, receipt, code)

    assert lines_of(session, receipt)[0].first_count is None


def test_packs_announced_for_another_order_are_told_apart(session: Session, cast: Cast) -> None:
    actor = cast.actor("storekeeper")
    receipt = a_receipt(session, cast)
    other = an_item(session, "布洛芬片", coded=True)
    elsewhere = an_order(session, actor, (other, 24))
    announced(session, actor, elsewhere, a_notice(other, packs=1, first=900, carton=None))
    item = session.get_one(Item, lines_of(session, receipt)[0].item_id)
    same_item = an_order(session, actor, (item, 24))
    announced(session, actor, same_item, a_notice(item, packs=1, first=950, carton=None))

    with pytest.raises(WrongItem):
        scan(session, cast, receipt, pack_code(900))
    with pytest.raises(NotShippedHere):
        scan(session, cast, receipt, pack_code(950))


def test_the_label_must_name_the_announced_lot(session: Session, cast: Cast) -> None:
    actor = cast.actor("storekeeper")
    item = an_item(session, coded=True)
    order = an_order(session, actor, (item, 24))
    key = "(01)06901234567892(21)7"
    line = NoticeLine(
        item_id=item.id,
        label=a_label("A1"),
        quantity=24,
        packs=[PackCode(code=key, carton_code=None, capacity=24)],
    )
    purchasing.take_notice(session, actor, order, [line], now=NOW)
    receipt = purchasing.open_receipt(session, actor, order.reference, now=NOW)

    with pytest.raises(LotMismatch):
        scan(session, cast, receipt, "]d20106901234567892217\x1d17271231\x1d10B2")

    good = scan(session, cast, receipt, "]d20106901234567892217\x1d17271231\x1d10a1")
    assert good.scan.outcome is ScanOutcome.ACCEPTED


def test_goods_enter_the_book_once_and_move_by_carton(session: Session, cast: Cast) -> None:
    actor = cast.actor("storekeeper")
    receipt = a_receipt(session, cast)
    scan(session, cast, receipt, CARTON)
    purchasing.finish_count(session, actor, receipt.reference)

    purchasing.accept(session, actor, receipt.reference, None, now=NOW)
    with pytest.raises(ReceiptStateChanged):
        purchasing.accept(session, actor, receipt.reference, None, now=NOW)
    a_bin(session, actor.facility_id)
    (line,) = lines_of(session, receipt)
    placing = (receipt.reference, [Placement(line_id=line.id, place_code="A-01")])
    purchasing.put_away(session, actor, placing, None, now=NOW)

    assert on_hand(session, actor.facility_id) == {"A-01": 240, "RECEIVING": 0, "SUPPLIER": -240}
    carton = traceability.get_unit(session, CARTON)
    pack = traceability.get_unit(session, pack_code(4))
    places = traceability.place_of(session, [carton.id, pack.id])
    assert places[carton.id] == places[pack.id]
    named = named_units()
    counts = session.scalars(
        select(func.count())
        .select_from(TraceEvent)
        .join(named, named.c.event_id == TraceEvent.id)
        .where(TraceEvent.document == receipt.reference)
        .group_by(TraceEvent.id)
    ).all()
    assert counts == [1, 1]
    order = session.get_one(PurchaseOrder, receipt.order_id, populate_existing=True)
    assert order.state is OrderState.RECEIVED
    assert session.get_one(Receipt, receipt.id).state is ReceiptState.PUT_AWAY


def on_hand(session: Session, facility_id: int) -> dict[str, int]:
    rows = session.execute(
        select(Place.code, func.sum(StockBalance.on_hand))
        .join(Place, Place.id == StockBalance.place_id)
        .where(StockBalance.facility_id == facility_id)
        .group_by(Place.code)
    )
    return {code: int(quantity) for code, quantity in rows}


def test_one_receipt_at_a_time_is_open_for_an_order(session: Session, cast: Cast) -> None:
    receipt = a_receipt(session, cast)
    order = session.get_one(PurchaseOrder, receipt.order_id)

    with pytest.raises(ReceiptOpen):
        purchasing.open_receipt(session, cast.actor("storekeeper"), order.reference, now=NOW)


def test_a_pack_received_before_lies_elsewhere(session: Session, cast: Cast) -> None:
    actor = cast.actor("storekeeper")
    receipt = a_receipt(session, cast)
    scan(session, cast, receipt, pack_code(1))
    purchasing.finish_count(session, actor, receipt.reference)
    (line,) = lines_of(session, receipt)
    count = purchasing.Count(line_id=line.id, quantity=24)
    purchasing.count_second(session, (actor, cast.actor("quality")), receipt.reference, count)
    purchasing.accept(session, actor, receipt.reference, None, now=NOW)
    order = session.get_one(PurchaseOrder, receipt.order_id)

    rest = purchasing.open_receipt(session, actor, order.reference, now=NOW)

    assert [(each.expected, each.first_count) for each in lines_of(session, rest)] == [(216, None)]
    with pytest.raises(NotHere):
        scan(session, cast, rest, pack_code(1))


def test_another_facility_does_not_learn_of_the_receipt(session: Session, cast: Cast) -> None:
    receipt = a_receipt(session, cast)

    with pytest.raises(NotFound):
        purchasing.get_receipt(session, cast.actor("outsider"), receipt.reference)
    with pytest.raises(NotFound):
        purchasing.finish_count(session, cast.actor("director"), receipt.reference)
