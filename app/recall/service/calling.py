"""Call patients back: the site knows them by its own papers, the county by a pointer only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.history import Change
from app.kernel.ids import FacilityId, RecallId, RecallTaskId
from app.kernel.sealing import Vault
from app.recall import queries
from app.recall.errors import PointerUnknown
from app.recall.models import RecallCall
from app.recall.queries import CallRow, Recipient
from app.recall.rules import CallState
from app.recall.service.finding import own_task, record

POINTER_LENGTH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What came of calling whoever a pointer stands for."""

    pointer: str
    state: CallState
    note: str = ""


def pointer_of(vault: Vault, line_id: int) -> str:
    """Return what stands for whoever got a line: keyed, so nobody else can compute it."""
    return vault.index(f"dispensing-line/{line_id}")[:POINTER_LENGTH]


def pointers_of(vault: Vault, rows: Sequence[CallRow]) -> list[CallRow]:
    """Return the calls of a site with their pointers."""
    return [replace(row, pointer=pointer_of(vault, row.line_id)) for row in rows]


def call_back(
    session: Session,
    actor: Actor,
    vault: Vault,
    call: tuple[RecallTaskId, Call],
    *,
    now: datetime,
) -> RecallCall:
    """Write down what came of a call; a later call of the same pointer replaces it.

    Raises:
        NotFound: the task is unknown, or another facility's.
        PointerUnknown: the pointer is none of its patients.
        RecallStateChanged: the recall was closed or lifted.
    """
    task_id, made = call
    recall, task = own_task(session, actor, task_id)
    line_id = _line_of(session, vault, (task.recall_id, task.facility_id), made.pointer)
    values = {
        "state": made.state,
        "note": made.note,
        "user_id": actor.user_id,
        "called_at": now,
    }
    session.execute(
        insert(RecallCall)
        .values(recall_id=recall.id, line_id=line_id, **values)
        .on_conflict_do_update(index_elements=["recall_id", "line_id"], set_=values)
    )
    record(session, actor, recall, ("recall-called", made.note), now=now)
    return session.get_one(
        RecallCall, {"recall_id": recall.id, "line_id": line_id}, populate_existing=True
    )


def resolve(
    session: Session,
    actor: Actor,
    vault: Vault,
    wanted: tuple[RecallTaskId, str, str],
    *,
    now: datetime,
) -> Recipient:
    """Return what the site's paper says of a pointer's patient; who asked and why is logged.

    Raises:
        NotFound: the task is unknown, or another facility's.
        PointerUnknown: the pointer is none of its patients.
        RecallStateChanged: the recall was closed or lifted.
    """
    task_id, pointer, reason = wanted
    recall, task = own_task(session, actor, task_id)
    line_id = _line_of(session, vault, (task.recall_id, task.facility_id), pointer)
    found = queries.find_recipient(session, line_id)
    if found is None:
        raise PointerUnknown(pointer, pointer=pointer)
    change = Change(
        subject=("recall", recall.id),
        action="recall-pointer-resolved",
        after={"pointer": pointer},
        reason=reason,
    )
    history.record(session, actor, change, now=now)
    return found


def _line_of(session: Session, vault: Vault, at: tuple[RecallId, FacilityId], pointer: str) -> int:
    recall_id, facility_id = at
    lots = queries.lots_of(session, recall_id)
    for given in queries.list_given(session, lots, facility_id):
        if pointer_of(vault, given.line_id) == pointer:
            return given.line_id
    raise PointerUnknown(pointer, pointer=pointer)
