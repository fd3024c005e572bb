import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.errors import SecondPersonIsTheFirst, SecondPersonNeeded, SecondPersonRefused
from app.accounts.service import Credentials
from app.catalogue.models import Item, SpecialClass
from app.dispensing import queries, service
from app.dispensing.errors import PrescriptionNeeded
from app.dispensing.models import Dispensing
from app.dispensing.service import (
    ConsumeRequest,
    Correction,
    DispenseRequest,
    Given,
    Papers,
    Prescription,
    Use,
)
from app.inventory import service as inventory
from app.inventory.errors import LockedPlaceNeeded
from app.inventory.models import PlaceKind, PostingKind, StockPosting
from app.inventory.service import Movement, PostingRequest
from tests.factories.cast import PASSWORD, Cast
from tests.factories.dispensing import packs_on_shelf
from tests.factories.receiving import pack_code
from tests.factories.stock import NOW, a_lot, an_item, spot, stocked

PRESCRIPTION = Prescription(number="MZ20261123001", patient="王某某", prescriber="赵医生")


def signed_by(username: str, password: str = PASSWORD) -> Papers:
    second = Credentials(username=username, password=password, address="10.0.0.1")
    return Papers(prescription=PRESCRIPTION, second=second)


@pytest.fixture
def morphine(session: Session, cast: Cast) -> Item:
    item = an_item(session, "盐酸吗啡片", coded=True, special=SpecialClass.NARCOTIC)
    packs_on_shelf(session, cast.actor("clinic"), item, packs=2)
    return item


def give(session: Session, cast: Cast, papers: Papers) -> Given:
    request = DispenseRequest(code=pack_code(1), papers=papers)
    return service.dispense(session, cast.actor("clinic"), request, now=NOW)


def test_two_people_give_a_controlled_medicine(
    session: Session, cast: Cast, morphine: Item
) -> None:
    given = give(session, cast, signed_by("clinic3"))

    posting = session.scalars(
        select(StockPosting).where(StockPosting.document == given.reference)
    ).one()
    document = session.scalars(
        select(Dispensing.id).where(Dispensing.reference == given.reference)
    ).one()
    papers = queries.find_papers(session, document)
    assert posting.second_user_id == cast.actor("clinic3").user_id
    assert papers is not None
    assert (papers.prescription, papers.patient) == ("MZ20261123001", "王某某")
    assert papers.second == "clinic3 某"
    assert inventory.prove(session) == []
    del morphine


@pytest.mark.parametrize(
    ("papers", "refusal"),
    [
        (Papers(), PrescriptionNeeded),
        (Papers(prescription=PRESCRIPTION), SecondPersonNeeded),
        (signed_by("clinic"), SecondPersonIsTheFirst),
        (signed_by("clinic3", "wrong"), SecondPersonRefused),
        (signed_by("clinic2"), SecondPersonRefused),
        (signed_by("imaging"), SecondPersonRefused),
    ],
    ids=["nothing", "alone", "oneself", "wrong password", "elsewhere", "no right"],
)
def test_nothing_leaves_without_prescription_and_second_person(
    session: Session, cast: Cast, morphine: Item, papers: Papers, refusal: type[Exception]
) -> None:
    before = session.scalar(select(func.count()).select_from(StockPosting))

    with pytest.raises(refusal), session.begin_nested():
        give(session, cast, papers)

    assert session.scalar(select(func.count()).select_from(StockPosting)) == before
    del morphine


def test_an_undo_is_signed_by_two_and_keeps_the_prescription(
    session: Session, cast: Cast, morphine: Item
) -> None:
    reference = give(session, cast, signed_by("clinic3")).reference
    actor = cast.actor("clinic")

    with pytest.raises(SecondPersonNeeded), session.begin_nested():
        service.undo(session, actor, reference, Correction(reason="患者退药"), now=NOW)
    second = signed_by("clinic3").second
    undone = service.undo(
        session, actor, reference, Correction(reason="患者退药", second=second), now=NOW
    )

    papers = queries.find_papers(session, undone.id)
    assert papers is not None
    assert papers.prescription == "MZ20261123001"
    levels = inventory.stock_levels(session, cast.yudu.id, [morphine.id], today=NOW.date())
    assert levels[morphine.id].on_hand == 48


def test_goods_without_codes_are_signed_for_too(session: Session, cast: Cast) -> None:
    item = an_item(session, "地西泮注射液", special=SpecialClass.PSYCHOTROPIC_2)
    stocked(session, cast.actor("clinic"), a_lot(session, item), 20)
    uses = [Use(item_id=item.id, quantity=2)]
    actor = cast.actor("clinic")

    bare = ConsumeRequest(facility_id=cast.yudu.id, uses=uses)
    with pytest.raises(PrescriptionNeeded), session.begin_nested():
        service.consume(session, actor, bare, now=NOW)
    request = ConsumeRequest(facility_id=cast.yudu.id, uses=uses, papers=signed_by("clinic3"))
    document = service.consume(session, actor, request, now=NOW)

    assert queries.find_papers(session, document.id) is not None


def test_the_ledger_itself_keeps_controlled_medicines_under_lock(
    session: Session, cast: Cast
) -> None:
    item = an_item(session, "芬太尼注射液", special=SpecialClass.NARCOTIC)
    lot = a_lot(session, item)
    actor = cast.actor("clinic")
    move = Movement(
        lot_id=lot.id,
        quantity=5,
        source=spot(session, cast.yudu.id, PlaceKind.SUPPLIER),
        target=spot(session, cast.yudu.id),
    )
    request = PostingRequest(
        kind=PostingKind.OPENING,
        key="unlocked",
        facility_id=cast.yudu.id,
        document="OPENING",
        occurred_at=NOW,
        movements=[move],
    )

    with pytest.raises(LockedPlaceNeeded), session.begin_nested():
        inventory.post(session, actor, request, now=NOW)


def test_nobody_opens_a_double_locked_place_alone(session: Session, cast: Cast) -> None:
    item = an_item(session, "芬太尼注射液", special=SpecialClass.NARCOTIC)
    lot = a_lot(session, item)
    actor = cast.actor("clinic")
    stocked(session, actor, lot, 10)
    locked = inventory.locked_place(session, cast.yudu.id)
    loss = spot(session, cast.yudu.id, PlaceKind.LOSS)
    source = type(loss)(locked.id, cast.yudu.id)
    move = Movement(lot_id=lot.id, quantity=1, source=source, target=loss)

    def lose(second: int | None) -> PostingRequest:
        return PostingRequest(
            kind=PostingKind.LOSS,
            key=f"loss-{second}",
            facility_id=cast.yudu.id,
            document="LOSS",
            occurred_at=NOW,
            movements=[move],
            second_user_id=cast.actor("clinic3").user_id if second else None,
        )

    with pytest.raises(SecondPersonNeeded), session.begin_nested():
        inventory.post(session, actor, lose(None), now=NOW)
    assert inventory.post(session, actor, lose(1), now=NOW).second_user_id is not None
