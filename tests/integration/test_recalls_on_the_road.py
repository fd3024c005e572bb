"""Recalled goods in totes: sealed, on the road, handed over; each step answers 423 or tells."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delivery import queries as delivery
from app.delivery.models import Run
from app.delivery.rules.states import ScanKind
from app.fulfilment import service as fulfilment
from app.fulfilment.models import ToteContent
from app.fulfilment.service import Arrived, Confirmation
from app.recall import queries
from app.traceability.errors import Recalled
from app.traceability.models import Lot
from tests.factories.cast import Cast
from tests.factories.fleet import all_aboard, an_event, scanned, two_stops
from tests.factories.recalls import INSTRUCTION, a_recall
from tests.factories.requisitions import a_key, a_sealed_tote, handed_over
from tests.factories.stock import NOW, a_lot, an_item, stocked


def test_a_driver_sees_which_totes_to_bring_back_and_the_room_which_run(
    session: Session, cast: Cast
) -> None:
    run, tote, other = two_stops(session, cast)
    all_aboard(session, cast, run, tote, other)
    lot_id = session.scalars(
        select(ToteContent.lot_id).where(ToteContent.tote_id == tote.id).limit(1)
    ).one()
    a_recall(session, cast.actor("quality"), session.get_one(Lot, lot_id))

    run_id = session.scalars(select(Run.id).where(Run.reference == run.reference)).one()
    view = delivery.view_of(session, run_id)
    found = queries.find_holders(session, [lot_id])

    assert tote.code in {aboard.code for aboard in view.held}
    assert view.held[0].held[0].instruction == INSTRUCTION
    assert tote.code in {carried.code for carried in found.totes}
    assert [(road.run, road.driver) for road in found.on_road] == [(run.reference, run.driver_name)]


def test_a_recalled_tote_is_not_loaded(session: Session, cast: Cast) -> None:
    run, tote, _ = two_stops(session, cast)
    lot_id = session.scalars(
        select(ToteContent.lot_id).where(ToteContent.tote_id == tote.id).limit(1)
    ).one()
    a_recall(session, cast.actor("quality"), session.get_one(Lot, lot_id))

    (answer,) = scanned(session, cast, an_event(run, ScanKind.LOAD, tote.code))

    assert (answer.refusal, answer.data["recall_class"]) == ("recalled", "I")


def test_a_clinic_accepts_a_tote_without_its_recalled_lot(session: Session, cast: Cast) -> None:
    item = an_item(session)
    lot = a_lot(session, item)
    stocked(session, cast.actor("storekeeper"), lot, 480)
    tote = handed_over(session, cast, a_sealed_tote(session, cast, {item: 48}))
    a_recall(session, cast.actor("quality"), lot)
    clinic = cast.actor("clinic")

    whole = Confirmation(tote_code=tote.code, arrived=[], key=a_key())
    with pytest.raises(Recalled), session.begin_nested():
        fulfilment.confirm(session, clinic, whole, now=NOW)
    nothing = [Arrived(position=1, received=0)]
    without = Confirmation(tote_code=tote.code, arrived=nothing, key=a_key())
    fulfilment.confirm(session, clinic, without, now=NOW)

    held = queries.list_held(session, [lot.id], cast.yudu.id)
    assert [(row.place_code, row.on_hand, row.is_collectable) for row in held] == [
        ("RECEIVING", 48, False)
    ]
