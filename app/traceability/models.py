"""Tables of lots, coded units, what contains what, and the events that happened to them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.catalogue.models import PackScheme
from app.kernel.db import Base, BigId, Code, key
from app.kernel.ids import FacilityId, ItemId, LotId, PlaceId, UnitId, UserId


class LotHold(StrEnum):
    """Why a lot may not be used (冻结)."""

    NONE = "none"
    QUALITY = "quality"
    RECALL = "recall"


class Lot(Base):
    """One batch of an item (批次). ``expires_on`` is the last usable day.

    Holds, recall and expiry belong to the lot. ``cost_fen`` is what a sales pack of this
    lot cost; stock is valued outside the write path (L16).
    """

    __tablename__ = "lot"
    __table_args__ = (
        UniqueConstraint("item_id", "maker", "lot_number", "expires_on"),
        CheckConstraint("(hold = 'none') = (hold_since IS NULL)", name="hold_has_a_start"),
        CheckConstraint("lot_number = upper(lot_number) AND lot_number <> ''", name="normalised"),
        CheckConstraint("cost_fen >= 0", name="cost_not_negative"),
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


class UnitLevel(StrEnum):
    """Size of a coded thing: a sales pack, a carton of packs, or a tote of ours."""

    PACK = "pack"
    CARTON = "carton"
    TOTE = "tote"


class Disposition(StrEnum):
    """What became of a coded thing (EPCIS disposition)."""

    ANNOUNCED = "announced"
    IN_STOCK = "in_stock"
    IN_TRANSIT = "in_transit"
    PARTIALLY_DISPENSED = "partially_dispensed"
    DISPENSED = "dispensed"
    WRITTEN_OFF = "written_off"
    DESTROYED = "destroyed"
    LOST = "lost"
    SENT_BACK = "sent_back"


class Unit(Base):
    """One coded thing (单品码). It lies in a parent or at a place, never in both.

    ``capacity`` and ``consumed`` are base units and only packs have them. The place of a
    contained unit is that of its outermost container.
    """

    __tablename__ = "unit"
    __table_args__ = (
        CheckConstraint("num_nonnulls(parent_id, place_id) = 1", name="one_place"),
        CheckConstraint("0 <= consumed AND consumed <= capacity", name="within_capacity"),
        CheckConstraint("(level = 'pack') = (capacity > 0)", name="packs_hold_stock"),
        CheckConstraint(
            "level = 'tote' OR (item_id IS NOT NULL AND lot_id IS NOT NULL)", name="item"
        ),
        CheckConstraint("parent_id <> id", name="not_in_itself"),
        Index("ix_unit_parent", "parent_id", postgresql_where=text("parent_id IS NOT NULL")),
        Index("ix_unit_place", "place_id", "lot_id", postgresql_where=text("place_id IS NOT NULL")),
        Index("ix_unit_lot", "lot_id"),
    )

    id: Mapped[UnitId] = key()
    code: Mapped[Code] = mapped_column(unique=True)
    scheme: Mapped[PackScheme]
    level: Mapped[UnitLevel]
    item_id: Mapped[ItemId | None] = mapped_column(ForeignKey("item.id"))
    lot_id: Mapped[LotId | None] = mapped_column(ForeignKey("lot.id"))
    capacity: Mapped[int] = mapped_column(BigInteger)
    consumed: Mapped[int] = mapped_column(BigInteger, default=0)
    disposition: Mapped[Disposition]
    parent_id: Mapped[UnitId | None] = mapped_column(ForeignKey("unit.id"))
    place_id: Mapped[PlaceId | None] = mapped_column(ForeignKey("place.id"))
    is_open: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column(default=0)

    @property
    def remaining(self) -> int:
        """Base units still inside."""
        return self.capacity - self.consumed


class BizStep(StrEnum):
    """What was being done (CBV business step, in our trade's words)."""

    ANNOUNCING = "announcing"
    RECEIVING = "receiving"
    STORING = "storing"
    COUNTING = "counting"
    PICKING = "picking"
    PACKING = "packing"
    UNPACKING = "unpacking"
    LOADING = "loading"
    ARRIVING = "arriving"
    ACCEPTING = "accepting"
    RETURNING = "returning"
    DISPENSING = "dispensing"
    HOLDING = "holding"
    WRITING_OFF = "writing_off"
    DESTROYING = "destroying"


class TraceEvent(Base):
    """Something that happened to coded things; rows are only ever added.

    ``event_time`` is when it happened, ``recorded_at`` when we learned of it.
    """

    __tablename__ = "trace_event"

    id: Mapped[BigId] = key()
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"), index=True)
    step: Mapped[BizStep]
    disposition: Mapped[Disposition]
    event_time: Mapped[datetime]
    recorded_at: Mapped[datetime]
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    actor_name: Mapped[str]
    place_id: Mapped[PlaceId | None] = mapped_column(ForeignKey("place.id"))
    document: Mapped[Code]
    client_event_id: Mapped[Code | None] = mapped_column(unique=True)
    reason: Mapped[str] = mapped_column(default="")
    corrects_id: Mapped[BigId | None] = mapped_column(ForeignKey("trace_event.id"), unique=True)


class EventUnit(Base):
    """A coded thing named by an event; a carton's scan is one row, its packs inherit it."""

    __tablename__ = "event_unit"

    event_id: Mapped[BigId] = mapped_column(ForeignKey("trace_event.id"), primary_key=True)
    unit_id: Mapped[UnitId] = mapped_column(ForeignKey("unit.id"), primary_key=True, index=True)
    quantity: Mapped[int] = mapped_column(BigInteger, default=0)


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

    id: Mapped[BigId] = key()
    child_id: Mapped[UnitId] = mapped_column(ForeignKey("unit.id"), index=True)
    parent_id: Mapped[UnitId] = mapped_column(ForeignKey("unit.id"), index=True)
    from_event_id: Mapped[BigId] = mapped_column(ForeignKey("trace_event.id"))
    until_event_id: Mapped[BigId | None] = mapped_column(ForeignKey("trace_event.id"))
