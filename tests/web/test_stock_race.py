"""Sixteen clients approve and pick against the same lots through the HTTP API."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from threading import Barrier
from typing import Any

from flask import Flask, jsonify
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from app.catalogue.models import Item
from app.fulfilment.models import PickLine, Requisition, RequisitionLine
from app.inventory import service as inventory
from app.inventory.models import StockBalance, StockMove
from app.web.guard import requires
from app.web.unit_of_work import transaction
from app.web.writes import writes
from tests.clients import post_patiently
from tests.conftest import ClientAs
from tests.factories.cast import Cast
from tests.factories.requisitions import a_submitted_requisition
from tests.factories.stock import a_lot, an_item, stocked
from tests.racing import at_once, deadlocks

CLIENTS = 16
ITEMS = 3
ON_SHELF = 240
ASKED = 24
Rivals = sessionmaker[Session]


def sixteen_requisitions(rivals: Rivals, cast: Cast) -> tuple[list[str], list[str]]:
    """Ask for more than there is: 16 × 24 of each item, of which two lots hold 240."""
    with rivals.begin() as session:
        items: list[Item] = [an_item(session, f"品种{number}") for number in range(ITEMS)]
        for item in items:
            for number in (1, 2):
                expires = date(2027, 6, 30) + timedelta(days=number)
                lot = a_lot(session, item, f"LOT{number}", expires=expires)
                stocked(session, cast.actor("storekeeper"), lot, ON_SHELF // 2)
        references = [
            a_submitted_requisition(
                session,
                cast,
                dict.fromkeys(items[number % 2 :] + items[: number % 2], ASKED),
                by=("clinic", "clinic2")[number % 2],
            ).reference
            for number in range(CLIENTS)
        ]
        return [item.code for item in items], references


def sent(client: FlaskClient, path: str, body: dict[str, Any], key: str) -> int:
    return post_patiently(client, path, body, key).status_code


def approve(client: FlaskClient, reference: str, codes: list[str], key: str) -> int:
    decisions = [{"item_code": code, "decision": "full", "quantity": ASKED} for code in codes]
    return sent(client, f"/api/v1/requisitions/{reference}/approve", {"decisions": decisions}, key)


def pick(client: FlaskClient, task: str, key: str) -> list[int]:
    """Pick every line of a list that is open."""
    lines: list[dict[str, Any]] = client.get(f"/api/v1/pick-tasks/{task}").get_json()["lines"]
    return [
        sent(
            client,
            f"/api/v1/pick-tasks/{task}/lines/{line['position']}/pick",
            {"lot_number": line["lot_number"], "quantity": line["quantity"]},
            f"{key}-{line['position']}",
        )
        for line in lines
    ]


def working(
    client: FlaskClient, number: int, codes: list[str], references: list[str]
) -> Callable[[], tuple[list[int], list[int]]]:
    """Approve one's own requisition and the neighbour's, then pick both, whoever else does."""
    mine = [references[number], references[(number + 1) % CLIENTS]]

    def work() -> tuple[list[int], list[int]]:
        approved = [approve(client, one, codes, f"approve-{number}-{one}") for one in mine]
        rows: list[dict[str, Any]] = client.get("/api/v1/pick-tasks").get_json()["rows"]
        picked = [
            status
            for row in rows
            if row["requisition"] in mine
            for status in pick(client, row["reference"], f"pick-{number}-{row['reference']}")
        ]
        return approved, picked

    return work


def test_sixteen_clients_approving_and_picking_the_same_lots_never_oversell(
    rivals: Rivals, racing_cast: Cast, racing_client_as: ClientAs
) -> None:
    codes, references = sixteen_requisitions(rivals, racing_cast)
    clients = [racing_client_as("pharmacist") for _ in range(CLIENTS)]

    told = at_once(
        *(working(client, number, codes, references) for number, client in enumerate(clients))
    )

    approvals = Counter(status for approved, _ in told for status in approved)
    picks = Counter(status for _, picked in told for status in picked)
    # No deadlock reaches a user: every answer is "done", or "somebody was faster".
    assert set(approvals) <= {200, 409}
    assert set(picks) <= {201, 409, 422}
    assert deadlocks(rivals) == 0
    with rivals() as session:
        short = session.scalar(select(func.sum(RequisitionLine.shortage)))
        listed = session.scalar(select(func.sum(PickLine.quantity)))
        # Never oversold: what was promised is what there is, the rest is a shortage.
        assert listed == ITEMS * ON_SHELF
        assert short == ITEMS * (approvals[200] * ASKED - ON_SHELF)
        assert picks[201] == session.scalar(
            select(func.count()).select_from(PickLine).where(PickLine.picked > 0)
        )
        assert never_negative(session)
        assert foots(session)
        assert inventory.prove(session) == []


def never_negative(session: Session) -> bool:
    below = (StockBalance.on_hand < 0) | (StockBalance.reserved > StockBalance.on_hand)
    found = select(StockBalance.id).where(~StockBalance.outside, below)
    return session.scalars(found).first() is None


def foots(session: Session) -> bool:
    """Say whether the ledger's moves add up to each balance, to the unit."""
    moved = dict(
        session.execute(
            select(StockMove.balance_id, func.sum(StockMove.quantity)).group_by(
                StockMove.balance_id
            )
        ).all()
    )
    held = dict(session.execute(select(StockBalance.id, StockBalance.on_hand)).all())
    return {key: int(quantity) for key, quantity in moved.items()} == held


def test_the_same_sixteen_clients_oversell_where_the_edge_looks_first(
    rivals: Rivals, racing_cast: Cast, racing_app: Flask, racing_client_as: ClientAs
) -> None:
    """The naive control: an edge that reads, thinks and writes what the balance should be."""
    looked = Barrier(CLIENTS)
    with rivals.begin() as session:
        lot = a_lot(session, an_item(session))
        stocked(session, racing_cast.actor("storekeeper"), lot, 100)
    shelf = (StockBalance.lot_id == lot.id, ~StockBalance.outside)

    @racing_app.post("/api/v1/naive-picks")
    @requires()
    @writes
    def take() -> ResponseReturnValue:
        with transaction() as session:
            seen = session.scalars(select(StockBalance.on_hand).where(*shelf)).one()
            looked.wait(timeout=30)
            if seen < 10:
                return jsonify(), 409
            session.execute(update(StockBalance).where(*shelf).values(on_hand=seen - 10))
        return jsonify(), 201

    clients = [racing_client_as("storekeeper") for _ in range(CLIENTS)]
    told = at_once(
        *(
            partial(sent, client, "/api/v1/naive-picks", {}, f"naive-{number}")
            for number, client in enumerate(clients)
        )
    )

    assert told == [201] * CLIENTS
    with rivals() as session:
        assert session.scalars(select(StockBalance.on_hand).where(*shelf)).one() == 90
        assert not foots(session)
        assert inventory.prove(session) != []


def test_one_requisition_approved_by_sixteen_at_once_is_reserved_once(
    rivals: sessionmaker[Session], racing_cast: Cast, racing_client_as: ClientAs
) -> None:
    codes, references = sixteen_requisitions(rivals, racing_cast)

    clients = [racing_client_as("pharmacist") for _ in range(CLIENTS)]

    answers = Counter(
        at_once(
            *(
                partial(approve, client, references[0], codes, f"twin-{number}")
                for number, client in enumerate(clients)
            )
        )
    )

    assert answers == {200: 1, 409: CLIENTS - 1}
    with rivals() as session:
        states = Counter(session.scalars(select(Requisition.state)))
        assert sum(states.values()) == CLIENTS
        assert session.scalar(select(func.sum(StockBalance.reserved))) == ITEMS * ASKED
