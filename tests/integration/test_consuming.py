from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from app.dispensing import service
from app.dispensing.models import DispensingLine
from app.dispensing.service import ConsumeRequest, Correction, Use
from app.inventory import service as inventory
from app.inventory.errors import InsufficientStock, ScanRequired
from app.inventory.models import ClosedMonth, ConsumptionDay, StockBalance
from app.kernel.errors import DomainError, NotFound
from app.kernel.ids import LotId
from app.traceability.errors import LotHeld
from app.traceability.models import LotHold
from tests.factories.cast import Cast
from tests.factories.stock import NOW, a_lot, an_item, stocked
from tests.racing import at_once


def use(session: Session, cast: Cast, *uses: Use, who: str = "clinic") -> list[tuple[LotId, int]]:
    """Record use and return what was taken, as lot keys and base units."""
    actor = cast.actor(who)
    request = ConsumeRequest(facility_id=actor.facility_id, uses=uses)
    document = service.consume(session, actor, request, now=NOW)
    rows = session.execute(
        select(DispensingLine.lot_id, DispensingLine.quantity)
        .where(DispensingLine.dispensing_id == document.id)
        .order_by(DispensingLine.id)
    )
    return [(row.lot_id, row.quantity) for row in rows]


def test_the_first_expiring_lot_is_used_first(session: Session, cast: Cast) -> None:
    item = an_item(session, "纱布")
    late = a_lot(session, item, "L2", expires=date(2027, 6, 30))
    early = a_lot(session, item, "L1", expires=date(2027, 3, 31))
    for lot in (late, early):
        stocked(session, cast.actor("clinic"), lot, 10)

    taken = use(session, cast, Use(item_id=item.id, quantity=14))

    assert taken == [(early.id, 10), (late.id, 4)]
    assert inventory.prove(session) == []
    assert session.scalar(select(func.sum(ConsumptionDay.quantity))) == 14
    assert session.scalar(select(func.sum(StockBalance.reserved))) == 0


def test_held_and_expired_lots_are_passed_over(session: Session, cast: Cast) -> None:
    item = an_item(session, "纱布")
    held = a_lot(session, item, "L1", expires=date(2027, 3, 31))
    expired = a_lot(session, item, "L0", expires=date(2026, 11, 22))
    good = a_lot(session, item, "L2", expires=date(2027, 6, 30))
    for lot in (held, expired, good):
        stocked(session, cast.actor("clinic"), lot, 10)
    hold = (LotHold.QUALITY, "性状异常")
    inventory.freeze_lot(session, cast.actor("quality"), held.id, hold, now=NOW)

    assert use(session, cast, Use(item_id=item.id, quantity=10)) == [(good.id, 10)]
    with pytest.raises(InsufficientStock) as refused:
        use(session, cast, Use(item_id=item.id, quantity=1))
    assert refused.value.data["free"] == 0


def test_a_chosen_lot_is_used_unless_it_is_held(session: Session, cast: Cast) -> None:
    item = an_item(session, "纱布")
    early = a_lot(session, item, "L1", expires=date(2027, 3, 31))
    late = a_lot(session, item, "L2", expires=date(2027, 6, 30))
    for lot in (early, late):
        stocked(session, cast.actor("clinic"), lot, 10)

    chosen = Use(item_id=item.id, quantity=3, lot_id=late.id)
    assert use(session, cast, chosen) == [(late.id, 3)]
    hold = (LotHold.QUALITY, "性状异常")
    inventory.freeze_lot(session, cast.actor("quality"), late.id, hold, now=NOW)
    with pytest.raises(LotHeld):
        use(session, cast, chosen)


def test_all_lines_are_recorded_or_none(session: Session, cast: Cast) -> None:
    one, other = an_item(session, "纱布"), an_item(session, "棉签")
    stocked(session, cast.actor("clinic"), a_lot(session, one), 10)

    with pytest.raises(InsufficientStock), session.begin_nested():
        use(session, cast, Use(item_id=one.id, quantity=1), Use(item_id=other.id, quantity=1))

    assert session.scalar(select(func.count()).select_from(DispensingLine)) == 0


def test_what_cannot_be_recorded(session: Session, cast: Cast) -> None:
    coded, plain = an_item(session, coded=True), an_item(session, "纱布")
    lot = a_lot(session, an_item(session, "棉签"))

    with pytest.raises(ScanRequired):
        use(session, cast, Use(item_id=coded.id, quantity=1))
    with pytest.raises(NotFound):
        use(session, cast, Use(item_id=plain.id, quantity=1, lot_id=lot.id))
    actor = cast.actor("clinic")
    elsewhere = ConsumeRequest(
        facility_id=cast.yanchang.id, uses=[Use(item_id=plain.id, quantity=1)]
    )
    with pytest.raises(NotFound):
        service.consume(session, actor, elsewhere, now=NOW)


def test_a_closed_month_takes_no_more_entries(session: Session, cast: Cast) -> None:
    actor = cast.actor("clinic")
    item = an_item(session, "纱布")
    stocked(session, actor, a_lot(session, item), 10, now=NOW - timedelta(days=25))
    session.add(
        ClosedMonth(
            facility_id=actor.facility_id,
            month=date(2026, 10, 1),
            closed_at=NOW,
            user_id=actor.user_id,
        )
    )
    session.flush()
    late = ConsumeRequest(
        facility_id=actor.facility_id,
        uses=[Use(item_id=item.id, quantity=1)],
        happened_at=NOW - timedelta(days=24),
    )

    with pytest.raises(DomainError) as refused:
        service.consume(session, actor, late, now=NOW - timedelta(days=21))

    assert refused.value.code == "period-closed"


def test_an_undo_gives_the_goods_back(session: Session, cast: Cast) -> None:
    actor = cast.actor("village")
    item = an_item(session, "纱布")
    lot = a_lot(session, item)
    stocked(session, actor, lot, 10)
    request = ConsumeRequest(facility_id=actor.facility_id, uses=[Use(item_id=item.id, quantity=4)])
    document = service.consume(session, actor, request, now=NOW)

    service.undo(session, actor, document.reference, Correction(reason="数量填错"), now=NOW)

    assert use(session, cast, Use(item_id=item.id, quantity=10), who="village") == [(lot.id, 10)]
    assert inventory.prove(session) == []


def test_many_records_at_once_use_what_there_is_and_no_more(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    actor = racing_cast.actor("clinic")
    with rivals.begin() as session:
        item = an_item(session, "纱布")
        for number in range(3):
            lot = a_lot(session, item, f"L{number}", expires=date(2027, 3 + number, 1))
            stocked(session, actor, lot, 10)

    def record() -> int:
        try:
            with rivals.begin() as session:
                return sum(
                    taken
                    for _, taken in use(session, racing_cast, Use(item_id=item.id, quantity=4))
                )
        except InsufficientStock:
            return 0

    assert sum(at_once(record, rivals=16)) == 28
    with rivals() as session:
        assert inventory.prove(session) == []
