"""Put together what a room, a report and a holder's task show to whoever looks."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from app.kernel.actor import Actor, Permission
from app.kernel.errors import NotFound
from app.kernel.ids import RecallId, RecallTaskId
from app.kernel.sealing import Vault
from app.recall import queries
from app.recall.queries import Given, Holders, LotAccount, RecallRow
from app.recall.rules import Account
from app.recall.service.calling import pointer_of, pointers_of


def visible_holders(session: Session, actor: Actor, recall_id: RecallId) -> Holders:
    """Return who holds what of a recall's lots: all, or what lies at the actor's facilities."""
    found = queries.find_holders(session, queries.lots_of(session, recall_id))
    if actor.may(Permission.COUNTY_READ):
        return found
    held = tuple(row for row in found.held if row.facility_id in actor.facility_ids)
    places = {row.place_id for row in held}
    return Holders(
        held=held,
        packs=tuple(pack for pack in found.packs if pack.place_id in places),
        totes=(),
        on_road=(),
        given=tuple(row for row in found.given if row.facility_id in actor.facility_ids),
    )


def pointed(vault: Vault, given: Sequence[Given]) -> list[dict[str, Any]]:
    """Return goods given to patients, each under a keyed pointer and under no name."""
    return [
        {
            "pointer": pointer_of(vault, row.line_id),
            "facility_id": row.facility_id,
            "lot_id": row.lot_id,
            "quantity": row.quantity,
            "happened_at": row.happened_at,
        }
        for row in given
    ]


def account_of(session: Session, recall: RecallRow) -> list[LotAccount]:
    """Return what became of each lot: now, or as it was when the recall was closed."""
    rows = queries.accounts_of(session, queries.lots_of(session, recall.id))
    kept = recall.account
    return [
        replace(row, account=Account(**kept[str(row.lot_id)])) if str(row.lot_id) in kept else row
        for row in rows
    ]


def show_task(
    session: Session, actor: Actor, vault: Vault, task_id: RecallTaskId
) -> dict[str, Any]:
    """Return a holder's task: the recall, what lies there, what was taken, whom to call.

    Raises:
        NotFound: it is unknown, or another facility's.
    """
    tasks = queries.list_tasks(session, actor, (), task_id)
    if not tasks:
        raise NotFound("recall task")
    task = tasks[0]
    recall = queries.get_recall(session, task.recall_id)
    lots = queries.lots_of(session, recall.id)
    calls = queries.list_calls(session, recall.id, (task.facility_id, lots))
    return {
        "recall": recall,
        "task": task,
        "held": queries.list_held(session, lots, task.facility_id),
        "taken": queries.collected_by_place(session, task.id),
        "calls": pointers_of(vault, calls),
    }
