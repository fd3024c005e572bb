"""Tables of messages to platforms, what happened to them, and how far the ledger was read."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, BigId, Code, Json, key
from app.kernel.ids import FacilityId, ItemId, LotId, TraceBillId, UploadId, UserId
from app.uploads.rules import StockChange, UploadFault, UploadKind, UploadState, UploadStep
from app.uploads.rules.bills import BillState, BillType, DropReason

DUE = text("state IN ('pending', 'unknown', 'claimed')")


class Upload(Base):
    """One message a platform must be told, derived from one row of ours (上传).

    ``source_id`` is a stock move's leg, of a stock-take a count line. ``after_id`` must be
    taken before: what is taken back was told first. ``msgid`` is the last attempt's; only an
    answer to it counts. ``lease_until`` says until when somebody tells or asks.
    """

    __tablename__ = "upload"
    __table_args__ = (
        UniqueConstraint("channel", "kind", "source_id"),
        CheckConstraint("state <> 'claimed' OR lease_until IS NOT NULL", name="claim_has_lease"),
        CheckConstraint("(state = 'acked') = (settled_at IS NOT NULL)", name="settled"),
        CheckConstraint("(state = 'failed') = (fault <> '')", name="fails_for_a_cause"),
        CheckConstraint("attempts >= 0 AND code_count >= 0", name="not_negative"),
        Index("ix_upload_due", "next_try_at", "id", postgresql_where=DUE),
        Index("ix_upload_list", "facility_id", "happened_at", "id"),
        Index("ix_upload_document", "document"),
        Index("ix_upload_failed", "id", postgresql_where=text("state = 'failed'")),
        Index("ix_upload_after", "after_id", postgresql_where=text("after_id IS NOT NULL")),
    )

    id: Mapped[UploadId] = key()
    channel: Mapped[Code] = mapped_column(default="insurance")
    kind: Mapped[UploadKind]
    source_id: Mapped[int] = mapped_column(BigInteger)
    after_id: Mapped[UploadId | None] = mapped_column(ForeignKey("upload.id"))
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    item_id: Mapped[ItemId] = mapped_column(ForeignKey("item.id"))
    lot_id: Mapped[LotId] = mapped_column(ForeignKey("lot.id"))
    document: Mapped[Code]
    change: Mapped[StockChange] = mapped_column(default=StockChange.NONE)
    quantity: Mapped[int] = mapped_column(BigInteger)
    split: Mapped[bool] = mapped_column(default=False)
    code_count: Mapped[int] = mapped_column(default=0)
    happened_at: Mapped[datetime]
    created_at: Mapped[datetime]
    state: Mapped[UploadState] = mapped_column(default=UploadState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    msgid: Mapped[Code] = mapped_column(default="")
    sent_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    receipt: Mapped[Code] = mapped_column(default="")
    fault: Mapped[UploadFault] = mapped_column(default=UploadFault.NONE)
    fault_field: Mapped[Code] = mapped_column(default="")
    fault_text: Mapped[str] = mapped_column(default="")
    body: Mapped[Json | None]


class UploadNote(Base):
    """Something that happened to a message on its way; rows are only ever added.

    A message that is told and taken at once has none: its own row says when.
    """

    __tablename__ = "upload_note"

    id: Mapped[BigId] = key()
    upload_id: Mapped[UploadId] = mapped_column(ForeignKey("upload.id"), index=True)
    step: Mapped[UploadStep]
    happened_at: Mapped[datetime]
    msgid: Mapped[Code] = mapped_column(default="")
    told: Mapped[str] = mapped_column(default="")
    user_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))


class UploadMark(Base):
    """How far the ledger was read: every posting up to ``posting_id`` has its messages."""

    __tablename__ = "upload_mark"

    channel: Mapped[Code] = mapped_column(primary_key=True)
    posting_id: Mapped[int] = mapped_column(BigInteger, default=0)


class TraceBill(Base):
    """A bill for the trace platform (码上放心单据): codes, or lots of goods without codes.

    A hand-made one names who made it. ``answer`` is what the platform said when it refused.
    """

    __tablename__ = "trace_bill"
    __table_args__ = (
        CheckConstraint("state <> 'refused' OR answer <> ''", name="refused_with_reason"),
        CheckConstraint("part > 0", name="part"),
        Index("ix_trace_bill_list", "facility_id", "id"),
    )

    id: Mapped[TraceBillId] = key()
    reference: Mapped[Code] = mapped_column(unique=True)
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    type: Mapped[BillType]
    state: Mapped[BillState] = mapped_column(default=BillState.READY)
    document: Mapped[Code] = mapped_column(default="")
    day: Mapped[date]
    partner: Mapped[str] = mapped_column(default="")
    part: Mapped[int] = mapped_column(default=1)
    note: Mapped[str] = mapped_column(default="")
    answer: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    user_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))


class TraceBillCode(Base):
    """A code of a bill, or one that was left out and why; rows are only ever added."""

    __tablename__ = "trace_bill_code"

    bill_id: Mapped[TraceBillId] = mapped_column(ForeignKey("trace_bill.id"), primary_key=True)
    code: Mapped[Code] = mapped_column(primary_key=True)
    dropped: Mapped[DropReason] = mapped_column(default=DropReason.NONE)


class TraceBillRemnant(Base):
    """So much of a lot without codes on a bill (零头); rows are only ever added."""

    __tablename__ = "trace_bill_remnant"
    __table_args__ = (CheckConstraint("quantity > 0", name="holds_something"),)

    bill_id: Mapped[TraceBillId] = mapped_column(ForeignKey("trace_bill.id"), primary_key=True)
    lot_id: Mapped[LotId] = mapped_column(ForeignKey("lot.id"), primary_key=True)
    quantity: Mapped[int] = mapped_column(BigInteger)


class TraceBillSource(Base):
    """Which messages a bill was made of: each goes into the bills of one run, once."""

    __tablename__ = "trace_bill_source"

    upload_id: Mapped[UploadId] = mapped_column(ForeignKey("upload.id"), primary_key=True)
    bill_id: Mapped[TraceBillId] = mapped_column(ForeignKey("trace_bill.id"), index=True)
