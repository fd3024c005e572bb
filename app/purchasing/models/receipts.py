"""Tables of the supplier's notice, receipts and their counts."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.inventory.models import Condition
from app.kernel.db import Base, BigId, Code, key
from app.kernel.ids import (
    FacilityId,
    ItemId,
    LotId,
    PlaceId,
    PurchaseOrderId,
    ReceiptId,
    UnitId,
    UserId,
)


class ReceiptState(StrEnum):
    """Life of a receipt: being counted, counted, accepted by quality, on the shelves."""

    DRAFT = "draft"
    COUNTED = "counted"
    ACCEPTED = "accepted"
    PUT_AWAY = "put_away"


class Receipt(Base):
    """One arrival of goods of an order (到货验收单)."""

    __tablename__ = "receipt"
    __table_args__ = (
        Index(
            "uq_receipt_open_order",
            "order_id",
            unique=True,
            postgresql_where=text("state IN ('draft', 'counted')"),
        ),
        Index("ix_receipt_list", "facility_id", "opened_at", "id"),
        CheckConstraint(
            "(state IN ('draft', 'counted')) = (accepted_at IS NULL)", name="accepted_at"
        ),
        CheckConstraint("second_user_id <> accepted_by", name="two_people"),
    )

    id: Mapped[ReceiptId] = key()
    reference: Mapped[Code] = mapped_column(unique=True)
    order_id: Mapped[PurchaseOrderId] = mapped_column(ForeignKey("purchase_order.id"))
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    state: Mapped[ReceiptState] = mapped_column(default=ReceiptState.DRAFT)
    opened_at: Mapped[datetime]
    opened_by: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    second_user_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))


class AnnouncedLot(Base):
    """What the supplier's notice says comes of one lot (随货同行单); a receipt claims it once."""

    __tablename__ = "announced_lot"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="announces_something"),
        Index(
            "uq_announced_lot_waiting",
            "order_line_id",
            "lot_id",
            unique=True,
            postgresql_where=text("receipt_id IS NULL"),
        ),
        Index("ix_announced_lot_receipt_id", "receipt_id"),
    )

    id: Mapped[BigId] = key()
    order_line_id: Mapped[BigId] = mapped_column(ForeignKey("purchase_order_line.id"))
    lot_id: Mapped[LotId] = mapped_column(ForeignKey("lot.id"))
    quantity: Mapped[int] = mapped_column(BigInteger)
    receipt_id: Mapped[ReceiptId | None] = mapped_column(ForeignKey("receipt.id"))


class ReceiptLine(Base):
    """One lot in one condition on a receipt.

    ``expected`` is what the delivery note says. Where ``first_count`` differs from it,
    ``second_count`` is needed from somebody else. ``accepted`` is set at acceptance,
    ``placed_at`` when the goods are put away, in one bin or several.
    """

    __tablename__ = "receipt_line"
    __table_args__ = (
        UniqueConstraint("receipt_id", "lot_id", "condition"),
        CheckConstraint(
            "expected >= 0 AND first_count >= 0 AND second_count >= 0 AND accepted >= 0",
            name="not_negative",
        ),
        CheckConstraint("second_by <> first_by", name="two_counters"),
        CheckConstraint("(first_count IS NULL) = (first_by IS NULL)", name="first_by"),
        CheckConstraint("(second_count IS NULL) = (second_by IS NULL)", name="second_by"),
        CheckConstraint("condition = 'usable' OR reason <> ''", name="reason"),
        CheckConstraint("released_at IS NULL OR condition = 'quarantine'", name="released"),
        CheckConstraint(
            "0 <= returned AND returned <= coalesce(accepted, 0)", name="returned_within_accepted"
        ),
        Index(
            "ix_receipt_line_quarantine",
            "receipt_id",
            postgresql_where=text("condition = 'quarantine' AND released_at IS NULL"),
        ),
    )

    id: Mapped[BigId] = key()
    receipt_id: Mapped[ReceiptId] = mapped_column(ForeignKey("receipt.id"))
    order_line_id: Mapped[BigId] = mapped_column(ForeignKey("purchase_order_line.id"), index=True)
    item_id: Mapped[ItemId] = mapped_column(ForeignKey("item.id"))
    lot_id: Mapped[LotId] = mapped_column(ForeignKey("lot.id"))
    expected: Mapped[int] = mapped_column(BigInteger)
    first_count: Mapped[int | None] = mapped_column(BigInteger)
    first_by: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    second_count: Mapped[int | None] = mapped_column(BigInteger)
    second_by: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    condition: Mapped[Condition] = mapped_column(default=Condition.USABLE)
    reason: Mapped[str] = mapped_column(default="")
    accepted: Mapped[int | None] = mapped_column(BigInteger)
    returned: Mapped[int] = mapped_column(BigInteger, default=0)
    """What has gone back to the supplier since."""
    placed_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    released_by: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))

    @property
    def stock_condition(self) -> Condition:
        """In which condition the goods are in the book: released ones are usable."""
        return Condition.USABLE if self.released_at else self.condition


class ReceiptPlacement(Base):
    """What of a line went to one bin (上架); the parts of a line are what was accepted."""

    __tablename__ = "receipt_placement"
    __table_args__ = (
        UniqueConstraint("line_id", "place_id"),
        CheckConstraint("quantity > 0", name="places_something"),
    )

    id: Mapped[BigId] = key()
    line_id: Mapped[BigId] = mapped_column(ForeignKey("receipt_line.id"))
    place_id: Mapped[PlaceId] = mapped_column(ForeignKey("place.id"))
    quantity: Mapped[int] = mapped_column(BigInteger)
    placed_at: Mapped[datetime]
    placed_by: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))


class ScanOutcome(StrEnum):
    """How a scan was answered; refused ones change nothing and are not kept."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"


class ReceiptScan(Base):
    """A carton, pack or label scanned at a receipt; ``counted`` ends when the scan is undone.

    A label on goods without trace codes has no unit; ``serial`` is what only one box carries,
    so that it counts once. Boxes of a lot without serials look alike and count each.
    """

    __tablename__ = "receipt_scan"
    __table_args__ = (
        Index(
            "uq_receipt_scan_counted",
            "receipt_id",
            "unit_id",
            unique=True,
            postgresql_where=text("counted"),
        ),
        Index(
            "uq_receipt_scan_serial",
            "receipt_id",
            "serial",
            unique=True,
            postgresql_where=text("counted"),
        ),
        UniqueConstraint("receipt_id", "client_key"),
        CheckConstraint("quantity >= 0", name="not_negative"),
        CheckConstraint("NOT counted OR outcome = 'accepted'", name="counted_is_accepted"),
    )

    id: Mapped[BigId] = key()
    receipt_id: Mapped[ReceiptId] = mapped_column(ForeignKey("receipt.id"))
    line_id: Mapped[BigId] = mapped_column(ForeignKey("receipt_line.id"), index=True)
    unit_id: Mapped[UnitId | None] = mapped_column(ForeignKey("unit.id"))
    serial: Mapped[Code | None]
    client_key: Mapped[Code | None]
    code: Mapped[Code]
    outcome: Mapped[ScanOutcome]
    quantity: Mapped[int] = mapped_column(BigInteger)
    counted: Mapped[bool]
    scanned_at: Mapped[datetime]
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
