"""The director's figures count what really happened."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.fulfilment import service as fulfilment
from app.fulfilment.models import Requisition, Tote
from app.fulfilment.service import Arrived, Confirmation
from app.kernel.errors import Forbidden
from app.kpi import service
from app.kpi.rules import NOTHING, Rate
from tests.factories.cast import Cast
from tests.factories.requisitions import (
    a_key,
    an_approved_requisition,
    handed_over,
    picked,
    sealed,
)
from tests.factories.stock import NOW, a_lot, an_item, stocked


@pytest.fixture
def item(session: Session, cast: Cast) -> Item:
    item = an_item(session)
    stocked(session, cast.actor("storekeeper"), a_lot(session, item), 480)
    return item


def delivered(session: Session, cast: Cast, item: Item) -> Tote:
    requisition = an_approved_requisition(session, cast, {item: 240})
    picked(session, cast, requisition)
    return handed_over(session, cast, sealed(session, cast, requisition)[0])


def after_the_promise(session: Session) -> datetime:
    promised = session.scalars(select(Requisition.promised_to)).one()
    assert promised is not None
    return promised + timedelta(minutes=1)


def timely(session: Session, cast: Cast, now: datetime) -> Rate:
    return service.county(session, cast.actor("director"), now=now).timely


def test_a_line_handed_over_in_full_before_the_window_ends_is_timely(
    session: Session, cast: Cast, item: Item
) -> None:
    delivered(session, cast, item)

    assert timely(session, cast, after_the_promise(session)) == Rate(1, 1)


def test_a_line_is_not_due_before_its_window_ends(session: Session, cast: Cast, item: Item) -> None:
    delivered(session, cast, item)

    assert timely(session, cast, NOW) == NOTHING


def test_a_line_that_came_in_part_is_not_timely(session: Session, cast: Cast, item: Item) -> None:
    tote = delivered(session, cast, item)
    part = Confirmation(
        tote_code=tote.code, arrived=[Arrived(position=1, received=239)], key=a_key()
    )
    fulfilment.confirm(session, cast.actor("clinic"), part, now=NOW)

    assert timely(session, cast, after_the_promise(session)) == Rate(0, 1)


def test_a_line_that_never_left_is_not_timely(session: Session, cast: Cast, item: Item) -> None:
    an_approved_requisition(session, cast, {item: 240})

    assert timely(session, cast, after_the_promise(session)) == Rate(0, 1)


def test_a_clinic_may_not_look_at_the_county(session: Session, cast: Cast) -> None:
    with pytest.raises(Forbidden):
        service.county(session, cast.actor("clinic"), now=NOW)
