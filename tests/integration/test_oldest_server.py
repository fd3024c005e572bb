"""A day of every domain on PostgreSQL 15; the rest of the suite runs on a newer server."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session, sessionmaker

from app.booking.errors import SlotTaken
from app.booking.service.reserving import BookingRequest, reserve
from app.catalogue.models import ExamItem
from app.equipment.models import Device
from app.inventory import service as inventory
from app.inventory.errors import PeriodClosed
from app.inventory.models import Place, PlaceKind, StockBalance, StockReservation
from app.kernel import migrations
from app.kernel.db import open_engine
from tests import databases, oldest
from tests.conftest import an_app
from tests.factories.booking import NOW as DAY_BEFORE
from tests.factories.booking import a_patient, at
from tests.factories.cast import Cast, the_cast
from tests.factories.receiving import received
from tests.factories.requisitions import a_sealed_tote, handed_over
from tests.factories.stock import a_lot, an_item, spot, stocked
from tests.factories.world import a_world
from tests.integration.test_closing import moved
from tests.racing import at_once

OCTOBER = date(2026, 10, 1)
LATE_OCTOBER = datetime(2026, 10, 30, 4, tzinfo=UTC)
EARLY_NOVEMBER = datetime(2026, 11, 3, 4, tzinfo=UTC)
Sessions = sessionmaker[Session]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    programs = oldest.programs()
    if programs is None:
        pytest.skip(f"this machine has no programs of PostgreSQL {oldest.VERSION}")
    with oldest.server(programs) as url:
        engine = open_engine(url)
        migrations.upgrade(engine)
        yield engine
        engine.dispose()


@pytest.fixture(scope="module")
def people(engine: Engine) -> Cast:
    """Everybody of the contract, in a world with one of everything."""
    with Session(engine, expire_on_commit=False) as session:
        people = the_cast(session)
        a_world(session, people)
    return people


@pytest.fixture
def sessions(engine: Engine, people: Cast) -> Sessions:
    return sessionmaker(engine, expire_on_commit=False)


@pytest.fixture(scope="module")
def fifteen(engine: Engine) -> Iterator[Flask]:
    app = an_app(databases.text_of(engine.url))
    yield app
    app.extensions["engine"].dispose()


def says(app: Flask, command: str) -> str:
    result = app.test_cli_runner().invoke(args=[command])
    assert result.exit_code == 0, result.output
    return result.output


def test_it_is_the_oldest_version_and_the_doctor_is_content(engine: Engine, fifteen: Flask) -> None:
    with engine.connect() as connection:
        number = connection.scalar(text("SELECT current_setting('server_version_num')::int"))

    assert number // 10_000 == oldest.VERSION
    assert "FAIL" not in says(fifteen, "doctor")


def test_goods_are_received_reserved_and_issued_and_the_ledger_is_proven(
    sessions: Sessions, people: Cast, fifteen: Flask
) -> None:
    with sessions.begin() as session:
        keeper, item = people.actor("storekeeper"), an_item(session)
        received(session, keeper, item, first=500)
        handed_over(session, people, a_sealed_tote(session, people, {item: 48}))
        of_item = StockBalance.item_id == item.id
        taken = session.scalars(
            select(StockReservation.taken)
            .join(StockBalance, StockBalance.id == StockReservation.balance_id)
            .where(of_item)
        ).all()
        held = dict(
            session.execute(
                select(Place.kind, StockBalance.on_hand)
                .join(Place, Place.id == StockBalance.place_id)
                .where(of_item, StockBalance.on_hand > 0)
            ).all()
        )

    assert taken == [48]
    assert held == {PlaceKind.BIN: 240 - 48, PlaceKind.RECEIVING: 48}
    assert "0 broken invariants" in says(fifteen, "verify-ledger")


def test_one_slot_is_booked_once(sessions: Sessions, people: Cast) -> None:
    clinic = people.actor("clinic")
    with sessions.begin() as session:
        exam_id = session.scalars(select(ExamItem.id)).all()[0]
        device_id = session.scalars(select(Device.id)).all()[0]
        wishes = [
            BookingRequest(
                exam_item_id=exam_id,
                device_id=device_id,
                patient_id=a_patient(session, clinic, name).id,
                start=at(11),
            )
            for name in ("王一", "王二")
        ]

    def book(wish: BookingRequest) -> str:
        try:
            with sessions.begin() as session:
                return reserve(session, clinic, wish, now=DAY_BEFORE).state.value
        except SlotTaken as refusal:
            return refusal.code

    assert sorted(at_once(*(partial(book, wish) for wish in wishes))) == ["booked", "slot-taken"]


def test_nothing_is_dated_into_a_closed_month(sessions: Sessions, people: Cast) -> None:
    outsider = people.actor("outsider")
    with sessions.begin() as session:
        lot = a_lot(session, an_item(session))
        stocked(session, outsider, lot, 10, now=LATE_OCTOBER)
        inventory.close_month(session, outsider, outsider.facility_id, OCTOBER, now=EARLY_NOVEMBER)
        shelf = spot(session, outsider.facility_id)
        patient = spot(session, outsider.facility_id, PlaceKind.PATIENT)
        used = (lot, 1, shelf, patient)

        with pytest.raises(PeriodClosed):
            moved(session, outsider, used, at=LATE_OCTOBER + timedelta(hours=1), now=EARLY_NOVEMBER)
        moved(session, outsider, used, at=EARLY_NOVEMBER, now=EARLY_NOVEMBER)
