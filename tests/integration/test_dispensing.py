from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from app.catalogue.models import SpecialClass
from app.dispensing import service
from app.dispensing.errors import ScanAPack, SplitNotAllowed, UndoNotAllowed
from app.dispensing.models import Dispensing
from app.dispensing.service import Correction, DispenseRequest, Given
from app.inventory import service as inventory
from app.kernel.errors import DomainError, NotFound
from app.kernel.ids import ItemId
from app.kernel.local_time import local_day
from app.traceability import service as traceability
from app.traceability.errors import (
    AlreadyDispensed,
    Exhausted,
    LotExpired,
    LotHeld,
    NotATraceCode,
    NotHere,
    ReasonMissing,
    UnknownCode,
)
from app.traceability.models import Disposition, LotHold
from tests.factories.cast import Cast
from tests.factories.dispensing import packs_on_shelf
from tests.factories.receiving import CARTON, pack_code
from tests.factories.stock import LATER, NOW, an_item
from tests.racing import at_once, look_then_act

RIVALS = 16


def give(
    session: Session, cast: Cast, quantity: int | None = None, *, who: str = "clinic"
) -> Given:
    request = DispenseRequest(code=pack_code(1), quantity=quantity)
    return service.dispense(session, cast.actor(who), request, now=NOW)


def on_hand(session: Session, cast: Cast, item_id: ItemId) -> int:
    facility_id = cast.actor("clinic").facility_id
    levels = inventory.stock_levels(session, facility_id, [item_id], today=local_day(NOW))
    return levels[item_id].on_hand


def test_a_pack_is_given_whole_and_leaves_the_stock(session: Session, cast: Cast) -> None:
    item = an_item(session, coded=True)
    packs_on_shelf(session, cast.actor("clinic"), item, packs=2)

    given = give(session, cast)

    assert (given.quantity, given.unit.disposition) == (24, Disposition.DISPENSED)
    assert on_hand(session, cast, item.id) == 24
    assert inventory.prove(session) == []


def test_a_pack_is_given_once_and_the_second_learns_who_and_when(
    session: Session, cast: Cast
) -> None:
    packs_on_shelf(session, cast.actor("clinic"), an_item(session, coded=True))
    first = give(session, cast)

    with pytest.raises(AlreadyDispensed) as refused:
        give(session, cast)

    assert refused.value.data["last"] == "2026-11-23 09:00 渔渡镇 clinic 某"
    assert refused.value.data["reference"] == first.reference


def test_a_broken_pack_is_given_until_it_is_empty(session: Session, cast: Cast) -> None:
    item = an_item(session, coded=True)
    packs_on_shelf(session, cast.actor("clinic"), item)

    first = give(session, cast, 10)
    with pytest.raises(Exhausted), session.begin_nested():
        give(session, cast, 15)
    last = give(session, cast, 14)

    assert first.unit.id == last.unit.id
    assert last.unit.disposition is Disposition.DISPENSED
    assert on_hand(session, cast, item.id) == 0


def test_narcotics_are_not_split(session: Session, cast: Cast) -> None:
    item = an_item(session, coded=True, special=SpecialClass.NARCOTIC)
    packs_on_shelf(session, cast.actor("clinic"), item)

    with pytest.raises(SplitNotAllowed):
        give(session, cast, 1)


def test_a_pack_of_another_facility_is_not_here(session: Session, cast: Cast) -> None:
    packs_on_shelf(session, cast.actor("clinic"), an_item(session, coded=True))

    with pytest.raises(NotHere):
        give(session, cast, who="outsider")
    with pytest.raises(NotHere):
        give(session, cast, who="village")


def test_a_township_clinic_gives_for_its_village_post(session: Session, cast: Cast) -> None:
    packs_on_shelf(session, cast.actor("village"), an_item(session, coded=True))

    given = give(session, cast)

    document = session.scalars(
        select(Dispensing).where(Dispensing.reference == given.reference)
    ).one()
    assert document.facility_id == cast.village.id


@pytest.mark.parametrize(
    ("code", "refusal"),
    [("6901234567892", NotATraceCode), ("83330000000000000001", UnknownCode), (CARTON, ScanAPack)],
)
def test_only_known_packs_are_given(
    session: Session, cast: Cast, code: str, refusal: type[Exception]
) -> None:
    item = an_item(session, coded=True)
    packs_on_shelf(session, cast.actor("clinic"), item, carton=CARTON)

    with pytest.raises(refusal):
        service.dispense(session, cast.actor("clinic"), DispenseRequest(code=code), now=NOW)


def test_a_pack_is_given_out_of_its_carton(session: Session, cast: Cast) -> None:
    item = an_item(session, coded=True)
    packs_on_shelf(session, cast.actor("clinic"), item, packs=3, carton=CARTON)

    give(session, cast)

    left = traceability.packs_in(session, [traceability.get_unit(session, CARTON).id])
    assert [pack.code for pack in left] == [pack_code(2), pack_code(3)]


def test_a_held_lot_is_not_given(session: Session, cast: Cast) -> None:
    lot = packs_on_shelf(session, cast.actor("clinic"), an_item(session, coded=True))
    hold = (LotHold.QUALITY, "性状异常")
    inventory.freeze_lot(session, cast.actor("quality"), lot.id, hold, now=NOW)

    with pytest.raises(LotHeld):
        give(session, cast)


def test_an_expired_lot_is_not_given(session: Session, cast: Cast) -> None:
    packs_on_shelf(session, cast.actor("clinic"), an_item(session, coded=True))
    request = DispenseRequest(code=pack_code(1))

    with pytest.raises(LotExpired):
        service.dispense(
            session, cast.actor("clinic"), request, now=NOW + (LATER - date(2026, 11, 22))
        )


@pytest.mark.parametrize("quantity", [None, 6])
def test_an_undo_returns_pack_and_stock(session: Session, cast: Cast, quantity: int | None) -> None:
    item = an_item(session, coded=True)
    packs_on_shelf(session, cast.actor("clinic"), item)
    given = give(session, cast, quantity)

    correction = service.undo(
        session, cast.actor("clinic"), given.reference, Correction(reason="扫错"), now=NOW
    )

    unit = traceability.get_unit(session, pack_code(1))
    assert (unit.remaining, unit.disposition) == (24, Disposition.IN_STOCK)
    assert on_hand(session, cast, item.id) == 24
    assert session.get_one(Dispensing, correction.undoes_id).reference == given.reference
    assert inventory.prove(session) == []
    assert give(session, cast).quantity == 24


def test_what_may_not_be_undone(session: Session, cast: Cast) -> None:
    packs_on_shelf(session, cast.actor("clinic"), an_item(session, coded=True))
    reference = give(session, cast).reference
    actor = cast.actor("clinic")

    with pytest.raises(NotFound):
        service.undo(session, actor, "DP-20200101-0001", Correction(reason="扫错"), now=NOW)
    with pytest.raises(UndoNotAllowed) as elsewhere:
        service.undo(session, cast.actor("outsider"), reference, Correction(reason="扫错"), now=NOW)
    assert elsewhere.value.data["rule"] == "other-site"
    with pytest.raises(ReasonMissing):
        service.undo(session, actor, reference, Correction(reason=" "), now=NOW)
    with pytest.raises(UndoNotAllowed):
        service.undo(
            session, actor, reference, Correction(reason="扫错"), now=NOW + timedelta(days=11)
        )
    correction = service.undo(session, actor, reference, Correction(reason="扫错"), now=NOW)
    for again in (reference, correction.reference):
        with pytest.raises(UndoNotAllowed):
            service.undo(session, actor, again, Correction(reason="扫错"), now=NOW)


def test_documents_only_grow(session: Session, cast: Cast) -> None:
    packs_on_shelf(session, cast.actor("clinic"), an_item(session, coded=True))
    give(session, cast)

    with pytest.raises(DBAPIError, match="only grows"):
        session.execute(text("UPDATE dispensing_line SET quantity = 1"))


def test_sixteen_scans_of_one_code_give_it_once(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    with rivals.begin() as session:
        item = an_item(session, coded=True)
        packs_on_shelf(session, racing_cast.actor("clinic"), item, packs=3)

    def scan() -> str:
        try:
            with rivals.begin() as session:
                return give(session, racing_cast).reference
        except DomainError as refusal:
            return refusal.code

    answers = at_once(scan, rivals=RIVALS)

    assert sorted(answers)[1:] == ["dispensed-here"] * (RIVALS - 1)
    with rivals() as session:
        assert on_hand(session, racing_cast, item.id) == 48
        assert inventory.prove(session) == []


def test_without_the_guard_one_code_is_given_twice(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    """The naive control: check, then act, as the race above would be without its locks."""
    with rivals.begin() as session:
        packs_on_shelf(session, racing_cast.actor("clinic"), an_item(session, coded=True))

    def look(session: Session) -> bool:
        return traceability.get_unit(session, pack_code(1)).remaining == 24

    def act(session: Session, _whole: bool) -> None:  # noqa: FBT001 - what it saw
        session.execute(
            text("UPDATE unit SET consumed = 24 WHERE code = :code"), {"code": pack_code(1)}
        )

    assert look_then_act(rivals, look, act, count=RIVALS) == {"acted": RIVALS}


def test_parts_given_at_once_never_exceed_the_pack(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    with rivals.begin() as session:
        item = an_item(session, coded=True)
        packs_on_shelf(session, racing_cast.actor("clinic"), item, packs=9)

    def scan() -> int:
        try:
            with rivals.begin() as session:
                return give(session, racing_cast, 5).quantity
        except DomainError:
            return 0

    assert sum(at_once(scan, rivals=RIVALS)) == 20
    with rivals() as session:
        assert on_hand(session, racing_cast, item.id) == 9 * 24 - 20
