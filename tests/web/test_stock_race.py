"""Sixteen clients approve and pick against the same lots through the HTTP API."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from app.catalogue.models import Item
from app.fulfilment.models import PickLine, Requisition, RequisitionLine
from app.inventory import service as inventory
from app.inventory.models import StockBalance
from tests.conftest import ClientAs
from tests.factories.cast import Cast
from tests.factories.requisitions import a_submitted_requisition
from tests.factories.stock import a_lot, an_item, stocked
from tests.racing import at_once

CLIENTS = 16
ITEMS = 3
ON_SHELF = 240
ASKED = 24


def sixteen_requisitions(rivals: sessionmaker[Session], cast: Cast) -> tuple[list[str], list[str]]:
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


def approving(client_as: ClientAs, reference: str, codes: list[str]) -> Callable[[], int]:
    client = client_as("pharmacist")
    decisions = [{"item_code": code, "decision": "full", "quantity": ASKED} for code in codes]

    def approve() -> int:
        answer = client.post(
            f"/api/v1/requisitions/{reference}/approve",
            json={"decisions": decisions},
            headers={"Idempotency-Key": f"approve-{reference}"},
        )
        return answer.status_code

    return approve


def picking(client_as: ClientAs, task: str, who: str) -> Callable[[], list[int]]:
    client = client_as(who)
    lines: list[dict[str, Any]] = client.get(f"/api/v1/pick-tasks/{task}").get_json()["lines"]

    def pick() -> list[int]:
        return [
            client.post(
                f"/api/v1/pick-tasks/{task}/lines/{line['position']}/pick",
                json={"lot_number": line["lot_number"], "quantity": line["quantity"]},
                headers={"Idempotency-Key": f"{who}-{task}-{line['position']}"},
            ).status_code
            for line in lines
        ]

    return pick


def test_sixteen_clients_approving_and_picking_never_oversell(
    rivals: sessionmaker[Session], racing_cast: Cast, racing_client_as: ClientAs
) -> None:
    codes, references = sixteen_requisitions(rivals, racing_cast)

    calls = [approving(racing_client_as, reference, codes) for reference in references]
    answers = Counter(at_once(*calls))

    assert set(answers) <= {200, 409}
    with rivals() as session:
        promised = session.scalar(select(func.sum(StockBalance.reserved)))
        short = session.scalar(select(func.sum(RequisitionLine.shortage)))
        assert promised == ITEMS * ON_SHELF
        assert short == ITEMS * (answers[200] * ASKED - ON_SHELF)
        assert inventory.prove(session) == []

    tasks = [task["reference"] for task in open_tasks(racing_client_as)]
    pickers = [
        picking(racing_client_as, task, who)
        for task in tasks
        for who in ("storekeeper", "pharmacist")
    ]
    statuses = Counter(status for told in at_once(*pickers) for status in told)

    assert set(statuses) <= {201, 409, 422}
    with rivals() as session:
        picked = session.scalar(select(func.sum(PickLine.picked)))
        lines = session.scalar(select(func.count()).select_from(PickLine))
        assert picked == ITEMS * ON_SHELF
        assert statuses[201] == lines
        assert session.scalar(select(func.sum(StockBalance.reserved))) == 0
        assert inventory.prove(session) == []


def open_tasks(client_as: ClientAs) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (
        client_as("storekeeper").get("/api/v1/pick-tasks").get_json()["rows"]
    )
    return rows


def test_one_requisition_approved_by_sixteen_at_once_is_reserved_once(
    rivals: sessionmaker[Session], racing_cast: Cast, racing_client_as: ClientAs
) -> None:
    codes, references = sixteen_requisitions(rivals, racing_cast)

    def one(number: int) -> Callable[[], int]:
        client = racing_client_as("pharmacist")
        decisions = [{"item_code": code, "decision": "full", "quantity": ASKED} for code in codes]
        return lambda: (
            client.post(
                f"/api/v1/requisitions/{references[0]}/approve",
                json={"decisions": decisions},
                headers={"Idempotency-Key": f"twin-{number}"},
            ).status_code
        )

    answers = Counter(at_once(*(one(number) for number in range(CLIENTS))))

    assert answers == {200: 1, 409: CLIENTS - 1}
    with rivals() as session:
        states = Counter(session.scalars(select(Requisition.state)))
        assert sum(states.values()) == CLIENTS
        assert session.scalar(select(func.sum(StockBalance.reserved))) == ITEMS * ASKED
