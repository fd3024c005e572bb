from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.accounts.errors import SecondPersonNeeded
from app.accounts.service import Credentials
from app.catalogue.models import Item, SpecialClass
from app.controlled import queries, service
from app.controlled.errors import NotControlled
from app.controlled.service import Ampoules
from app.dispensing import service as dispensing
from app.dispensing.service import ConsumeRequest, Correction, Papers, Prescription, Use
from app.inventory.models import PostingKind
from app.kernel.errors import NotFound
from tests.factories.cast import PASSWORD, Cast
from tests.factories.stock import NOW, a_lot, an_item, stocked

PERIOD = (NOW - timedelta(days=1), NOW + timedelta(days=1))
SECOND = Credentials(username="clinic3", password=PASSWORD, address="10.0.0.1")
PAPERS = Papers(
    prescription=Prescription(number="MZ-1", patient="王某某", prescriber="赵医生"), second=SECOND
)


def morphine(session: Session, cast: Cast, *lots: tuple[str, int]) -> Item:
    item = an_item(session, "盐酸吗啡注射液", special=SpecialClass.NARCOTIC)
    for number, quantity in lots:
        stocked(session, cast.actor("clinic"), a_lot(session, item, number), quantity)
    return item


def give(session: Session, cast: Cast, item: Item, quantity: int, *, now: datetime = NOW) -> str:
    uses = [Use(item_id=item.id, quantity=quantity)]
    request = ConsumeRequest(facility_id=cast.yudu.id, uses=uses, papers=PAPERS)
    return dispensing.consume(session, cast.actor("clinic"), request, now=now).reference


def test_each_line_names_both_people_the_patient_and_what_remains(
    session: Session, cast: Cast
) -> None:
    item = morphine(session, cast, ("A", 10))
    give(session, cast, item, 3)

    book = queries.read_register(session, (cast.yudu.id, item.id), PERIOD)

    last = book.rows[-1]
    assert (last.kind, last.quantity, last.remaining) == (PostingKind.CONSUME, -3, 7)
    assert (last.party, last.prescription, last.prescriber) == ("王某某", "MZ-1", "赵医生")
    assert (last.by, last.second) == ("clinic 某", "clinic3 某")
    assert (book.opening, book.received, book.issued, book.closing) == (0, 10, 3, 7)
    assert book.on_hand == 7


def test_an_undo_stays_on_the_register(session: Session, cast: Cast) -> None:
    item = morphine(session, cast, ("A", 10))
    reference = give(session, cast, item, 3)
    because = Correction(reason="患者退药", second=SECOND)
    dispensing.undo(session, cast.actor("clinic"), reference, because, now=NOW)

    book = queries.read_register(session, (cast.yudu.id, item.id), PERIOD)

    assert [row.quantity for row in book.rows] == [10, -3, 3]
    assert (book.rows[-1].party, book.rows[-1].second) == ("王某某", "clinic3 某")
    assert book.closing == book.on_hand == 10


STEP = st.tuples(st.integers(1, 9), st.booleans(), st.integers(0, 3))


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(STEP, max_size=8), cut=st.integers(0, 8))
def test_the_register_foots_over_any_days(
    session: Session, cast: Cast, steps: list[tuple[int, bool, int]], cut: int
) -> None:
    with session.begin_nested() as undone:
        item = morphine(session, cast, ("A", 40), ("B", 40))
        moment = NOW
        for quantity, back, hours in steps:
            moment += timedelta(hours=hours)
            reference = give(session, cast, item, quantity, now=moment)
            if back:
                because = Correction(reason="退药", second=SECOND)
                dispensing.undo(session, cast.actor("clinic"), reference, because, now=moment)
        middle = NOW + timedelta(hours=cut)
        subject, end = (cast.yudu.id, item.id), moment + timedelta(seconds=1)
        first = queries.read_register(session, subject, (PERIOD[0], middle))
        second = queries.read_register(session, subject, (middle, end))

        assert first.opening == 0
        assert first.closing == second.opening
        assert second.closing == second.on_hand == 80 - sum(q for q, back, _ in steps if not back)
        for book in (first, second):
            assert [row.remaining for row in book.rows][-1:] in ([], [book.closing])
            assert all(row.remaining >= 0 for row in book.rows)
        undone.rollback()


def test_empty_ampoules_are_counted_back_by_two(session: Session, cast: Cast) -> None:
    item = morphine(session, cast, ("A", 10))
    give(session, cast, item, 3)
    actor = cast.actor("clinic")
    alone = Ampoules(facility_id=cast.yudu.id, item_id=item.id, quantity=3)

    with pytest.raises(SecondPersonNeeded), session.begin_nested():
        service.take_ampoules(session, actor, alone, now=NOW)
    service.take_ampoules(session, actor, replace(alone, second=SECOND), now=NOW)

    page = service.read_page(session, actor, (cast.yudu.id, item.id), PERIOD)
    assert (page.given, page.ampoules_back) == (3, 3)
    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(text("DELETE FROM ampoule_return"))


def test_whose_register_one_may_read(session: Session, cast: Cast) -> None:
    item, plain = morphine(session, cast, ("A", 10)), an_item(session, "纱布")

    with pytest.raises(NotFound):
        service.read_page(session, cast.actor("outsider"), (cast.yudu.id, item.id), PERIOD)
    with pytest.raises(NotControlled):
        service.read_page(session, cast.actor("clinic"), (cast.yudu.id, plain.id), PERIOD)
    assert service.read_page(session, cast.actor("quality"), (cast.yudu.id, item.id), PERIOD)
    assert queries.list_items(session, cast.yudu.id)[0].on_hand == 10
