import pytest
from sqlalchemy.orm import Session, sessionmaker

from app.catalogue.models import Item, StorageClass
from app.inventory import service as inventory
from app.kernel.errors import DomainError, NotFound, RuleBroken
from app.purchasing import queries
from app.purchasing import service as purchasing
from app.purchasing.errors import (
    ClaimClosed,
    ColdChainBroken,
    ReceiptStateChanged,
    ScanTheCode,
    TransportRecordMissing,
)
from app.purchasing.models import ClaimOutcome, OrderState, PurchaseOrder, Receipt, RefusalReason
from app.purchasing.rules import Temperatures
from app.purchasing.service import Count, Making, Placement, Refusal
from tests.factories.buying import TODAY
from tests.factories.cast import Cast
from tests.factories.receiving import (
    a_bin,
    a_notice,
    a_supplier,
    an_order,
    announced,
    lines_of,
    order_line,
)
from tests.factories.stock import NOW, an_item
from tests.racing import at_once

TOO_WARM = Temperatures(lowest=30, highest=95, readings=12)
KEPT = Temperatures(lowest=30, highest=60, readings=12)


def a_receipt(
    session: Session, cast: Cast, item: Item, *, quarantine: bool = False
) -> tuple[PurchaseOrder, Receipt]:
    """Open a receipt of ten announced packs of 24."""
    actor = cast.actor("storekeeper")
    supplier = a_supplier(session)
    supplier.quarantine = quarantine
    order = an_order(session, actor, (item, 240))
    announced(session, actor, order, a_notice(item))
    return order, purchasing.open_receipt(session, actor, order.reference, now=NOW)


def counted(session: Session, cast: Cast, receipt: Receipt, quantity: int) -> None:
    (line,) = lines_of(session, receipt)
    count = Count(line_id=line.id, quantity=quantity)
    purchasing.count_line(session, cast.actor("storekeeper"), receipt.reference, count)


def accepted(session: Session, cast: Cast, receipt: Receipt) -> None:
    actor = cast.actor("storekeeper")
    purchasing.finish_count(session, actor, receipt.reference)
    purchasing.accept(session, actor, receipt.reference, None, now=NOW)


def usable(session: Session, cast: Cast, item: Item) -> int:
    centre = cast.actor("storekeeper").facility_id
    return inventory.stock_levels(session, centre, [item.id], today=TODAY)[item.id].usable


def test_refused_goods_stay_a_claim_and_are_still_awaited(session: Session, cast: Cast) -> None:
    keeper, item = cast.actor("storekeeper"), an_item(session)
    order, receipt = a_receipt(session, cast, item)
    counted(session, cast, receipt, 240)
    (line,) = lines_of(session, receipt)
    broken = Refusal(line_id=line.id, reason=RefusalReason.DAMAGED, note="压破", quantity=48)

    claim = purchasing.refuse_goods(session, keeper, receipt.reference, broken, now=NOW)
    accepted(session, cast, receipt)

    session.refresh(order)
    assert (order_line(session, order).received, order.state) == (
        192,
        OrderState.PARTIALLY_RECEIVED,
    )
    (row,) = queries.claims_of(session, receipt.id)
    assert (row.quantity, row.reason, row.outcome) == (48, RefusalReason.DAMAGED, None)
    making = Making(outcome=ClaimOutcome.REPLACED)
    with pytest.raises(NotFound):
        purchasing.close_claim(session, cast.actor("clinic"), claim.reference, making, now=NOW)
    purchasing.close_claim(session, cast.actor("buyer"), claim.reference, making, now=NOW)
    with pytest.raises(ClaimClosed):
        purchasing.close_claim(session, cast.actor("buyer"), claim.reference, making, now=NOW)


@pytest.mark.parametrize("quantity", [241, 0])
def test_no_more_is_refused_than_came(session: Session, cast: Cast, quantity: int) -> None:
    _, receipt = a_receipt(session, cast, an_item(session))
    (line,) = lines_of(session, receipt)
    wrong = Refusal(line_id=line.id, reason=RefusalReason.OTHER, quantity=quantity)
    with pytest.raises(RuleBroken):
        purchasing.refuse_goods(
            session, cast.actor("storekeeper"), receipt.reference, wrong, now=NOW
        )


def test_part_of_a_coded_lot_is_not_refused_by_number(session: Session, cast: Cast) -> None:
    keeper = cast.actor("storekeeper")
    _, receipt = a_receipt(session, cast, an_item(session, coded=True))
    (line,) = lines_of(session, receipt)
    part = Refusal(line_id=line.id, reason=RefusalReason.DAMAGED, quantity=24)
    with pytest.raises(ScanTheCode):
        purchasing.refuse_goods(session, keeper, receipt.reference, part, now=NOW)
    whole = Refusal(line_id=line.id, reason=RefusalReason.WRONG_GOODS)
    claim = purchasing.refuse_goods(session, keeper, receipt.reference, whole, now=NOW)
    accepted(session, cast, receipt)
    assert claim.quantity == 240


def test_cold_goods_come_in_only_with_a_record_within_limits(session: Session, cast: Cast) -> None:
    keeper, item = cast.actor("storekeeper"), an_item(session, storage=StorageClass.COLD)
    _, receipt = a_receipt(session, cast, item)
    reference = receipt.reference
    counted(session, cast, receipt, 240)
    with pytest.raises(TransportRecordMissing), session.begin_nested():
        accepted(session, cast, receipt)
    purchasing.keep_temperatures(session, keeper, reference, TOO_WARM, now=NOW)
    with pytest.raises(ColdChainBroken), session.begin_nested():
        accepted(session, cast, receipt)
    purchasing.keep_temperatures(session, keeper, reference, KEPT, now=NOW)
    accepted(session, cast, receipt)
    with pytest.raises(ReceiptStateChanged):
        purchasing.keep_temperatures(session, keeper, reference, TOO_WARM, now=NOW)


def test_spoilt_goods_can_be_refused_whole(session: Session, cast: Cast) -> None:
    keeper, item = cast.actor("storekeeper"), an_item(session, storage=StorageClass.COLD)
    order, receipt = a_receipt(session, cast, item)
    purchasing.keep_temperatures(session, keeper, receipt.reference, TOO_WARM, now=NOW)
    (line,) = lines_of(session, receipt)
    warm = Refusal(line_id=line.id, reason=RefusalReason.TEMPERATURE)
    purchasing.refuse_goods(session, keeper, receipt.reference, warm, now=NOW)
    accepted(session, cast, receipt)

    assert order_line(session, order).received == 0
    assert queries.claims_of(session, receipt.id)[0].quantity == 240


@pytest.mark.parametrize("first", ["shelved", "released"])
def test_quarantined_goods_are_nobodys_until_quality_releases_them(
    session: Session, cast: Cast, first: str
) -> None:
    keeper, quality, item = cast.actor("storekeeper"), cast.actor("quality"), an_item(session)
    _, receipt = a_receipt(session, cast, item, quarantine=True)
    counted(session, cast, receipt, 240)
    accepted(session, cast, receipt)
    a_bin(session, keeper.facility_id)
    (line,) = lines_of(session, receipt)
    placing = (receipt.reference, [Placement(line_id=line.id, place_code="A-01")])

    if first == "shelved":
        purchasing.put_away(session, keeper, placing, None, now=NOW)
    assert usable(session, cast, item) == 0
    assert [row.line_id for row in queries.list_waiting(session, quality)] == [line.id]
    purchasing.release_line(session, quality, receipt.reference, line.id, now=NOW)
    if first == "released":
        purchasing.put_away(session, keeper, placing, None, now=NOW)

    assert usable(session, cast, item) == 240
    assert queries.list_waiting(session, quality) == []
    with pytest.raises(ReceiptStateChanged):
        purchasing.release_line(session, quality, receipt.reference, line.id, now=NOW)


def test_goods_released_twice_at_once_are_posted_once(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    with rivals.begin() as session:
        item = an_item(session)
        _, receipt = a_receipt(session, racing_cast, item, quarantine=True)
        counted(session, racing_cast, receipt, 240)
        accepted(session, racing_cast, receipt)
        (line,) = lines_of(session, receipt)

    def release() -> str:
        who = racing_cast.actor("quality")
        try:
            with rivals.begin() as session:
                purchasing.release_line(session, who, receipt.reference, line.id, now=NOW)
                return "done"
        except DomainError as refusal:
            return refusal.code

    assert sorted(at_once(release, rivals=6)) == ["done"] + ["receipt-state-changed"] * 5
    with rivals() as session:
        assert usable(session, racing_cast, item) == 0
        assert queries.list_waiting(session, racing_cast.actor("quality")) == []
