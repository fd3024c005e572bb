"""Tables of lots, coded units, what contains what, and the events that happened to them.

Units and events are many: their columns stand widest first, keys have four bytes, words are
numbers, and what few rows have stands in tables of its own.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.catalogue.models import PackScheme
from app.kernel.db import Base, Code, Numbered, NumberedEnum, SmallKey, key, small_key
from app.kernel.ids import (
    FacilityId,
    ItemId,
    LotId,
    PlaceId,
    TraceEventId,
    UnitId,
    UserId,
)


class LotHold(StrEnum):
    """Why a lot may not be used (冻结)."""

    NONE = "none"
    QUALITY = "quality"
    RECALL = "recall"


class Lot(Base):
    """One batch of an item (批次). ``expires_on`` is the last usable day.

    Holds, recall and expiry belong to the lot: the one row that every dispense and issue
    locks. ``hold_reference`` is the recall that holds it, if one does. ``cost_fen`` is what a
    sales pack of this lot cost; stock is valued outside the write path (L16).
    """

    __tablename__ = "lot"
    __table_args__ = (
        UniqueConstraint("item_id", "maker", "lot_number", "expires_on"),
        CheckConstraint("(hold = 'none') = (hold_since IS NULL)", name="hold_has_a_start"),
        CheckConstraint("lot_number = upper(lot_number) AND lot_number <> ''", name="normalised"),
        CheckConstraint("cost_fen >= 0", name="cost_not_negative"),
        CheckConstraint(
            "hold_class = '' OR (hold = 'recall' AND hold_class IN ('I', 'II', 'III'))",
            name="hold_class",
        ),
        CheckConstraint(
            "hold <> 'none' OR (hold_reference = '' AND hold_instruction = '')",
            name="free_of_recall",
        ),
    )

    id: Mapped[LotId] = key()
    item_id: Mapped[ItemId] = mapped_column(ForeignKey("item.id"))
    maker: Mapped[str]
    lot_number: Mapped[Code]
    made_on: Mapped[date | None]
    expires_on: Mapped[date] = mapped_column(index=True)
    cost_fen: Mapped[int] = mapped_column(BigInteger)
    hold: Mapped[LotHold] = mapped_column(default=LotHold.NONE)
    hold_reason: Mapped[str] = mapped_column(default="")
    hold_since: Mapped[datetime | None]
    hold_class: Mapped[Code] = mapped_column(default="", server_default="")
    hold_reference: Mapped[Code] = mapped_column(default="", server_default="")
    hold_instruction: Mapped[str] = mapped_column(default="", server_default="")


class UnitLevel(NumberedEnum):
    """Size of a coded thing: a sales pack, a carton of packs, or a tote of ours."""

    PACK = "pack", 1
    CARTON = "carton", 2
    TOTE = "tote", 3


class Disposition(NumberedEnum):
    """What became of a coded thing (EPCIS disposition)."""

    ANNOUNCED = "announced", 1
    IN_STOCK = "in_stock", 2
    IN_TRANSIT = "in_transit", 3
    PARTIALLY_DISPENSED = "partially_dispensed", 4
    DISPENSED = "dispensed", 5
    WRITTEN_OFF = "written_off", 6
    DESTROYED = "destroyed", 7
    LOST = "lost", 8
    SENT_BACK = "sent_back", 9
    QUARANTINE = "quarantine", 10
    RETURNED_PENDING = "returned_pending", 11
    SAMPLED = "sampled", 12
    REPLACED = "replaced", 13


class Unit(Base):
    """One coded thing (单品码). It lies in a parent or at a place, never in both.

    ``capacity`` and ``consumed`` are base units and only packs have them. The place of a
    contained unit is that of its outermost container.
    """

    __tablename__ = "unit"
    __table_args__ = (
        CheckConstraint("num_nonnulls(parent_id, place_id) = 1", name="one_place"),
        CheckConstraint("0 <= consumed AND consumed <= capacity", name="within_capacity"),
        CheckConstraint("(level = 1) = (capacity > 0)", name="packs_hold_stock"),
        CheckConstraint("level = 3 OR (item_id IS NOT NULL AND lot_id IS NOT NULL)", name="item"),
        CheckConstraint("parent_id <> id", name="not_in_itself"),
        Index("ix_unit_parent", "parent_id", postgresql_where=text("parent_id IS NOT NULL")),
        Index("ix_unit_place", "place_id", "lot_id", postgresql_where=text("place_id IS NOT NULL")),
        Index("ix_unit_lot", "lot_id"),
    )

    id: Mapped[UnitId] = small_key()
    item_id: Mapped[ItemId | None] = mapped_column(SmallKey, ForeignKey("item.id"))
    lot_id: Mapped[LotId | None] = mapped_column(SmallKey, ForeignKey("lot.id"))
    parent_id: Mapped[UnitId | None] = mapped_column(ForeignKey("unit.id"))
    place_id: Mapped[PlaceId | None] = mapped_column(SmallKey, ForeignKey("place.id"))
    capacity: Mapped[int]
    consumed: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=0)
    scheme: Mapped[PackScheme] = mapped_column(Numbered(PackScheme))
    level: Mapped[UnitLevel] = mapped_column(Numbered(UnitLevel))
    disposition: Mapped[Disposition] = mapped_column(Numbered(Disposition))
    is_open: Mapped[bool] = mapped_column(default=False)
    code: Mapped[Code] = mapped_column(unique=True)

    @property
    def remaining(self) -> int:
        """Base units still inside."""
        return self.capacity - self.consumed


class BizStep(NumberedEnum):
    """What was being done (CBV business step, in our trade's words)."""

    ANNOUNCING = "announcing", 1
    RECEIVING = "receiving", 2
    STORING = "storing", 3
    COUNTING = "counting", 4
    PICKING = "picking", 5
    PACKING = "packing", 6
    UNPACKING = "unpacking", 7
    LOADING = "loading", 8
    ARRIVING = "arriving", 9
    ACCEPTING = "accepting", 10
    RETURNING = "returning", 11
    DISPENSING = "dispensing", 12
    HOLDING = "holding", 13
    WRITING_OFF = "writing_off", 14
    DESTROYING = "destroying", 15


class TraceEvent(Base):
    """Something that happened to coded things; rows are only ever added.

    ``event_time`` is when it happened, ``recorded_at`` when we learned of it. An event of one
    thing names it in ``unit_id``; what it names else stands in ``event_unit``, and
    ``queries.named_units`` returns both as one.
    """

    __tablename__ = "trace_event"
    __table_args__ = (
        Index("ix_trace_event_recorded_at", "recorded_at", postgresql_using="brin"),
        Index("ix_trace_event_event_time", "event_time", postgresql_using="brin"),
    )

    event_time: Mapped[datetime]
    recorded_at: Mapped[datetime]
    id: Mapped[TraceEventId] = small_key()
    unit_id: Mapped[UnitId | None] = mapped_column(ForeignKey("unit.id"), index=True)
    quantity: Mapped[int] = mapped_column(default=0)
    facility_id: Mapped[FacilityId] = mapped_column(SmallKey, ForeignKey("facility.id"))
    user_id: Mapped[UserId] = mapped_column(SmallKey, ForeignKey("user_account.id"))
    place_id: Mapped[PlaceId | None] = mapped_column(SmallKey, ForeignKey("place.id"))
    step: Mapped[BizStep] = mapped_column(Numbered(BizStep))
    disposition: Mapped[Disposition] = mapped_column(Numbered(Disposition))
    document: Mapped[Code]
    reason: Mapped[str] = mapped_column(default="")


class EventUnit(Base):
    """A coded thing named by an event of several; a carton's scan names only the carton."""

    __tablename__ = "event_unit"

    event_id: Mapped[TraceEventId] = mapped_column(ForeignKey("trace_event.id"), primary_key=True)
    unit_id: Mapped[UnitId] = mapped_column(ForeignKey("unit.id"), primary_key=True, index=True)
    quantity: Mapped[int] = mapped_column(default=0)


class TraceCorrection(Base):
    """An event that corrects another, which stays as it was; each is corrected once at most."""

    __tablename__ = "trace_correction"

    event_id: Mapped[TraceEventId] = mapped_column(ForeignKey("trace_event.id"), primary_key=True)
    corrects_id: Mapped[TraceEventId] = mapped_column(ForeignKey("trace_event.id"), unique=True)


class TraceClientEvent(Base):
    """The name a device gave an event, and the event's place in what that device captured."""

    __tablename__ = "trace_client_event"
    __table_args__ = (
        Index(
            "uq_trace_client_event_device",
            "device",
            "device_seq",
            unique=True,
            postgresql_where=text("device <> ''"),
        ),
        CheckConstraint("device <> '' OR device_seq = 0", name="seq_of_a_device"),
    )

    event_id: Mapped[TraceEventId] = mapped_column(ForeignKey("trace_event.id"), primary_key=True)
    client_event_id: Mapped[Code] = mapped_column(unique=True)
    device: Mapped[Code] = mapped_column(default="")
    device_seq: Mapped[int] = mapped_column(default=0)


class TraceSecond(Base):
    """The second person who signed for an event (双人)."""

    __tablename__ = "trace_second"

    event_id: Mapped[TraceEventId] = mapped_column(ForeignKey("trace_event.id"), primary_key=True)
    user_id: Mapped[UserId] = mapped_column(SmallKey, ForeignKey("user_account.id"))


class Aggregation(Base):
    """A child was in a parent from one event until another (关联关系)."""

    __tablename__ = "aggregation"
    __table_args__ = (
        Index(
            "uq_aggregation_open_child",
            "child_id",
            unique=True,
            postgresql_where=text("until_event_id IS NULL"),
        ),
    )

    child_id: Mapped[UnitId] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    from_event_id: Mapped[TraceEventId] = mapped_column(
        ForeignKey("trace_event.id"), primary_key=True
    )
    parent_id: Mapped[UnitId] = mapped_column(ForeignKey("unit.id"), index=True)
    until_event_id: Mapped[TraceEventId | None] = mapped_column(ForeignKey("trace_event.id"))


class TraceKey(Base):
    """A key that signs seals, by its public half, and the base its identifiers stand under."""

    __tablename__ = "trace_key"

    id: Mapped[int] = mapped_column(SmallInteger, Identity(always=True), primary_key=True)
    public_key: Mapped[bytes] = mapped_column(unique=True)
    base: Mapped[Code]
    created_at: Mapped[datetime]


class TraceSeal(Base):
    """Up to 1,024 events of one site closed for good; see ``rules/sealing.py``.

    ``events`` are the keys of the events from ``first_seq`` on, ``links`` their chain, ``tree``
    the root over all seals of the site so far, which the signature covers.
    """

    __tablename__ = "trace_seal"

    sealed_at: Mapped[datetime]
    facility_id: Mapped[FacilityId] = mapped_column(
        SmallKey, ForeignKey("facility.id"), primary_key=True
    )
    horizon: Mapped[int] = mapped_column(primary_key=True, index=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    first_seq: Mapped[int]
    key_id: Mapped[int] = mapped_column(SmallInteger, ForeignKey("trace_key.id"))
    events: Mapped[bytes]
    links: Mapped[bytes]
    head: Mapped[bytes]
    root: Mapped[bytes]
    tree: Mapped[bytes]
    signature: Mapped[bytes]


class TraceFrontier(Base):
    """Where a site's chain and tree stand: what the next seal needs, derived from the seals."""

    __tablename__ = "trace_frontier"

    facility_id: Mapped[FacilityId] = mapped_column(
        SmallKey, ForeignKey("facility.id"), primary_key=True
    )
    seals: Mapped[int]
    seq: Mapped[int]
    head: Mapped[bytes]
    peaks: Mapped[bytes]


class UnitHold(Base):
    """A coded thing set apart by itself (隔离), until quality lets it be what it ``was``."""

    __tablename__ = "unit_hold"
    __table_args__ = (
        Index("uq_unit_hold_open", "unit_id", unique=True, postgresql_where=text("until IS NULL")),
        CheckConstraint("(until IS NULL) = (decision = '')", name="ends_by_a_decision"),
    )

    id: Mapped[int] = key()
    unit_id: Mapped[UnitId] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[Code]
    was: Mapped[Disposition] = mapped_column(Numbered(Disposition))
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    decision: Mapped[str] = mapped_column(default="")


class PlatformCode(Base):
    """What the trace platform said of an unknown code, and who told it of a sale (平台核验)."""

    __tablename__ = "platform_code"
    __table_args__ = (
        Index("ix_platform_code_open", "wanted_at", postgresql_where=text("answered_at IS NULL")),
    )

    code: Mapped[Code] = mapped_column(primary_key=True)
    wanted_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    status: Mapped[Code] = mapped_column(default="")
    scan: Mapped[int] = mapped_column(SmallInteger, default=0)
    sold_by: Mapped[str] = mapped_column(default="", server_default="")
    asked_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
