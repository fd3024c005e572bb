"""Recalls as lists and as one room: lots, the holders' tasks, what they collected."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, cast, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import UserAccount
from app.catalogue.models import Item
from app.inventory.models import StockBalance
from app.inventory.queries import is_item
from app.kernel.actor import Actor, Permission
from app.kernel.db import Json
from app.kernel.ids import (
    FacilityId,
    ItemId,
    LotId,
    PlaceId,
    RecallId,
    RecallTaskId,
    UserId,
)
from app.network.models import Facility
from app.recall.models import (
    Recall,
    RecallCollection,
    RecallLimit,
    RecallLot,
    RecallTask,
)
from app.recall.rules import Clock, RecallClass, RecallKind, RecallState, Step
from app.traceability.models import Lot, LotHold

MOST_LOTS = 60


@dataclass(frozen=True, slots=True)
class RecallRow:
    """A recall with the names people read."""

    id: RecallId
    reference: str
    kind: RecallKind
    is_drill: bool
    recall_class: RecallClass
    state: RecallState
    reason: str
    instruction: str
    notice_reference: str
    notify_hours: int
    plan_hours: int
    started_by_id: UserId
    started_by: str
    started_at: datetime
    held_ms: int
    located_ms: int
    closed_by: str | None
    closed_at: datetime | None
    missing_reason: str
    account: Json
    lifted_by: str | None
    lifted_second: str | None
    lifted_at: datetime | None
    lift_reason: str

    @property
    def clock(self) -> Clock:
        """What its clock knows."""
        return Clock(
            started_at=self.started_at,
            held_ms=self.held_ms,
            located_ms=self.located_ms,
            closed_at=self.closed_at,
        )

    @property
    def is_open(self) -> bool:
        """Whether holders still work on it."""
        return self.state is RecallState.OPEN


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A holder's task: what lay there, what was collected, how far it is."""

    id: RecallTaskId
    recall_id: RecallId
    facility_id: FacilityId
    facility: str
    township: str
    phone: str
    latitude: float
    longitude: float
    expected: int
    patients: int
    seen_at: datetime | None
    seen_by: str | None
    done_at: datetime | None
    done_by: str | None
    missing: int
    missing_reason: str
    collected: int

    @property
    def step(self) -> Step:
        """How far the holder is."""
        return Step(seen_at=self.seen_at, collected=self.collected > 0, done_at=self.done_at)


@dataclass(frozen=True, slots=True)
class LotChoice:
    """A lot that may be recalled: where it is from, how much lies anywhere."""

    lot_id: LotId
    item_id: ItemId
    item_name: str
    strength: str
    base_unit: str
    maker: str
    lot_number: str
    expires_on: date
    hold: LotHold
    on_hand: int
    facilities: int


def _visible(actor: Actor) -> ColumnElement[bool]:
    """Say which recalls an actor may see: all, or those that gave a facility of theirs a task."""
    if actor.may(Permission.COUNTY_READ):
        return Recall.id > 0
    own = (RecallTask.recall_id == Recall.id, RecallTask.facility_id.in_(actor.facility_ids))
    return exists().where(*own)


def _recalls() -> Any:
    started, closed, lifted, second = (aliased(UserAccount) for _ in range(4))
    return (
        select(
            Recall.id,
            Recall.reference,
            Recall.kind,
            Recall.is_drill,
            Recall.recall_class,
            Recall.state,
            Recall.reason,
            Recall.instruction,
            Recall.notice_reference,
            Recall.notify_hours,
            Recall.plan_hours,
            Recall.started_by_id,
            started.name,
            Recall.started_at,
            Recall.held_ms,
            Recall.located_ms,
            closed.name,
            Recall.closed_at,
            Recall.missing_reason,
            Recall.account,
            lifted.name,
            second.name,
            Recall.lifted_at,
            Recall.lift_reason,
        )
        .join(started, started.id == Recall.started_by_id)
        .outerjoin(closed, closed.id == Recall.closed_by_id)
        .outerjoin(lifted, lifted.id == Recall.lifted_by_id)
        .outerjoin(second, second.id == Recall.lifted_second_id)
    )


def list_recalls(session: Session, actor: Actor, before: int | None, size: int) -> list[RecallRow]:
    """Return recalls an actor may see, newest first, one more than ``size``."""
    statement = _recalls().where(_visible(actor)).order_by(Recall.id.desc()).limit(size + 1)
    if before:
        statement = statement.where(Recall.id < before)
    rows: Iterable[Any] = session.execute(statement)
    return [RecallRow(*row) for row in rows]


def find_recall(session: Session, actor: Actor, reference: str) -> RecallRow | None:
    """Return one recall an actor may see."""
    row = session.execute(_recalls().where(_visible(actor), Recall.reference == reference)).first()
    return RecallRow(*row) if row else None


def get_recall(session: Session, recall_id: RecallId) -> RecallRow:
    """Return the recall of a task whoever may see the task may read."""
    return RecallRow(*session.execute(_recalls().where(Recall.id == recall_id)).one())


def lots_of(session: Session, recall_id: RecallId) -> list[LotId]:
    """Return the lots of a recall."""
    wanted = select(RecallLot.lot_id).where(RecallLot.recall_id == recall_id)
    return list(session.scalars(wanted.order_by(RecallLot.lot_id)))


def names_of(session: Session, recall_ids: Collection[RecallId]) -> dict[RecallId, list[str]]:
    """Return what each recall is of: item and lot number."""
    rows = session.execute(
        select(RecallLot.recall_id, Item.name, Lot.lot_number)
        .join(Lot, Lot.id == RecallLot.lot_id)
        .join(Item, Item.id == Lot.item_id)
        .where(RecallLot.recall_id.in_(recall_ids))
        .order_by(Item.pinyin, Lot.lot_number, Lot.id)
    )
    found: dict[RecallId, list[str]] = {recall_id: [] for recall_id in recall_ids}
    for recall_id, item, number in rows:
        found[recall_id].append(f"{item} {number}")
    return found


def list_tasks(
    session: Session,
    actor: Actor,
    recall_ids: Collection[RecallId],
    task_id: RecallTaskId | None = None,
) -> list[TaskRow]:
    """Return the holders' tasks of recalls that an actor may see, by name of the holder."""
    collected = (
        select(func.coalesce(func.sum(RecallCollection.quantity), 0))
        .where(RecallCollection.task_id == RecallTask.id)
        .correlate(RecallTask)
        .scalar_subquery()
    )
    seen, done = aliased(UserAccount), aliased(UserAccount)
    statement = (
        select(
            RecallTask.id,
            RecallTask.recall_id,
            Facility.id,
            Facility.short_name,
            Facility.township,
            Facility.phone,
            Facility.latitude,
            Facility.longitude,
            RecallTask.expected,
            RecallTask.patients,
            RecallTask.seen_at,
            seen.name,
            RecallTask.done_at,
            done.name,
            RecallTask.missing,
            RecallTask.missing_reason,
            cast(collected, BigInteger),
        )
        .join(Facility, Facility.id == RecallTask.facility_id)
        .outerjoin(seen, seen.id == RecallTask.seen_by_id)
        .outerjoin(done, done.id == RecallTask.done_by_id)
        .order_by(RecallTask.recall_id.desc(), Facility.pinyin, Facility.id)
    )
    if task_id is not None:
        statement = statement.where(RecallTask.id == task_id)
    else:
        statement = statement.where(RecallTask.recall_id.in_(recall_ids))
    if not actor.may(Permission.COUNTY_READ):
        statement = statement.where(RecallTask.facility_id.in_(actor.facility_ids))
    rows: Iterable[Any] = session.execute(statement)
    return [TaskRow(*row) for row in rows]


def own_tasks(session: Session, actor: Actor, *, whole: bool) -> list[TaskRow]:
    """Return the tasks of the actor's own facilities: those of open recalls, or all."""
    wanted = (
        select(RecallTask.recall_id)
        .join(Recall, Recall.id == RecallTask.recall_id)
        .where(RecallTask.facility_id.in_(actor.facility_ids))
        .order_by(RecallTask.recall_id.desc())
        .limit(MOST_LOTS)
    )
    if not whole:
        wanted = wanted.where(Recall.state == RecallState.OPEN)
    tasks = list_tasks(session, actor, session.scalars(wanted).all())
    return [task for task in tasks if task.facility_id in actor.facility_ids]


def collected_by_place(session: Session, task_id: RecallTaskId) -> dict[tuple[LotId, PlaceId], int]:
    """Return how much of each lot a holder collected, by the bin it lay in."""
    rows = session.execute(
        select(
            RecallCollection.lot_id,
            RecallCollection.place_id,
            cast(func.sum(RecallCollection.quantity), BigInteger),
        )
        .where(RecallCollection.task_id == task_id)
        .group_by(RecallCollection.lot_id, RecallCollection.place_id)
    )
    return {(row[0], row[1]): row[2] for row in rows}


def find_lots(session: Session, text: str) -> list[LotChoice]:
    """Return lots by item or lot number, the ones with most goods anywhere first."""
    here = (StockBalance.lot_id == Lot.id, ~StockBalance.outside, StockBalance.on_hand > 0)
    stock = (
        select(
            StockBalance.lot_id,
            func.sum(StockBalance.on_hand).label("on_hand"),
            func.count(StockBalance.facility_id.distinct()).label("facilities"),
        )
        .join(Lot, Lot.id == StockBalance.lot_id)
        .join(Item, Item.id == StockBalance.item_id)
        .where(*here, or_(is_item(text), Lot.lot_number == text.upper()))
        .group_by(StockBalance.lot_id)
        .subquery()
    )
    rows: Iterable[Any] = session.execute(
        select(
            Lot.id,
            Item.id,
            Item.name,
            Item.strength,
            Item.base_unit,
            Lot.maker,
            Lot.lot_number,
            Lot.expires_on,
            Lot.hold,
            cast(func.coalesce(stock.c.on_hand, 0), BigInteger),
            cast(func.coalesce(stock.c.facilities, 0), BigInteger),
        )
        .join(Item, Item.id == Lot.item_id)
        .outerjoin(stock, stock.c.lot_id == Lot.id)
        .where(or_(stock.c.lot_id.is_not(None), Lot.lot_number == text.upper()))
        .order_by(stock.c.on_hand.desc().nulls_last(), Lot.id)
        .limit(MOST_LOTS)
    )
    return [LotChoice(*row) for row in rows]


def limits_of(session: Session) -> dict[RecallClass, RecallLimit]:
    """Return the county's time limits by class."""
    return {row.recall_class: row for row in session.scalars(select(RecallLimit))}


def steps_of(tasks: Sequence[TaskRow]) -> list[Step]:
    """Return how far each holder is."""
    return [task.step for task in tasks]
