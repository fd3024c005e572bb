"""Tables of the stock ledger: places, balances, postings, moves, reservations, roll-ups."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Enum,
    ForeignKey,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.catalogue.models import StorageClass
from app.kernel.db import Base, BigId, Code, key
from app.kernel.ids import FacilityId, ItemId, LotId, PlaceId, PostingId, UserId


class PlaceKind(StrEnum):
    """What a place is; the last five lie outside the alliance's stock.

    At ``disposal`` written-off goods wait to be destroyed (待销毁区).
    """

    BIN = "bin"
    RECEIVING = "receiving"
    STAGING = "staging"
    VEHICLE = "vehicle"
    SUPPLIER = "supplier"
    PATIENT = "patient"
    DISPOSAL = "disposal"
    LOSS = "loss"
    ADJUSTMENT = "adjustment"


OUTSIDE = frozenset(
    {
        PlaceKind.SUPPLIER,
        PlaceKind.PATIENT,
        PlaceKind.DISPOSAL,
        PlaceKind.LOSS,
        PlaceKind.ADJUSTMENT,
    }
)
"""Virtual counterparts: they may stand below zero, so that every move has two legs."""


class Place(Base):
    """Where stock can be (库位). A vehicle's place belongs to the depot's facility."""

    __tablename__ = "place"
    __table_args__ = (UniqueConstraint("facility_id", "code"),)

    id: Mapped[PlaceId] = key()
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    code: Mapped[Code]
    name: Mapped[str]
    kind: Mapped[PlaceKind]
    storage_class: Mapped[StorageClass] = mapped_column(default=StorageClass.AMBIENT)
    locked: Mapped[bool] = mapped_column(default=False)
    """Double-locked cupboard for controlled medicines (双锁)."""


class Condition(StrEnum):
    """State of the goods themselves; hold, recall and expiry belong to the lot."""

    USABLE = "usable"
    QUARANTINE = "quarantine"
    DAMAGED = "damaged"


class StockBalance(Base):
    """What lies at one place, of one lot, owner and condition, right now (结存).

    Only ``inventory.service.posting`` and ``…reserving`` write here. Item and expiry are
    copied from the lot for the FEFO index; outside places are exempt from not being negative.
    """

    __tablename__ = "stock_balance"
    __table_args__ = (
        UniqueConstraint("place_id", "lot_id", "owner_id", "condition"),
        CheckConstraint("outside OR on_hand >= 0", name="on_hand_not_negative"),
        CheckConstraint("reserved >= 0", name="reserved_not_negative"),
        CheckConstraint("outside OR reserved <= on_hand", name="reserved_within_on_hand"),
        CheckConstraint("NOT outside OR reserved = 0", name="outside_reserves_nothing"),
        Index(
            "ix_stock_balance_fefo",
            "facility_id",
            "item_id",
            "expires_on",
            "lot_id",
            postgresql_where=text("NOT outside AND on_hand > reserved"),
        ),
        Index(
            "ix_stock_balance_county",
            "item_id",
            "expires_on",
            postgresql_include=["facility_id", "on_hand", "reserved"],
            postgresql_where=text("NOT outside AND on_hand > 0"),
        ),
        Index("ix_stock_balance_lot", "lot_id"),
        Index("ix_stock_balance_item", "item_id", "facility_id"),
    )

    id: Mapped[BigId] = key()
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    place_id: Mapped[PlaceId] = mapped_column(ForeignKey("place.id"))
    item_id: Mapped[ItemId] = mapped_column(ForeignKey("item.id"))
    lot_id: Mapped[LotId] = mapped_column(ForeignKey("lot.id"))
    expires_on: Mapped[date]
    owner_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    condition: Mapped[Condition]
    outside: Mapped[bool]
    on_hand: Mapped[int] = mapped_column(BigInteger, default=0)
    reserved: Mapped[int] = mapped_column(BigInteger, default=0)
    last_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    latest_at: Mapped[datetime | None]
    """Business time of the latest move: an issue dated before it is checked against the past."""


class PostingKind(StrEnum):
    """Why stock moved (过账类型)."""

    OPENING = "opening"
    RECEIPT = "receipt"
    PUT_AWAY = "put_away"
    PICK = "pick"
    UNPICK = "unpick"
    LOAD = "load"
    HAND_OVER = "hand_over"
    ACCEPT = "accept"
    RETURN = "return"
    DISPENSE = "dispense"
    CONSUME = "consume"
    COUNT = "count"
    LOSS = "loss"
    DESTROY = "destroy"
    FOUND = "found"
    CONDITION_CHANGE = "condition_change"
    REVERSAL = "reversal"


class UseTag(StrEnum):
    """What goods were used for (用途); only routine use tells what will be needed again."""

    ROUTINE = "routine"
    CAMPAIGN = "campaign"
    DISASTER = "disaster"


class StockPosting(Base):
    """All moves of one action (过账); rows are only ever added."""

    __tablename__ = "stock_posting"

    id: Mapped[PostingId] = key()
    idempotency_key: Mapped[Code] = mapped_column(unique=True)
    digest: Mapped[Code]
    kind: Mapped[PostingKind]
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"), index=True)
    document: Mapped[Code] = mapped_column(index=True)
    reason: Mapped[str]
    tag: Mapped[UseTag] = mapped_column(default=UseTag.ROUTINE)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    second_user_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    reverses_id: Mapped[PostingId | None] = mapped_column(
        ForeignKey("stock_posting.id"), unique=True
    )

    __table_args__ = (
        CheckConstraint("second_user_id <> user_id", name="two_people"),
        CheckConstraint("(kind = 'reversal') = (reverses_id IS NOT NULL)", name="reversal_points"),
    )


class StockMove(Base):
    """One leg of a movement: the change of one balance (台账); rows are only ever added.

    ``seq`` counts the moves of a balance without gaps and ``balance_after`` is what it
    then held, so a lost or doubled update cannot hide. ``line_kind`` and ``line_id`` name
    the document line; ``origin_line_id`` is that of the movement a reversal undoes.
    """

    __tablename__ = "stock_move"
    __table_args__ = (
        UniqueConstraint("balance_id", "seq"),
        CheckConstraint("quantity <> 0", name="moves_something"),
        CheckConstraint("leg IN (-1, 1) AND sign(quantity) = leg", name="leg"),
        Index(
            "uq_stock_move_line",
            "line_kind",
            "line_id",
            "kind",
            "leg",
            unique=True,
            postgresql_where=text("line_id <> 0 AND kind <> 'reversal'"),
        ),
        Index("ix_stock_move_posting", "posting_id"),
        Index("ix_stock_move_item", "facility_id", "item_id", "occurred_at"),
        Index(
            "ix_stock_move_time",
            "facility_id",
            "occurred_at",
            postgresql_include=["balance_id", "quantity"],
        ),
    )

    id: Mapped[BigId] = key()
    posting_id: Mapped[PostingId] = mapped_column(ForeignKey("stock_posting.id"))
    balance_id: Mapped[BigId] = mapped_column(ForeignKey("stock_balance.id"))
    seq: Mapped[int] = mapped_column(BigInteger)
    leg: Mapped[int]
    quantity: Mapped[int] = mapped_column(BigInteger)
    balance_after: Mapped[int] = mapped_column(BigInteger)
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    item_id: Mapped[ItemId] = mapped_column(ForeignKey("item.id"))
    lot_id: Mapped[LotId] = mapped_column(ForeignKey("lot.id"))
    kind: Mapped[PostingKind] = mapped_column(
        Enum(
            PostingKind,
            native_enum=False,
            create_constraint=False,
            length=32,
            values_callable=lambda kinds: [member.value for member in kinds],
        )
    )
    line_kind: Mapped[Code] = mapped_column(default="")
    line_id: Mapped[int] = mapped_column(BigInteger, default=0)
    origin_line_id: Mapped[int] = mapped_column(BigInteger, default=0)
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]


class StockReservation(Base):
    """Stock promised to a document line (占用); what is neither taken nor released is open."""

    __tablename__ = "stock_reservation"
    __table_args__ = (
        UniqueConstraint("line_kind", "line_id", "balance_id"),
        CheckConstraint("taken >= 0 AND released >= 0", name="not_negative"),
        CheckConstraint("taken + released <= quantity", name="within_quantity"),
        Index(
            "ix_stock_reservation_open",
            "balance_id",
            postgresql_where=text("taken + released < quantity"),
        ),
    )

    id: Mapped[BigId] = key()
    line_kind: Mapped[Code]
    line_id: Mapped[int] = mapped_column(BigInteger)
    balance_id: Mapped[BigId] = mapped_column(ForeignKey("stock_balance.id"))
    quantity: Mapped[int] = mapped_column(BigInteger)
    taken: Mapped[int] = mapped_column(BigInteger, default=0)
    released: Mapped[int] = mapped_column(BigInteger, default=0)
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime]

    @property
    def open_quantity(self) -> int:
        """Base units still promised."""
        return self.quantity - self.taken - self.released


class StockApart(Base):
    """What a coded thing's quarantine took out of usable stock, and what gave it back (隔离).

    Both are postings of the ledger, the second the mirror of the first.
    """

    __tablename__ = "stock_apart"
    __table_args__ = (CheckConstraint("quantity > 0", name="sets_something_apart"),)

    hold_id: Mapped[BigId] = mapped_column(
        ForeignKey("unit_hold.id"), primary_key=True, autoincrement=False
    )
    quantity: Mapped[int] = mapped_column(BigInteger)
    posting_id: Mapped[PostingId] = mapped_column(ForeignKey("stock_posting.id"), unique=True)
    returned_id: Mapped[PostingId | None] = mapped_column(
        ForeignKey("stock_posting.id"), unique=True
    )


class ConsumptionDay(Base):
    """What a facility used of an item on a local day, kept by the posting itself (消耗).

    ``one_off`` is the part that was used for something that will not come again.
    """

    __tablename__ = "consumption_day"

    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"), primary_key=True)
    item_id: Mapped[ItemId] = mapped_column(ForeignKey("item.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    quantity: Mapped[int] = mapped_column(BigInteger)
    one_off: Mapped[int] = mapped_column(BigInteger, default=0)


class ClosedMonth(Base):
    """A facility's month in which nothing may be posted any more (月结)."""

    __tablename__ = "closed_month"

    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    closed_at: Mapped[datetime]
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))


class StockSnapshot(Base):
    """What a balance held when a local month ended (月末快照); rows are only ever added.

    Written once the month can no longer change: when it is closed, or when the window for
    back-dating has passed. A balance that held nothing has no row.
    """

    __tablename__ = "stock_snapshot"

    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    balance_id: Mapped[BigId] = mapped_column(ForeignKey("stock_balance.id"), primary_key=True)
    on_hand: Mapped[int] = mapped_column(BigInteger)


class SnapshotMonth(Base):
    """A facility's month whose snapshot is complete, also where it held nothing."""

    __tablename__ = "snapshot_month"

    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    taken_at: Mapped[datetime]
