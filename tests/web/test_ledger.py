"""Entries of the ledger, their reversal, conditions and months, as people and programs use them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.inventory import service as inventory
from app.inventory.models import Condition, PlaceKind, PostingKind, StockBalance, StockPosting
from app.inventory.service import Movement, PostingRequest
from app.traceability.models import Lot
from tests.conftest import ClientAs
from tests.factories.cast import Cast
from tests.factories.stock import a_lot, an_item, spot, stocked

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
LATE_OCTOBER = datetime(2026, 10, 30, 4, tzinfo=UTC)
WHY = {"reason": "录错"}


@dataclass
class Shelf:
    item: Item
    lot: Lot
    opening: int
    use: int


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def shelf(session: Session, cast: Cast) -> Shelf:
    clinic = cast.actor("clinic")
    item = an_item(session)
    lot = a_lot(session, item)
    stocked(session, clinic, lot, 100, now=LATE_OCTOBER)
    move = Movement(
        lot_id=lot.id,
        quantity=30,
        source=spot(session, clinic.facility_id),
        target=spot(session, clinic.facility_id, PlaceKind.PATIENT),
        line=("dispensing_line", 1),
    )
    request = PostingRequest(
        kind=PostingKind.CONSUME,
        key="use",
        facility_id=clinic.facility_id,
        document="DP-1",
        occurred_at=NOW,
        movements=[move],
    )
    use = inventory.post(session, clinic, request, now=NOW)
    opening = session.scalars(select(StockPosting.id).where(StockPosting.kind == "opening")).one()
    session.commit()
    return Shelf(item, lot, opening, use.id)


def balance_of(session: Session, lot: Lot, condition: Condition = Condition.USABLE) -> Any:
    return session.execute(
        select(StockBalance.id, StockBalance.on_hand).where(
            StockBalance.lot_id == lot.id,
            ~StockBalance.outside,
            StockBalance.condition == condition,
        )
    ).one()


def test_an_entry_shows_what_moved_and_is_hidden_from_others(
    client_as: ClientAs, shelf: Shelf
) -> None:
    address = f"/api/v1/stock/postings/{shelf.use}"

    told = client_as("clinic").get(address).get_json()

    (moved,) = told["moved"]
    assert (told["kind"], moved["quantity"], moved["target"]["place_kind"]) == (
        "consume",
        30,
        "patient",
    )
    assert client_as("storekeeper").get(address).status_code == 200
    assert client_as("outsider").get(address).status_code == 404


def test_what_belongs_to_a_document_is_undone_there(client_as: ClientAs, shelf: Shelf) -> None:
    address = f"/api/v1/stock/postings/{shelf.use}/reverse"

    refused = client_as("clinic").post(address, json=WHY)

    assert (refused.status_code, refused.get_json()["code"]) == (422, "reversal-by-document")


def test_an_entry_that_stands_alone_is_undone_once(
    client_as: ClientAs, session: Session, cast: Cast
) -> None:
    lot = a_lot(session, an_item(session))
    stocked(session, cast.actor("clinic"), lot, 100)
    opening = session.scalars(select(StockPosting.id)).one()
    session.commit()
    address = f"/api/v1/stock/postings/{opening}/reverse"

    undone = client_as("clinic").post(address, json=WHY)
    again = client_as("clinic").post(address, json=WHY)

    assert (undone.status_code, undone.get_json()["reverses"]) == (201, opening)
    assert (again.status_code, again.get_json()["code"]) == (409, "already-reversed")
    assert client_as("clinic2").post(address, json=WHY).status_code == 404
    assert client_as("driver").post(address, json=WHY).status_code == 403
    assert balance_of(session, lot).on_hand == 0
    assert inventory.prove(session) == []


def test_goods_change_their_condition_where_they_lie(
    client_as: ClientAs, session: Session, shelf: Shelf
) -> None:
    balance = balance_of(session, shelf.lot)
    address = f"/api/v1/stock/balances/{balance.id}/condition"
    damaged = {"quantity": 20, "condition": "damaged", "reason": "受潮"}

    changed = client_as("clinic").post(address, json=damaged)
    refused = client_as("clinic").post(address, json={**damaged, "quantity": 51})

    assert changed.status_code == 201
    assert refused.get_json()["code"] == "insufficient-stock"
    assert balance_of(session, shelf.lot).on_hand == 50
    assert balance_of(session, shelf.lot, Condition.DAMAGED).on_hand == 20
    assert client_as("clinic2").post(address, json=damaged).status_code == 404
    assert inventory.prove(session) == []


def test_a_month_is_closed_once_and_its_report_foots(
    client_as: ClientAs, cast: Cast, shelf: Shelf
) -> None:
    clinic, october = client_as("clinic"), {"facility_id": cast.yudu.id, "month": "2026-10"}

    closed = clinic.post("/api/v1/stock/months", json=october)
    again = clinic.post("/api/v1/stock/months", json=october)
    running = clinic.post("/api/v1/stock/months", json={**october, "month": "2026-11"})
    rows = clinic.get("/api/v1/stock/months/2026-11").get_json()["rows"]

    assert (closed.status_code, again.status_code, running.status_code) == (201, 409, 422)
    assert rows == [
        {
            "item_id": shelf.item.id,
            "item_code": shelf.item.code,
            "item_name": shelf.item.name,
            "base_unit": "粒",
            "opening": 100,
            "came": [],
            "went": [{"kind": "consume", "quantity": 30}],
            "closing": 70,
            "held": 70,
        }
    ]
    assert client_as("clinic2").post("/api/v1/stock/months", json=october).status_code == 404
    assert clinic.get("/api/v1/stock/months/2026-13").status_code == 404


@pytest.mark.parametrize(
    ("at", "held"), [("2026-10-30T11:00", 0), ("2026-11-01T00:00", 100), ("2026-11-23T09:30", 70)]
)
def test_stock_as_at_any_moment(client_as: ClientAs, shelf: Shelf, at: str, held: int) -> None:
    del shelf

    rows = client_as("clinic").get(f"/api/v1/stock/as-at?at={at}").get_json()["rows"]

    assert sum(row["on_hand"] for row in rows) == held


def test_a_card_of_one_place_and_lot_foots_over_any_days(
    client_as: ClientAs, session: Session, cast: Cast, shelf: Shelf
) -> None:
    place = inventory.stock_place(session, cast.yudu.id).id
    narrowed = f"lot_id={shelf.lot.id}&place_id={place}&since=2026-11-20&until=2026-11-23"
    address = f"/api/v1/stock/items/{shelf.item.id}/card?{narrowed}"

    card = client_as("clinic").get(address).get_json()

    assert (card["opening"], card["received"], card["issued"], card["closing"]) == (100, 0, 30, 70)
    assert card["closing"] == card["on_hand"]
    backwards = address.replace("until=2026-11-23", "until=2026-11-01")
    assert client_as("clinic").get(backwards).status_code == 422
