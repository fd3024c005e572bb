from datetime import date

import pytest
from sqlalchemy.orm import Session

from app.catalogue.models import Item, SpecialClass, StorageClass
from app.inventory import service as inventory
from app.inventory.errors import UnknownPlace
from app.inventory.models import Condition
from app.kernel.local_time import local_day
from app.purchasing import service as purchasing
from app.purchasing.errors import (
    CountsDiffer,
    LabelImplausible,
    LineNotCounted,
    OverReceipt,
    PutAwayDone,
    SamePerson,
    ScanTheCode,
    SecondCountMissing,
    WrongBin,
)
from app.purchasing.models import PurchaseOrder, Receipt
from app.purchasing.rules import Temperatures
from app.purchasing.service import Count, Judgement, Placement, TypedLot
from app.traceability import service as traceability
from app.traceability.errors import AlreadyDone
from tests.factories.cast import Cast
from tests.factories.receiving import (
    a_bin,
    a_label,
    a_notice,
    an_order,
    announced,
    lines_of,
    order_line,
)
from tests.factories.stock import NOW, an_item


def a_receipt(
    session: Session, cast: Cast, item: Item, *, ordered: int = 240, noted: bool = True
) -> Receipt:
    """Open a receipt for goods without codes; the notice names them unless told otherwise."""
    actor = cast.actor("storekeeper")
    order = an_order(session, actor, (item, ordered))
    if noted:
        announced(session, actor, order, a_notice(item))
    return purchasing.open_receipt(session, actor, order.reference, now=NOW)


def counted(session: Session, cast: Cast, receipt: Receipt, quantity: int) -> None:
    """Count the only line and finish the count."""
    actor = cast.actor("storekeeper")
    (line,) = lines_of(session, receipt)
    count = Count(line_id=line.id, quantity=quantity)
    purchasing.count_line(session, actor, receipt.reference, count)
    purchasing.finish_count(session, actor, receipt.reference)


def second(session: Session, cast: Cast, receipt: Receipt, who: str, quantity: int) -> None:
    (line,) = lines_of(session, receipt)
    actors = (cast.actor("storekeeper"), cast.actor(who))
    count = Count(line_id=line.id, quantity=quantity)
    purchasing.count_second(session, actors, receipt.reference, count)


def accept(session: Session, cast: Cast, receipt: Receipt, who: str | None = None) -> Receipt:
    beside = cast.actor(who) if who else None
    actor = cast.actor("storekeeper")
    return purchasing.accept(session, actor, receipt.reference, beside, now=NOW)


def put(session: Session, cast: Cast, receipt: Receipt, code: str, who: str | None = None) -> None:
    (line,) = lines_of(session, receipt)
    placing = (receipt.reference, [Placement(line_id=line.id, place_code=code)])
    beside = cast.actor(who) if who else None
    purchasing.put_away(session, cast.actor("storekeeper"), placing, beside, now=NOW)


def test_a_count_that_matches_the_note_needs_no_second(session: Session, cast: Cast) -> None:
    receipt = a_receipt(session, cast, an_item(session))
    counted(session, cast, receipt, 240)

    accept(session, cast, receipt)

    assert lines_of(session, receipt)[0].accepted == 240


def test_a_difference_is_counted_again_by_somebody_else(session: Session, cast: Cast) -> None:
    receipt = a_receipt(session, cast, an_item(session))
    counted(session, cast, receipt, 230)

    with pytest.raises(SecondCountMissing), session.begin_nested():
        accept(session, cast, receipt)
    with pytest.raises(SamePerson):
        second(session, cast, receipt, "storekeeper", 230)
    second(session, cast, receipt, "quality", 230)
    accept(session, cast, receipt)

    assert lines_of(session, receipt)[0].accepted == 230


def test_two_people_who_differ_must_count_again(session: Session, cast: Cast) -> None:
    receipt = a_receipt(session, cast, an_item(session))
    counted(session, cast, receipt, 230)
    second(session, cast, receipt, "quality", 240)
    with pytest.raises(CountsDiffer), session.begin_nested():
        accept(session, cast, receipt)

    purchasing.count_again(session, cast.actor("storekeeper"), receipt.reference)
    counted(session, cast, receipt, 240)
    accept(session, cast, receipt)

    assert lines_of(session, receipt)[0].accepted == 240


def test_a_count_cannot_be_finished_with_a_line_left_out(session: Session, cast: Cast) -> None:
    receipt = a_receipt(session, cast, an_item(session))

    with pytest.raises(LineNotCounted):
        purchasing.finish_count(session, cast.actor("storekeeper"), receipt.reference)


def test_coded_goods_are_not_counted_by_typing(session: Session, cast: Cast) -> None:
    receipt = a_receipt(session, cast, an_item(session, coded=True))
    (line,) = lines_of(session, receipt)

    count = Count(line_id=line.id, quantity=240)
    with pytest.raises(ScanTheCode):
        purchasing.count_line(session, cast.actor("storekeeper"), receipt.reference, count)


def typed(session: Session, receipt: Receipt, *, lot: str, expires: date | None = None) -> TypedLot:
    order = session.get_one(PurchaseOrder, receipt.order_id)
    label = a_label(lot) if expires is None else a_label(lot, expires=expires)
    line = order_line(session, order)
    return TypedLot(order_line_id=line.id, label=label, expected=240, quantity=240)


def test_a_lot_typed_from_the_label_is_normalised(session: Session, cast: Cast) -> None:
    receipt = a_receipt(session, cast, an_item(session), noted=False)
    actor = cast.actor("storekeeper")

    entry = typed(session, receipt, lot="ｂ 7-x")
    line = purchasing.add_lot(session, actor, receipt.reference, entry, now=NOW)

    lot = traceability.get_lot(session, line.lot_id)
    assert lot.lot_number == "B7-X"
    again = typed(session, receipt, lot="b7-x")
    with pytest.raises(AlreadyDone):
        purchasing.add_lot(session, actor, receipt.reference, again, now=NOW)


@pytest.mark.parametrize("expires", [date(2026, 11, 22), date(2050, 1, 1)])
def test_an_implausible_expiry_is_refused(session: Session, cast: Cast, expires: date) -> None:
    receipt = a_receipt(session, cast, an_item(session), noted=False)
    actor = cast.actor("storekeeper")

    entry = typed(session, receipt, lot="B7", expires=expires)
    with pytest.raises(LabelImplausible):
        purchasing.add_lot(session, actor, receipt.reference, entry, now=NOW)


def test_more_than_was_ordered_is_refused(session: Session, cast: Cast) -> None:
    receipt = a_receipt(session, cast, an_item(session), ordered=120)
    counted(session, cast, receipt, 240)

    with pytest.raises(OverReceipt):
        accept(session, cast, receipt)


def test_broken_goods_are_set_apart_from_good_ones(session: Session, cast: Cast) -> None:
    actor = cast.actor("storekeeper")
    item = an_item(session)
    receipt = a_receipt(session, cast, item)
    (line,) = lines_of(session, receipt)
    count = Count(line_id=line.id, quantity=240)
    purchasing.count_line(session, actor, receipt.reference, count)
    broken = Judgement(
        line_id=line.id, condition=Condition.DAMAGED, reason="外包装破损", quantity=24
    )

    purchasing.judge(session, actor, receipt.reference, broken)
    purchasing.finish_count(session, actor, receipt.reference)
    accept(session, cast, receipt)
    a_bin(session, actor.facility_id)
    good, bad = lines_of(session, receipt)
    placing = [Placement(line_id=each.id, place_code="A-01") for each in (good, bad)]
    purchasing.put_away(session, actor, (receipt.reference, placing), None, now=NOW)

    level = inventory.stock_levels(session, actor.facility_id, [item.id], today=local_day(NOW))[
        item.id
    ]
    assert (good.accepted, bad.accepted) == (216, 24)
    assert (level.on_hand, level.usable) == (240, 216)


@pytest.mark.parametrize(
    ("storage", "bin_storage", "fits"),
    [
        (StorageClass.COLD, StorageClass.AMBIENT, False),
        (StorageClass.COLD, StorageClass.COLD, True),
        (StorageClass.COOL, StorageClass.AMBIENT, False),
        (StorageClass.AMBIENT, StorageClass.COOL, True),
        (StorageClass.AMBIENT, StorageClass.COLD, False),
    ],
)
def test_goods_go_to_a_bin_that_keeps_them_well(
    session: Session, cast: Cast, storage: StorageClass, bin_storage: StorageClass, *, fits: bool
) -> None:
    receipt = a_receipt(session, cast, an_item(session, storage=storage))
    road = Temperatures(lowest=20, highest=80, readings=0)
    keeper = cast.actor("storekeeper")
    purchasing.keep_temperatures(session, keeper, receipt.reference, road, now=NOW)
    counted(session, cast, receipt, 240)
    accept(session, cast, receipt)
    a_bin(session, receipt.facility_id, "X-01", storage=bin_storage)

    if fits:
        put(session, cast, receipt, "X-01")
    else:
        with pytest.raises(WrongBin):
            put(session, cast, receipt, "X-01")

    assert (lines_of(session, receipt)[0].placed_at is not None) is fits


def test_controlled_medicines_need_two_people_and_a_locked_bin(
    session: Session, cast: Cast
) -> None:
    item = an_item(session, "吗啡注射液", special=SpecialClass.NARCOTIC)
    receipt = a_receipt(session, cast, item)
    counted(session, cast, receipt, 240)
    with pytest.raises(SamePerson), session.begin_nested():
        accept(session, cast, receipt)
    accept(session, cast, receipt, "quality")
    a_bin(session, receipt.facility_id)
    a_bin(session, receipt.facility_id, "L-01", locked=True)

    with pytest.raises(WrongBin):
        put(session, cast, receipt, "A-01", "quality")
    with pytest.raises(SamePerson):
        put(session, cast, receipt, "L-01")
    put(session, cast, receipt, "L-01", "quality")

    assert session.get_one(Receipt, receipt.id).second_user_id == cast.actor("quality").user_id


def test_a_line_is_put_away_once_and_only_into_a_known_bin(session: Session, cast: Cast) -> None:
    actor = cast.actor("storekeeper")
    one, other = an_item(session), an_item(session, "纱布")
    order = an_order(session, actor, (one, 240), (other, 240))
    announced(session, actor, order, a_notice(one), a_notice(other, lot="B1"))
    receipt = purchasing.open_receipt(session, actor, order.reference, now=NOW)
    for line in lines_of(session, receipt):
        count = Count(line_id=line.id, quantity=240)
        purchasing.count_line(session, actor, receipt.reference, count)
    purchasing.finish_count(session, actor, receipt.reference)
    accept(session, cast, receipt)
    a_bin(session, receipt.facility_id)
    first = lines_of(session, receipt)[0].id

    def place(code: str) -> None:
        placing = (receipt.reference, [Placement(line_id=first, place_code=code)])
        purchasing.put_away(session, actor, placing, None, now=NOW)

    with pytest.raises(UnknownPlace):
        place("Z-99")
    place("A-01")
    with pytest.raises(PutAwayDone):
        place("A-01")
