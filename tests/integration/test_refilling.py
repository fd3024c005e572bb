"""A lot is frozen: clinics it was promised to get other lots in the same action."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.fulfilment import service
from app.fulfilment.models import PickLine, Requisition, RequisitionLine
from app.inventory import service as inventory
from app.kernel import history
from app.traceability.models import Lot, LotHold
from tests.factories.cast import Cast
from tests.factories.requisitions import an_approved_requisition
from tests.factories.stock import NOW, a_lot, an_item, stocked

WHY = (LotHold.QUALITY, "供应商通知")


@pytest.fixture
def item(session: Session) -> Item:
    return an_item(session)


def lots(session: Session, cast: Cast, item: Item, second: int) -> tuple[Lot, Lot]:
    soon = a_lot(session, item, "SOON", expires=date(2027, 6, 30))
    late = a_lot(session, item, "LATE", expires=date(2027, 9, 30))
    stocked(session, cast.actor("pharmacist"), soon, 240)
    stocked(session, cast.actor("pharmacist"), late, second)
    return soon, late


def listed(session: Session) -> list[tuple[str, int]]:
    rows = session.execute(
        select(PickLine.lot_number, PickLine.quantity - PickLine.short).order_by(PickLine.position)
    )
    return [(number, quantity) for number, quantity in rows]


def test_a_frozen_lot_is_replaced_on_the_pick_list(
    session: Session, cast: Cast, item: Item
) -> None:
    soon, _ = lots(session, cast, item, 240)
    requisition = an_approved_requisition(session, cast, {item: 96})

    frozen = service.freeze_and_refill(session, cast.actor("quality"), soon.id, WHY, now=NOW)

    assert (len(frozen.losing), frozen.short) == (1, 0)
    assert listed(session) == [("SOON", 0), ("LATE", 96)]
    assert "lot-frozen" in actions(session, requisition)
    assert inventory.prove(session) == []


def test_what_no_other_lot_fills_is_an_explicit_shortage(
    session: Session, cast: Cast, item: Item
) -> None:
    soon, _ = lots(session, cast, item, 48)
    an_approved_requisition(session, cast, {item: 96})

    frozen = service.freeze_and_refill(session, cast.actor("quality"), soon.id, WHY, now=NOW)

    assert frozen.short == 48
    assert session.scalars(select(RequisitionLine.shortage)).all() == [48]
    assert listed(session) == [("SOON", 0), ("LATE", 48)]


def test_a_lot_nobody_waits_for_is_only_frozen(session: Session, cast: Cast, item: Item) -> None:
    soon, _ = lots(session, cast, item, 48)

    frozen = service.freeze_and_refill(session, cast.actor("quality"), soon.id, WHY, now=NOW)

    assert (frozen.losing, frozen.short, frozen.lot.hold) == ([], 0, LotHold.QUALITY)


def actions(session: Session, requisition: Requisition) -> list[str]:
    return [row.action for row in history.list_changes(session, "requisition", requisition.id)]
