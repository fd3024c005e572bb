"""A holder sets goods apart: out of the bin, onto the recall shelf, in quarantine (收回)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.service import Credentials
from app.inventory import service as inventory
from app.inventory.models import Condition, PostingKind
from app.inventory.service import Movement, PostingRequest, Spot
from app.kernel.actor import Actor
from app.kernel.db import refusing
from app.kernel.ids import LotId, RecallTaskId, UnitId, UserId
from app.kernel.rows import insert_rows
from app.recall import queries
from app.recall.errors import NothingToCollect, NotOfTheRecall
from app.recall.models import Recall, RecallCollection, RecallPack, RecallTask
from app.recall.queries import Held
from app.recall.service.finding import own_task, record
from app.traceability import service as traceability
from app.traceability.errors import AlreadyDone
from app.traceability.models import BizStep, Disposition, Unit
from app.traceability.rules import recognise
from app.traceability.service import Happening

LINE_KIND = "recall_collection"


@dataclass(frozen=True, slots=True, kw_only=True)
class Collecting:
    """What was taken: so much of one balance without codes, or the codes that were scanned."""

    balance_id: int | None = None
    quantity: int = 0
    codes: Sequence[str] = ()
    second: Credentials | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """So much of one balance, with the packs if it has codes."""

    held: Held
    quantity: int
    scanned: Sequence[Unit] = ()
    packs: Sequence[Unit] = ()


def collect(
    session: Session, actor: Actor, task_id: RecallTaskId, wanted: Collecting, *, now: datetime
) -> RecallTask:
    """Set goods of a recall apart; a drill writes down what it counted and moves nothing.

    What lies under double lock stays there, in quarantine, and two people sign.

    Raises:
        NotFound: the task is unknown, or another facility's.
        RecallStateChanged: the recall was closed or lifted.
        NothingToCollect: nothing was named, or not so much lies in that bin.
        NotOfTheRecall: a scanned pack is of another lot, or not in a bin here.
        AlreadyDone: a scanned pack was collected before.
        SecondPersonNeeded: goods under double lock, and nobody signed beside.
    """
    recall, task = own_task(session, actor, task_id)
    lots = queries.lots_of(session, recall.id)
    held = [row for row in queries.list_held(session, lots, task.facility_id) if row.is_collectable]
    taken = _scanned(session, held, wanted.codes) if wanted.codes else [_counted(held, wanted)]
    locked = any(one.held.locked for one in taken)
    signed = None
    if locked and not recall.is_drill:
        signed = accounts.cosign(session, actor, wanted.second, task.facility_id, now=now)
    for one in taken:
        _take(session, actor, (recall, task, one, signed), now=now)
    if task.seen_at is None:
        task.seen_at, task.seen_by_id = now, actor.user_id
    task.done_at = task.done_by_id = None
    task.missing, task.missing_reason = 0, ""
    session.flush()
    quantity = sum(one.quantity for one in taken)
    record(session, actor, recall, ("recall-collected", str(quantity)), now=now)
    return task


def _counted(held: Sequence[Held], wanted: Collecting) -> _Taken:
    for row in held:
        if row.balance_id == wanted.balance_id and not row.is_coded:
            if 0 < wanted.quantity <= row.on_hand:
                return _Taken(held=row, quantity=wanted.quantity)
            raise NothingToCollect(row.lot_number, lot=row.lot_number, on_hand=row.on_hand)
    raise NothingToCollect("recall", lot="", on_hand=0)


def _scanned(session: Session, held: Sequence[Held], codes: Sequence[str]) -> list[_Taken]:
    """Sort the scanned packs and cartons by the balance they belong to."""
    known = traceability.get_units(session, [recognise(code).code for code in codes])
    for code in codes:
        if recognise(code).code not in known:
            raise NotOfTheRecall(code, scanned=code)
    units = list(known.values())
    inside = {unit.id: traceability.packs_in(session, [unit.id]) for unit in units}
    places = traceability.place_of(session, [unit.id for unit in units])
    balances = {(row.place_id, row.lot_id): row for row in held if row.is_coded}
    found: defaultdict[int, list[Unit]] = defaultdict(list)
    for unit in units:
        rows = {
            balances.get((places[unit.id], LotId(pack.lot_id or 0))) for pack in inside[unit.id]
        }
        row = rows.pop() if len(rows) == 1 else None
        if row is None:
            raise NotOfTheRecall(unit.code, scanned=unit.code)
        found[row.balance_id].append(unit)
    return [
        _of_packs(next(row for row in held if row.balance_id == balance_id), scanned, inside)
        for balance_id, scanned in sorted(found.items())
    ]


def _of_packs(held: Held, scanned: Sequence[Unit], inside: dict[UnitId, list[Unit]]) -> _Taken:
    packs = {pack.id: pack for unit in scanned for pack in inside[unit.id] if pack.remaining}
    quantity = sum(pack.remaining for pack in packs.values())
    if not 0 < quantity <= held.on_hand:
        raise NothingToCollect(held.lot_number, lot=held.lot_number, on_hand=held.on_hand)
    return _Taken(held=held, quantity=quantity, scanned=scanned, packs=list(packs.values()))


def _take(
    session: Session,
    actor: Actor,
    what: tuple[Recall, RecallTask, _Taken, UserId | None],
    *,
    now: datetime,
) -> None:
    recall, task, taken, _ = what
    collection = RecallCollection(
        task_id=task.id,
        lot_id=taken.held.lot_id,
        place_id=taken.held.place_id,
        quantity=taken.quantity,
        user_id=actor.user_id,
        collected_at=now,
    )
    session.add(collection)
    session.flush()
    if taken.packs:
        rows = [
            {"recall_id": recall.id, "unit_id": pack.id, "collection_id": collection.id}
            for pack in taken.packs
        ]
        code = taken.scanned[0].code
        with refusing(session, "pk_recall_pack", AlreadyDone(code, scanned=code)):
            session.execute(insert_rows(RecallPack, rows))
    if not recall.is_drill:
        _set_apart(session, actor, what, collection, now=now)


def _set_apart(
    session: Session,
    actor: Actor,
    what: tuple[Recall, RecallTask, _Taken, UserId | None],
    collection: RecallCollection,
    *,
    now: datetime,
) -> None:
    recall, task, taken, signed = what
    held = taken.held
    shelf = inventory.recall_shelf(session, task.facility_id)
    target = held.place_id if held.locked else shelf.id
    movement = Movement(
        lot_id=held.lot_id,
        quantity=taken.quantity,
        source=Spot(held.place_id, held.owner_id, held.condition),
        target=Spot(target, held.owner_id, Condition.QUARANTINE),
        line=(LINE_KIND, collection.id),
    )
    request = PostingRequest(
        kind=PostingKind.CONDITION_CHANGE,
        key=f"recall/{recall.reference}/{collection.id}",
        facility_id=task.facility_id,
        document=recall.reference,
        occurred_at=now,
        movements=[movement],
        reason=recall.reason,
        second_user_id=signed,
    )
    collection.posting_id = inventory.post(session, actor, request, now=now).id
    by_state: defaultdict[Disposition, list[Unit]] = defaultdict(list)
    for unit in taken.scanned:
        by_state[unit.disposition].append(unit)
    for disposition, units in sorted(by_state.items()):
        happening = Happening(
            step=BizStep.HOLDING,
            disposition=disposition,
            facility_id=task.facility_id,
            document=recall.reference,
            event_time=now,
            recorded_at=now,
            place_id=target,
            reason=recall.reason,
        )
        traceability.move(session, actor, units, (held.place_id, target), happening)
