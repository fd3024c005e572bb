from alembic.script import ScriptDirectory
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from app.kernel import migrations
from app.traceability import service as traceability
from app.traceability.models import (
    BizStep,
    Disposition,
    EventUnit,
    TraceClientEvent,
    TraceCorrection,
    TraceEvent,
    TraceSecond,
)
from app.traceability.service import Happening, Origin
from tests.factories.cast import Cast, the_cast
from tests.factories.packs import CARTON, happening, pack_code, received
from tests.factories.stock import NOW, a_lot, an_item, spot

SLIM = "20261130_1410"


def test_one_unit_stands_in_the_event_and_several_beside_it(session: Session, cast: Cast) -> None:
    keeper, item = cast.actor("storekeeper"), an_item(session, coded=True)
    received(session, keeper, a_lot(session, item), item)

    announcing, receiving = session.scalars(select(TraceEvent).order_by(TraceEvent.id)).all()

    assert announcing.unit_id is None
    named = session.scalars(select(EventUnit.event_id)).all()
    assert named == [announcing.id] * 5
    assert receiving.unit_id == traceability.get_unit(session, CARTON).id


def test_what_few_events_have_stands_in_tables_of_its_own(session: Session, cast: Cast) -> None:
    keeper, item = cast.actor("storekeeper"), an_item(session, coded=True)
    packs = received(session, keeper, a_lot(session, item), item)
    (first,) = session.scalars(select(TraceEvent.id).where(TraceEvent.step == BizStep.RECEIVING))
    shelf = spot(session, keeper.facility_id).place_id
    told = Happening(
        step=BizStep.COUNTING,
        disposition=Disposition.IN_STOCK,
        facility_id=keeper.facility_id,
        place_id=shelf,
        document="CC-1",
        event_time=NOW,
        recorded_at=NOW,
        origin=Origin(client_event_id="e-1", device="PDA-1", device_seq=7),
        corrects_id=first,
        second_user_id=cast.actor("quality").user_id,
    )

    traceability.move(session, keeper, packs[:1], (shelf, shelf), told)

    (event,) = session.scalars(select(TraceEvent.id).where(TraceEvent.step == BizStep.COUNTING))
    assert session.get_one(TraceClientEvent, event).device_seq == 7
    assert session.get_one(TraceCorrection, event).corrects_id == first
    assert session.get_one(TraceSecond, event).user_id == cast.actor("quality").user_id


def test_recorded_lives_survive_the_change_of_form_and_back(rivals: sessionmaker[Session]) -> None:
    with rivals.begin() as session:
        cast = the_cast(session)
        keeper, item = cast.actor("storekeeper"), an_item(session, coded=True)
        packs = received(session, keeper, a_lot(session, item), item)
        shelf = spot(session, keeper.facility_id).place_id
        tote = traceability.new_tote(
            session, keeper, "TT-1", happening(keeper, BizStep.PACKING, shelf)
        )
        told = happening(keeper, BizStep.PICKING, shelf)
        traceability.pack(session, keeper, (packs[:1], tote), told)
        before = traceability.life_line(session, keeper, pack_code(1))
        engine = session.get_bind().engine

    history = ScriptDirectory.from_config(migrations.configuration())
    migrations.downgrade(engine, str(history.get_revision(SLIM).down_revision))
    with rivals() as session:
        wide = session.execute(text("SELECT level, disposition FROM unit WHERE code = 'TT-1'"))
        assert tuple(wide.one()) == ("tote", "in_stock")
    migrations.upgrade(engine)

    with rivals() as session:
        assert traceability.life_line(session, keeper, pack_code(1)) == before
        new = traceability.new_tote(
            session, keeper, "TT-2", happening(keeper, BizStep.PACKING, shelf)
        )
        assert new.id == tote.id + 1
