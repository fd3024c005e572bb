"""Acts of one kind in a row are written as a set, and come out as if done one by one."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from app.capture.rules import Act
from app.capture.service import Told
from app.catalogue.models import Item
from app.dispensing import service as dispensing
from app.dispensing.models import Dispensing
from app.dispensing.service import DispenseRequest
from app.inventory import service as inventory
from app.kernel.actor import Actor
from app.kernel.errors import DomainError
from app.traceability.models import Lot, TraceEvent, Unit
from tests.factories.capturing import LATE, did, gave, outcomes, sent, state
from tests.factories.cast import Cast
from tests.factories.dispensing import packs_on_shelf
from tests.factories.receiving import a_bin, pack_code
from tests.factories.stock import an_item
from tests.queries import counting
from tests.racing import at_once, deadlocks

PACKS = 24


@pytest.fixture
def clinic(cast: Cast) -> Actor:
    return cast.actor("clinic")


@pytest.fixture
def lot(session: Session, clinic: Actor) -> Lot:
    """Coded packs of 24 on the clinic's shelf."""
    return packs_on_shelf(session, clinic, an_item(session, coded=True), packs=PACKS)


def parts_of_packs() -> list[Told]:
    """Give parts of packs, several times the same, more than is left, and what nobody knows."""
    unknown = replace(gave(9), codes=("89990009999999999999",))
    return [
        gave(1, quantity=5),
        *(gave(number) for number in range(2, 6)),
        gave(6, pack=1, quantity=7),
        gave(7, pack=2),
        gave(8, pack=1, quantity=13),
        unknown,
        gave(10, pack=1),
        gave(11, pack=1, quantity=1),
        gave(12, pack=6, quantity=30),
        gave(13, pack=6),
        did(14, Act.DISPENSE, 7, 8),
        did(15, Act.DISPENSE, 9, 8),
        gave(16, pack=9),
    ]


def moves_of_packs() -> list[Told]:
    """Move packs to a bin and back in rows, one of them to a place there is not; look, give."""
    lost = did(5, Act.MOVE, 5, place="B-99")
    there = [did(number, Act.MOVE, number, place="B-01") for number in range(1, 5)]
    back = [did(number, Act.MOVE, number - 5, place="MAIN") for number in range(6, 9)]
    again = [did(9, Act.MOVE, 1, place="B-01"), did(10, Act.MOVE, 1, place="MAIN")]
    seen = [did(number, Act.COUNT, number - 10) for number in range(11, 15)]
    return [*there, lost, *back, *again, *seen, *(gave(14 + pack, pack=pack) for pack in (1, 4))]


@pytest.mark.parametrize("day", [parts_of_packs, moves_of_packs])
def test_a_set_does_what_one_by_one_does(
    session: Session, clinic: Actor, lot: Lot, day: Callable[[], list[Told]]
) -> None:
    a_bin(session, clinic.facility_id, "B-01")
    with session.begin_nested() as undone:
        answers = outcomes(sent(session, clinic, *day()))
        as_a_set = [*state(session), *happened(session)]
        undone.rollback()
    one_by_one = [answer for act in day() for answer in sent(session, clinic, act)]

    assert answers == outcomes(one_by_one)
    assert set(answers) > {"accepted"}
    assert [*state(session), *happened(session)] == as_a_set
    assert inventory.prove(session) == []


def happened(session: Session) -> list[tuple[object, ...]]:
    """Return the life of every pack: what was done, how much was taken, and when."""
    rows = session.execute(
        select(
            Unit.code,
            TraceEvent.event_time,
            TraceEvent.step,
            TraceEvent.disposition,
            TraceEvent.quantity,
            TraceEvent.place_id,
        )
        .join(TraceEvent, TraceEvent.unit_id == Unit.id)
        .order_by(Unit.code, TraceEvent.id)
    )
    return [tuple(row) for row in rows]


def test_twenty_acts_take_no_more_statements_than_four(
    session: Session, engine: Engine, clinic: Actor, lot: Lot
) -> None:
    sent(session, clinic, gave(1))
    with counting(engine) as few:
        sent(session, clinic, *(gave(number) for number in range(2, 6)))
    with counting(engine) as many:
        sent(
            session,
            clinic,
            *(gave(number, pack=number % 8 + 6, quantity=2) for number in range(6, 26)),
        )

    assert many.count == few.count


def test_packs_never_split_stay_whole_however_many_are_told_of(
    session: Session, clinic: Actor, lot: Lot
) -> None:
    session.get_one(Item, lot.item_id).split_allowed = False
    session.flush()

    answers = sent(session, clinic, *(gave(number, quantity=number) for number in range(1, 7)))

    assert outcomes(answers) == ["split-not-allowed"] * 6


def test_a_batch_and_people_at_counters_give_each_pack_once(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    """A batch plans without a lock: what others gave meanwhile is told, and given once."""
    clinic = racing_cast.actor("clinic")
    with rivals.begin() as session:
        packs_on_shelf(session, clinic, an_item(session, coded=True), packs=12)

    def tell() -> list[str]:
        with rivals.begin() as session:
            return outcomes(sent(session, clinic, *(gave(number) for number in range(1, 13))))

    def give(packs: range) -> list[str]:
        given = []
        for pack in packs:
            with suppress(DomainError), rivals.begin() as session:
                asked = DispenseRequest(code=pack_code(pack))
                given.append(dispensing.dispense(session, clinic, asked, now=LATE).reference)
        return given

    told, *given = at_once(tell, *(partial(give, range(12, 0, -1)) for _ in range(3)))

    assert told.count("accepted") + sum(map(len, given)) == 12
    assert set(told) <= {"accepted", "dispensed-here"}
    assert deadlocks(rivals) == 0
    with rivals() as session:
        assert session.scalar(select(func.count()).select_from(Dispensing)) == 12
        assert inventory.prove(session) == []
