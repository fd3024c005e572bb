"""Dispenses racing a recall: none commits after the hold; and what happens without the lock."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from app.dispensing import service as dispensing
from app.dispensing.models import Dispensing, DispensingLine
from app.dispensing.service import DispenseRequest
from app.kernel.ids import LotId
from app.recall import service as recalls
from app.traceability.errors import LotHeld
from app.traceability.models import Lot, LotHold
from tests.factories.cast import Cast
from tests.factories.dispensing import packs_on_shelf
from tests.factories.recalls import an_order
from tests.factories.receiving import pack_code
from tests.factories.stock import NOW, an_item
from tests.racing import at_once, look_then_act

Sessions = sessionmaker[Session]
GIVERS = 7


def given_of(session: Session, lot_id: LotId) -> int:
    """How many packs of a lot have left to patients."""
    wanted = select(func.count()).select_from(DispensingLine)
    return session.scalars(wanted.where(DispensingLine.lot_id == lot_id)).one()


@pytest.mark.parametrize(
    "packs", [pytest.param(42, id="small"), pytest.param(2000, id="full", marks=pytest.mark.storm)]
)
def test_no_dispense_commits_after_the_hold(
    rivals: Sessions, racing_cast: Cast, packs: int
) -> None:
    clinic, quality = racing_cast.actor("clinic"), racing_cast.actor("quality")
    with rivals.begin() as session:
        lot = packs_on_shelf(session, clinic, an_item(session, coded=True), packs=packs)
    numbers = iter(range(1, packs + 1))
    seen: list[int] = []

    def give() -> int:
        done = 0
        for _ in range(packs // GIVERS + 1):
            number = next(numbers, None)
            if number is None:
                break
            try:
                with rivals.begin() as session:
                    asked = DispenseRequest(code=pack_code(number))
                    dispensing.dispense(session, clinic, asked, now=NOW)
                done += 1
            except LotHeld:
                break
        return done

    def hold() -> int:
        while True:  # in the midst of it, not before it began
            with rivals.begin() as session:
                if given_of(session, lot.id) < packs // 10:
                    continue
                recalls.start(session, quality, an_order(lot), now=NOW + timedelta(seconds=1))
                seen.append(given_of(session, lot.id))
                return 0

    given = at_once(*([give] * GIVERS), hold)

    with rivals() as session:
        assert given_of(session, lot.id) == seen[0] == sum(given)
        assert 0 < seen[0] < packs
        assert session.get_one(Lot, lot.id).hold is LotHold.RECALL


def test_asking_without_the_lock_gives_goods_out_after_the_hold(
    rivals: Sessions, racing_cast: Cast
) -> None:
    """The control: each looks at the lot, then the recall commits, then they give."""
    clinic, quality = racing_cast.actor("clinic"), racing_cast.actor("quality")
    with rivals.begin() as session:
        lot = packs_on_shelf(session, clinic, an_item(session, coded=True), packs=4)
        given = dispensing.dispense(session, clinic, DispenseRequest(code=pack_code(1)), now=NOW)
        document_id = session.scalars(
            select(Dispensing.id).where(Dispensing.reference == given.reference)
        ).one()
    held: list[int] = []

    def look(session: Session) -> bool:
        return session.scalars(select(Lot.hold).where(Lot.id == lot.id)).one() is LotHold.NONE

    def act(session: Session, _free: bool) -> None:  # noqa: FBT001 - what it saw
        if not held:
            held.append(0)
            recalls.start(session, quality, an_order(lot), now=NOW)
            held[0] = given_of(session, lot.id)
            return
        session.add(
            DispensingLine(
                dispensing_id=document_id, item_id=lot.item_id, lot_id=lot.id, quantity=1
            )
        )

    assert look_then_act(rivals, look, act) == {"acted": 4}
    with rivals() as session:
        assert given_of(session, lot.id) > 1
