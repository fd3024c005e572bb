"""Tables of recalls, their lots and limits, the holders' tasks, what was collected, calls made."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, BigId, Code, Json, key
from app.kernel.ids import (
    FacilityId,
    ItemId,
    LotId,
    PlaceId,
    PostingId,
    RecallCollectionId,
    RecallId,
    RecallTaskId,
    UnitId,
    UserId,
)
from app.recall.rules import CallState, RecallClass, RecallKind, RecallState


class RecallLimit(Base):
    """What the county gives a recall of a class, in hours: to tell holders, to hand in a plan.

    Set by the quality head after the order in force; copied to each recall when it starts.
    """

    __tablename__ = "recall_limit"
    __table_args__ = (CheckConstraint("notify_hours > 0 AND plan_hours > 0", name="some_time"),)

    recall_class: Mapped[RecallClass] = mapped_column(primary_key=True)
    notify_hours: Mapped[int]
    plan_hours: Mapped[int]


class Recall(Base):
    """A recall, a quality hold, or a drill of either (召回、质量停售、演练).

    ``held_ms`` is how long after its start the hold stood, ``located_ms`` how long after it
    every holder was known; a drill holds nothing. ``account`` is what the report said when
    the recall was closed, by lot.
    """

    __tablename__ = "recall"
    __table_args__ = (
        CheckConstraint("(kind = 'quality') = (recall_class = 'none')", name="class_of_a_recall"),
        CheckConstraint("reason <> '' AND instruction <> ''", name="tells_why_and_what"),
        CheckConstraint("lifted_second_id <> lifted_by_id", name="two_people_lift"),
        CheckConstraint(
            "num_nulls(lifted_by_id, lifted_second_id, lifted_at) IN (0, 3)", name="lifted_whole"
        ),
        CheckConstraint("(state = 'lifted') = (lifted_at IS NOT NULL)", name="lifted"),
        CheckConstraint("NOT (is_drill AND state = 'lifted')", name="drill_holds_nothing"),
        CheckConstraint("state <> 'closed' OR closed_at IS NOT NULL", name="closed"),
    )

    id: Mapped[RecallId] = key()
    reference: Mapped[Code] = mapped_column(unique=True)
    kind: Mapped[RecallKind]
    is_drill: Mapped[bool]
    recall_class: Mapped[RecallClass]
    state: Mapped[RecallState] = mapped_column(default=RecallState.OPEN)
    reason: Mapped[str]
    instruction: Mapped[str]
    notice_reference: Mapped[str] = mapped_column(default="")
    notify_hours: Mapped[int]
    plan_hours: Mapped[int]
    started_by_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    started_at: Mapped[datetime]
    held_ms: Mapped[int] = mapped_column(default=0)
    located_ms: Mapped[int] = mapped_column(default=0)
    closed_by_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    closed_at: Mapped[datetime | None]
    missing_reason: Mapped[str] = mapped_column(default="")
    account: Mapped[Json] = mapped_column(default=dict)
    lifted_by_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    lifted_second_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    lifted_at: Mapped[datetime | None]
    lift_reason: Mapped[str] = mapped_column(default="")


class RecallLot(Base):
    """A lot of a recall; the hold itself stands on the lot's own row."""

    __tablename__ = "recall_lot"

    recall_id: Mapped[RecallId] = mapped_column(ForeignKey("recall.id"), primary_key=True)
    lot_id: Mapped[LotId] = mapped_column(ForeignKey("lot.id"), primary_key=True, index=True)
    item_id: Mapped[ItemId] = mapped_column(ForeignKey("item.id"))


class RecallTask(Base):
    """What a facility that has, had or gave out goods of the lots is to do, once per recall."""

    __tablename__ = "recall_task"
    __table_args__ = (
        UniqueConstraint("recall_id", "facility_id"),
        CheckConstraint("done_at IS NULL OR seen_at IS NOT NULL", name="seen_before_done"),
        Index("ix_recall_task_facility", "facility_id", "id"),
    )

    id: Mapped[RecallTaskId] = key()
    recall_id: Mapped[RecallId] = mapped_column(ForeignKey("recall.id"))
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    expected: Mapped[int] = mapped_column(BigInteger)
    """Base units that lay there when the recall started, over all lots."""
    patients: Mapped[int]
    seen_at: Mapped[datetime | None]
    seen_by_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    missing: Mapped[int] = mapped_column(BigInteger, default=0)
    missing_reason: Mapped[str] = mapped_column(default="")


class RecallCollection(Base):
    """Goods that a holder set apart, out of one bin; rows are only ever added.

    The posting moved them to the recall shelf, in quarantine; a drill counts and moves nothing.
    """

    __tablename__ = "recall_collection"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="collects_something"),
        Index("ix_recall_collection_task", "task_id", "id"),
    )

    id: Mapped[RecallCollectionId] = key()
    task_id: Mapped[RecallTaskId] = mapped_column(ForeignKey("recall_task.id"))
    lot_id: Mapped[LotId] = mapped_column(ForeignKey("lot.id"))
    place_id: Mapped[PlaceId] = mapped_column(ForeignKey("place.id"))
    quantity: Mapped[int] = mapped_column(BigInteger)
    posting_id: Mapped[PostingId | None] = mapped_column(ForeignKey("stock_posting.id"))
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    collected_at: Mapped[datetime]


class RecallPack(Base):
    """A coded pack that was collected, once per recall."""

    __tablename__ = "recall_pack"

    recall_id: Mapped[RecallId] = mapped_column(ForeignKey("recall.id"), primary_key=True)
    unit_id: Mapped[UnitId] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    collection_id: Mapped[RecallCollectionId] = mapped_column(
        ForeignKey("recall_collection.id"), index=True
    )


class RecallCall(Base):
    """The call to whoever got goods of a lot, by the line of the dispensing document.

    Who the patient is stands nowhere here: the line leads to the site's own paper.
    """

    __tablename__ = "recall_call"

    recall_id: Mapped[RecallId] = mapped_column(ForeignKey("recall.id"), primary_key=True)
    line_id: Mapped[BigId] = mapped_column(ForeignKey("dispensing_line.id"), primary_key=True)
    state: Mapped[CallState]
    note: Mapped[str] = mapped_column(default="")
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    called_at: Mapped[datetime]
