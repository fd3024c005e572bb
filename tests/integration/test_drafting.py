"""A clinic's draft: from its usual list, for itself and its villages, submitted once."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.fulfilment import service
from app.fulfilment.errors import (
    ItemAlreadyListed,
    ItemNotOffered,
    NotWholePacks,
    RequisitionEdited,
    RequisitionEmpty,
    RequisitionStateChanged,
)
from app.fulfilment.rules import RequisitionState, Source
from app.fulfilment.service import DraftEdit, NewRequisition
from app.kernel.errors import NotFound
from tests.factories.cast import Cast
from tests.factories.requisitions import (
    a_draft,
    a_submitted_requisition,
    an_approved_requisition,
    state_of,
)
from tests.factories.stock import NOW, a_lot, an_item, stocked


def test_a_submitted_list_can_be_kept_and_used_again(session: Session, cast: Cast) -> None:
    clinic = cast.actor("clinic")
    first, second = an_item(session), an_item(session)
    order = a_submitted_requisition(session, cast, {second: 24, first: 48})
    service.keep_as_template(session, clinic, order.reference)

    for source in (Source.TEMPLATE, Source.LAST_ORDER):
        request = NewRequisition(facility_id=clinic.facility_id, source=source)
        draft = service.create(session, clinic, request, now=NOW)
        codes = [line.item_code for line in service.lines_of(session, draft.id)]

        assert codes == [second.code, first.code]


def test_a_township_orders_for_its_village_and_nobody_elses(session: Session, cast: Cast) -> None:
    clinic = cast.actor("clinic")
    request = NewRequisition(facility_id=cast.village.id, source=Source.EMPTY)

    draft = service.create(session, clinic, request, now=NOW)

    assert (draft.facility_id, draft.requested_by_id) == (cast.village.id, cast.yudu.id)
    foreign = NewRequisition(facility_id=cast.yanchang.id, source=Source.EMPTY)
    with pytest.raises(NotFound):
        service.create(session, clinic, foreign, now=NOW)


def test_saving_keeps_what_was_typed_and_adds_new_items(session: Session, cast: Cast) -> None:
    old, new = an_item(session), an_item(session)
    draft = a_draft(session, cast, {old: 24})

    edit = DraftEdit(
        reference=draft.reference,
        revision=draft.revision,
        asked={old.code: 72, new.code: 48},
        notes="急",
    )
    service.save(session, cast.actor("clinic"), edit, now=NOW)

    asked = {line.item_code: line.asked for line in service.lines_of(session, draft.id)}
    assert asked == {old.code: 72, new.code: 48}
    assert draft.notes == "急"


@pytest.fixture
def item(session: Session, cast: Cast) -> Item:
    assert cast.central
    return an_item(session)


def test_two_people_on_one_draft_do_not_overwrite_each_other(
    session: Session, cast: Cast, item: Item
) -> None:
    draft = a_draft(session, cast, {item: 24})
    seen = draft.revision
    mine = DraftEdit(reference=draft.reference, revision=seen, asked={item.code: 48})
    service.save(session, cast.actor("clinic"), mine, now=NOW)

    with pytest.raises(RequisitionEdited):
        service.save(session, cast.actor("clinic"), mine, now=NOW)


def test_a_draft_refuses_what_cannot_be_ordered(session: Session, cast: Cast, item: Item) -> None:
    draft = a_draft(session, cast, {item: 24})
    clinic = cast.actor("clinic")

    with pytest.raises(ItemAlreadyListed), session.begin_nested():
        service.add_item(session, clinic, draft.reference, item.code, now=NOW)
    with pytest.raises(ItemNotOffered), session.begin_nested():
        service.add_item(session, clinic, draft.reference, "NO-SUCH", now=NOW)
    session.refresh(draft)
    started = DraftEdit(reference=draft.reference, revision=draft.revision, asked={item.code: 25})
    with pytest.raises(NotWholePacks), session.begin_nested():
        service.save(session, clinic, started, now=NOW)


def test_a_requisition_is_submitted_once(session: Session, cast: Cast, item: Item) -> None:
    requisition = a_submitted_requisition(session, cast, {item: 24})

    assert requisition.delivery_day == date(2026, 11, 24)
    with pytest.raises(RequisitionStateChanged):
        service.submit(
            session, cast.actor("clinic"), requisition.reference, requisition.revision, now=NOW
        )


def test_an_empty_requisition_is_not_submitted(session: Session, cast: Cast, item: Item) -> None:
    draft = a_draft(session, cast, {item: 0})

    with pytest.raises(RequisitionEmpty):
        service.submit(session, cast.actor("clinic"), draft.reference, draft.revision, now=NOW)


def test_only_what_is_undecided_can_be_cancelled(session: Session, cast: Cast, item: Item) -> None:
    stocked(session, cast.actor("storekeeper"), a_lot(session, item), 240)
    approved = an_approved_requisition(session, cast, {item: 24})
    waiting = a_submitted_requisition(session, cast, {item: 24})
    clinic = cast.actor("clinic")

    service.cancel(session, clinic, waiting.reference, now=NOW)
    with pytest.raises(RequisitionStateChanged):
        service.cancel(session, clinic, approved.reference, now=NOW)

    assert state_of(session, waiting) is RequisitionState.CANCELLED


def test_what_is_coming_lowers_the_suggestion(session: Session, cast: Cast, item: Item) -> None:
    stocked(session, cast.actor("storekeeper"), a_lot(session, item), 240)
    an_approved_requisition(session, cast, {item: 48})
    draft = a_draft(session, cast, {item: 24})

    (view,) = service.show_lines(session, draft, now=NOW)

    assert view.coming == 48
