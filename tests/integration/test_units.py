import pytest
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.inventory import service as inventory
from app.inventory.models import PlaceKind
from app.kernel.actor import Actor
from app.traceability import service as traceability
from app.traceability.errors import (
    AlreadyDispensed,
    AlreadyDone,
    AlreadyPacked,
    Exhausted,
    NotHere,
    UnknownCode,
)
from app.traceability.models import BizStep, Disposition, Lot, Unit
from tests.factories.cast import Cast
from tests.factories.packs import CARTON, happening, pack_code, received
from tests.factories.stock import a_lot, an_item, spot


@pytest.fixture
def keeper(cast: Cast) -> Actor:
    return cast.actor("storekeeper")


@pytest.fixture
def item(session: Session) -> Item:
    return an_item(session, coded=True)


@pytest.fixture
def lot(session: Session, item: Item) -> Lot:
    return a_lot(session, item)


@pytest.fixture
def packs(session: Session, keeper: Actor, item: Item, lot: Lot) -> list[Unit]:
    return received(session, keeper, lot, item)


def a_tote(session: Session, keeper: Actor, code: str = "TT-0001") -> Unit:
    bin_ = spot(session, keeper.facility_id).place_id
    return traceability.new_tote(session, keeper, code, happening(keeper, BizStep.PACKING, bin_))


def put(session: Session, keeper: Actor, packs: list[Unit], tote: Unit) -> None:
    bin_ = spot(session, keeper.facility_id).place_id
    traceability.pack(session, keeper, (packs, tote), happening(keeper, BizStep.PICKING, bin_))


def dispense(session: Session, keeper: Actor, pack: Unit, quantity: int) -> Unit:
    shelf = spot(session, keeper.facility_id).place_id
    patient = spot(session, keeper.facility_id, PlaceKind.PATIENT).place_id
    told = happening(keeper, BizStep.DISPENSING, shelf)
    return traceability.dispense(session, keeper, (pack, quantity), (shelf, patient), told)


def test_a_carton_moves_as_one_and_its_packs_are_where_it_is(
    session: Session, keeper: Actor, packs: list[Unit]
) -> None:
    shelf = spot(session, keeper.facility_id).place_id

    where = traceability.place_of(session, [pack.id for pack in packs])

    assert set(where.values()) == {shelf}
    assert inventory.prove(session) == []


def test_a_pack_taken_out_opens_its_carton(
    session: Session, keeper: Actor, packs: list[Unit]
) -> None:
    put(session, keeper, packs[:1], a_tote(session, keeper))

    session.expire_all()
    assert traceability.get_unit(session, CARTON).is_open
    assert len(traceability.packs_in(session, [traceability.get_unit(session, CARTON).id])) == 3
    assert inventory.prove(session) == []


def test_a_pack_is_in_one_tote_only(session: Session, keeper: Actor, packs: list[Unit]) -> None:
    first, second = a_tote(session, keeper), a_tote(session, keeper, "TT-0002")
    put(session, keeper, packs[:1], first)

    with pytest.raises(AlreadyDone):
        put(session, keeper, packs[:1], first)
    with pytest.raises(AlreadyPacked):
        put(session, keeper, packs[:1], second)


def test_a_pack_is_moved_from_where_it_lies_or_not_at_all(
    session: Session, keeper: Actor, packs: list[Unit]
) -> None:
    staging = spot(session, keeper.facility_id, PlaceKind.STAGING).place_id
    shelf = spot(session, keeper.facility_id).place_id

    told = happening(keeper, BizStep.STORING, shelf)
    with pytest.raises(NotHere):
        traceability.move(session, keeper, packs[:1], (staging, shelf), told)


def test_a_pack_is_dispensed_once(session: Session, keeper: Actor, packs: list[Unit]) -> None:
    assert dispense(session, keeper, packs[0], 24).disposition is Disposition.DISPENSED

    with pytest.raises(AlreadyDispensed):
        dispense(session, keeper, packs[0], 1)


def test_a_broken_pack_keeps_its_code_with_what_remains(
    session: Session, keeper: Actor, packs: list[Unit]
) -> None:
    broken = dispense(session, keeper, packs[0], 10)

    assert (broken.disposition, broken.remaining) == (Disposition.PARTIALLY_DISPENSED, 14)
    with pytest.raises(Exhausted):
        dispense(session, keeper, packs[0], 15)
    assert dispense(session, keeper, packs[0], 14).disposition is Disposition.DISPENSED


def test_the_life_line_tells_everything_the_pack_shared_with_its_containers(
    session: Session, cast: Cast, keeper: Actor, packs: list[Unit]
) -> None:
    tote = a_tote(session, keeper)
    put(session, keeper, packs[:1], tote)
    shelf = spot(session, keeper.facility_id).place_id
    staging = spot(session, keeper.facility_id, PlaceKind.STAGING).place_id
    told = happening(keeper, BizStep.LOADING, staging, became=Disposition.IN_TRANSIT)
    traceability.move(session, keeper, [tote], (shelf, staging), told)

    taken = traceability.life_line(session, keeper, pack_code(1))
    stayed = traceability.life_line(session, keeper, pack_code(2))

    assert [(event.step.value, event.via) for event in taken.events] == [
        ("announcing", None),
        ("receiving", CARTON),
        ("picking", None),
        ("loading", "TT-0001"),
    ]
    assert [event.step.value for event in stayed.events] == ["announcing", "receiving"]
    assert taken.facts.item_name == "阿莫西林胶囊"


def test_a_code_that_never_came_near_a_facility_does_not_exist_for_it(
    session: Session, cast: Cast, packs: list[Unit]
) -> None:
    with pytest.raises(UnknownCode):
        traceability.life_line(session, cast.actor("clinic"), packs[0].code)
    with pytest.raises(UnknownCode):
        traceability.life_line(session, cast.actor("storekeeper"), "89990009999999999999")
