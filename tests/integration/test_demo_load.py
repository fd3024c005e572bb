"""The demo county loads once, wholly, and stands up to the ledger's own proof."""

from hashlib import sha256

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, sessionmaker

from app.accounts.models import UserAccount
from app.demo.load.county import is_loaded, load_county
from app.demo.plan import CountyPlan
from app.inventory.service import prove
from app.network.models import Facility
from app.traceability.models import TraceEvent, Unit, UnitLevel
from tests.clients import client_of
from tests.factories.cast import PASSWORD
from tests.factories.demo import DEMO_CODES, DEMO_NOW
from tests.official import events_in, faults_of, misnamed

RESTART = "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"
"""A rollback takes back rows, not the numbers they were given."""


def test_the_loaded_ledger_is_proven(demo_county: Session) -> None:
    assert prove(demo_county) == []


def test_every_receipt_says_what_its_posting_says(demo_county: Session) -> None:
    told = text("""
        SELECT r.reference, l.lot_id, sum(l.accepted) FROM receipt r
        JOIN receipt_line l ON l.receipt_id = r.id GROUP BY 1, 2""")
    posted = text("""
        SELECT p.document, m.lot_id, sum(m.quantity) FROM stock_posting p
        JOIN stock_move m ON m.posting_id = p.id AND m.leg = 1
        WHERE p.kind = 'receipt' AND p.document LIKE 'GR-%' GROUP BY 1, 2""")

    on_paper = {tuple(row) for row in demo_county.execute(told)}
    assert on_paper == {tuple(row) for row in demo_county.execute(posted)}
    assert len({reference for reference, _, _ in on_paper}) > 10


def test_every_open_difference_lies_where_the_clinic_receives(demo_county: Session) -> None:
    missing = text("""
        SELECT d.facility_id, d.lot_id, d.quantity, d.supplier_id FROM discrepancy d
        WHERE d.closed_at IS NULL""")
    waiting = text("""
        SELECT b.facility_id, b.lot_id, b.on_hand, b.owner_id FROM stock_balance b
        JOIN place p ON p.id = b.place_id
        WHERE p.kind = 'receiving' AND b.owner_id <> b.facility_id AND b.on_hand > 0""")

    found = demo_county.execute(missing).all()
    assert len(found) == 2
    assert sorted(map(tuple, found)) == sorted(map(tuple, demo_county.execute(waiting)))


def test_a_loaded_county_is_not_loaded_again(demo_county: Session) -> None:
    assert is_loaded(demo_county)


def test_an_empty_database_has_no_county(session: Session) -> None:
    assert not is_loaded(session)


def test_all_codes_are_there(demo_county: Session) -> None:
    packs = select(func.count()).where(Unit.level == UnitLevel.PACK)

    assert demo_county.scalar(packs) == DEMO_CODES


def test_the_people_of_the_contract_can_sign_in_and_the_past_cannot(demo_county: Session) -> None:
    active = {user.username: user.active for user in demo_county.scalars(select(UserAccount))}

    assert {
        "pharmacist",
        "storekeeper",
        "buyer",
        "dispatcher",
        "driver",
        "clinic",
        "clinic2",
        "village",
        "imaging",
        "director",
        "quality",
        "admin",
    } <= {name for name, may in active.items() if may}
    assert active["history"] is False


def test_new_rows_get_keys_behind_the_loaded_ones(demo_county: Session) -> None:
    highest = demo_county.scalar(select(func.max(Facility.id)))
    following = demo_county.scalar(text("SELECT nextval(pg_get_serial_sequence('facility', 'id'))"))

    assert (highest, following) == (highest, (highest or 0) + 1)


def test_the_same_plan_loads_the_same_rows(
    rivals: sessionmaker[Session], demo_plan: CountyPlan
) -> None:
    digests = []
    for _ in range(2):
        with rivals() as session:
            load_county(session, demo_plan, PASSWORD, now=DEMO_NOW)
            digests.append(_digest(session))
            session.rollback()
            session.execute(text(RESTART))
            session.commit()

    assert digests[0] == digests[1]


def _digest(session: Session) -> str:
    told = sha256()
    for table in ("facility", "item", "lot", "stock_move", "unit", "event_unit", "aggregation"):
        rows = f"SELECT t::text FROM {table} t ORDER BY t::text"
        for (row,) in session.execute(text(rows)):
            told.update(row.encode())
    return told.hexdigest()


def test_every_constraint_is_back_after_the_load(demo_county: Session, session: Session) -> None:
    constraints = text("""
        SELECT conrelid::regclass::text, conname, convalidated, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2""")

    assert demo_county.execute(constraints).all() == session.execute(constraints).all()


def test_everything_the_county_tells_others_is_as_gs1_wants_it(
    built_app: Flask, demo_county: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = demo_county.connection()
    sessions = sessionmaker(connection, join_transaction_mode="create_savepoint")
    for kind in ("sessions", "looks"):
        monkeypatch.setitem(built_app.extensions, kind, sessions)
    address, answers = "/epcis/v2/events?perPage=40", []
    with time_machine.travel(DEMO_NOW, tick=True):
        director = client_of(built_app, "director")
        while address:
            answer = director.get(address)
            assert answer.status_code == 200, answer.text
            answers.append(answer.get_json())
            link = answer.headers.get("Link", "")
            address = link.partition(">")[0].removeprefix("<http://localhost")
    happenings = demo_county.scalar(select(func.count()).select_from(TraceEvent)) or 0

    assert [fault for answer in answers for fault in faults_of(answer)] == []
    assert [event for answer in answers for event in misnamed(answer)] == []
    assert sum(len(events_in(answer)) for answer in answers) > happenings > 100
