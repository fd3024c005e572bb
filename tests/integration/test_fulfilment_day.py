"""One requisition from the clinic's template to its shelf; the ledger proves itself at the end."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.fulfilment import service
from app.fulfilment.models import Discrepancy, RequisitionLine
from app.fulfilment.rules import RequisitionState, Resolution
from app.fulfilment.service import Arrived, Closing, Confirmation
from app.inventory import service as inventory
from app.kernel.local_time import local_day
from tests.factories.cast import Cast
from tests.factories.requisitions import (
    a_key,
    an_approved_requisition,
    handed_over,
    picked,
    sealed,
    state_of,
)
from tests.factories.stock import NOW, a_lot, an_item, stocked

TODAY = local_day(NOW)


def test_a_requisition_walks_from_the_clinic_to_its_shelf(session: Session, cast: Cast) -> None:
    item = an_item(session)
    stocked(session, cast.actor("storekeeper"), a_lot(session, item), 480)
    requisition = an_approved_requisition(session, cast, {item: 240})
    picked(session, cast, requisition)
    (tote,) = sealed(session, cast, requisition)
    assert state_of(session, requisition) is RequisitionState.SEALED
    assert (tote.weight_grams, tote.volume_cm3) == (300, 900)

    handed_over(session, cast, tote)
    assert state_of(session, requisition) is RequisitionState.IN_DELIVERY

    confirmation = Confirmation(tote_code=tote.code, arrived=[], key=a_key())
    service.confirm(session, cast.actor("clinic"), confirmation, now=NOW)
    assert state_of(session, requisition) is RequisitionState.RECEIVED
    own = inventory.stock_levels(session, cast.yudu.id, [item.id], today=TODAY)[item.id]
    centre = inventory.stock_levels(session, cast.central.id, [item.id], today=TODAY)[item.id]
    assert (own.usable, own.arriving, centre.on_hand, centre.available) == (240, 0, 240, 240)
    assert inventory.prove(session) == []


def test_a_part_receipt_leaves_an_open_discrepancy_until_somebody_closes_it(
    session: Session, cast: Cast
) -> None:
    item = an_item(session)
    stocked(session, cast.actor("storekeeper"), a_lot(session, item), 480)
    requisition = an_approved_requisition(session, cast, {item: 240})
    picked(session, cast, requisition)
    (tote,) = sealed(session, cast, requisition)
    handed_over(session, cast, tote)

    part = Confirmation(
        tote_code=tote.code, arrived=[Arrived(position=1, received=216)], key=a_key()
    )
    service.confirm(session, cast.actor("clinic"), part, now=NOW)
    found = session.scalars(select(Discrepancy)).one()
    level = inventory.stock_levels(session, cast.yudu.id, [item.id], today=TODAY)[item.id]
    assert (found.quantity, found.resolution) == (24, None)
    assert (level.usable, level.arriving) == (216, 24)

    closing = Closing(
        reference=found.reference, resolution=Resolution.LOST, reason="途中遗失", key=a_key()
    )
    service.close_discrepancy(session, cast.actor("pharmacist"), closing, now=NOW)

    level = inventory.stock_levels(session, cast.yudu.id, [item.id], today=TODAY)[item.id]
    assert (level.usable, level.arriving) == (216, 0)
    assert inventory.prove(session) == []


def test_the_lines_keep_what_they_showed_when_submitted(session: Session, cast: Cast) -> None:
    item = an_item(session)
    stocked(session, cast.actor("storekeeper"), a_lot(session, item), 480)
    requisition = an_approved_requisition(session, cast, {item: 240})

    line = session.scalars(select(RequisitionLine)).one()

    assert (line.item_name, line.units_per_pack, line.centre_available) == (item.name, 24, 480)
    assert requisition.delivery_day is not None
