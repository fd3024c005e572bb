"""Codes beside the book: what agrees, what differs, what explains it, and who is told."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.inventory import service as inventory
from app.inventory.models import PlaceKind, PostingKind
from app.inventory.service import Movement, PostingRequest
from app.kernel.actor import Actor
from app.notices.models import Notice
from app.notices.rules import NoticeKind
from app.reconciliation import service
from app.reconciliation.models import CodeDifference
from app.reconciliation.queries.showing import DifferenceFilter, DifferenceRow, list_differences
from app.traceability import service as traceability
from app.traceability.models import BizStep, Lot, Unit
from tests.factories.cast import Cast
from tests.factories.packs import CARTON, happening, pack_code, received
from tests.factories.stock import NOW, a_lot, an_item, spot

LATER = NOW + timedelta(hours=1)
EVERYWHERE = DifferenceFilter(scope=None)


@pytest.fixture
def keeper(cast: Cast) -> Actor:
    return cast.actor("storekeeper")


@pytest.fixture
def lot(session: Session, keeper: Actor) -> Lot:
    """Four coded packs of 24 in a carton in the main bin, in the book as well."""
    item = an_item(session, coded=True)
    lot = a_lot(session, item)
    received(session, keeper, lot, item)
    return lot


def stray(session: Session, keeper: Actor, number: int = 1) -> None:
    """Move a pack to another place by its code, and nothing in the book."""
    unit = traceability.get_unit(session, pack_code(number))
    route = (
        spot(session, keeper.facility_id),
        spot(session, keeper.facility_id, PlaceKind.STAGING),
    )
    told = happening(keeper, BizStep.STORING, route[1].place_id)
    places = (route[0].place_id, route[1].place_id)
    traceability.move(session, keeper, [unit], places, told)


def differences(session: Session) -> dict[str, DifferenceRow]:
    return {row.place_kind.value: row for row in list_differences(session, EVERYWHERE, 50)}


def test_a_carton_that_came_with_its_posting_agrees(session: Session, lot: Lot) -> None:
    outcome = service.reconcile(session, now=LATER)

    assert (outcome.compared, outcome.packs, outcome.base_units) == (1, 4, 96)
    assert list(outcome.differing) == []


def test_a_pack_that_moved_without_the_book_differs_at_both_ends(
    session: Session, keeper: Actor, lot: Lot
) -> None:
    stray(session, keeper)
    session.execute(update(Unit).where(Unit.code == pack_code(1)).values(consumed=4))

    service.reconcile(session, now=LATER)

    found = differences(session)
    assert {kind: (row.books, row.codes) for kind, row in found.items()} == {
        "bin": (96, 72),
        "staging": (0, 20),
    }
    assert {(lead["kind"], lead["code"]) for lead in found["bin"].leads} == {
        ("gone", pack_code(1)),
        ("content", pack_code(1)),
    }
    assert ("stranger", pack_code(1)) in {
        (lead["kind"], lead["code"]) for lead in found["staging"].leads
    }


def test_a_posting_without_codes_is_named(session: Session, keeper: Actor, lot: Lot) -> None:
    place = spot(session, keeper.facility_id)
    loss = spot(session, keeper.facility_id, PlaceKind.LOSS)
    request = PostingRequest(
        kind=PostingKind.LOSS,
        key="by-hand",
        facility_id=keeper.facility_id,
        document="BS-BY-HAND",
        occurred_at=NOW,
        movements=[Movement(lot_id=lot.id, quantity=24, source=place, target=loss)],
    )
    inventory.post(session, keeper, request, now=NOW)

    service.reconcile(session, now=LATER)

    (row,) = differences(session).values()
    assert row.difference == 24
    assert [(lead["kind"], lead["document"], lead["quantity"]) for lead in row.leads] == [
        ("document", "BS-BY-HAND", -24)
    ]


def test_people_are_told_once_and_a_settled_difference_ends(
    session: Session, keeper: Actor, lot: Lot
) -> None:
    stray(session, keeper)

    first = service.reconcile(session, now=LATER)
    again = service.reconcile(session, now=LATER + timedelta(minutes=10))
    unit = traceability.get_unit(session, pack_code(1))
    home = spot(session, keeper.facility_id).place_id
    told = happening(keeper, BizStep.STORING, home)
    traceability.move(session, keeper, [unit], (unit.place_id or home, home), told)
    last = service.reconcile(session, now=LATER + timedelta(minutes=20))

    assert first.told > 0
    assert (len(first.differing), len(again.differing), len(last.differing)) == (2, 2, 0)
    assert (again.told, last.told) == (0, 0)
    assert session.scalars(select(Notice.kind)).all() == [NoticeKind.CODES_DIFFER] * first.told
    assert None not in session.scalars(select(CodeDifference.ended_at)).all()


def test_what_moved_is_compared_without_the_rest(session: Session, keeper: Actor, lot: Lot) -> None:
    whole = service.reconcile_moved(session, now=LATER)
    quiet = service.reconcile_moved(session, now=LATER + timedelta(minutes=10))
    stray(session, keeper, 2)
    moved = service.reconcile_moved(session, now=LATER + timedelta(minutes=20))

    assert (whole.compared, quiet.compared) == (1, 0)
    assert sorted(one.figures.difference for one in moved.differing) == [-24, 24]
    assert pack_code(2) in {
        lead["code"] for row in differences(session).values() for lead in row.leads
    }


def test_what_lies_in_a_carton_stands_where_the_carton_stands(
    session: Session, keeper: Actor, lot: Lot
) -> None:
    carton = traceability.get_unit(session, CARTON)
    away = spot(session, keeper.facility_id, PlaceKind.STAGING)
    session.execute(update(Unit).where(Unit.id == carton.id).values(place_id=away.place_id))

    service.reconcile(session, now=LATER, facility_id=keeper.facility_id)

    assert {kind: row.difference for kind, row in differences(session).items()} == {
        "bin": -96,
        "staging": 96,
    }
