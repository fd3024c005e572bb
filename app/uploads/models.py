"""Tables of messages to platforms, what happened to them, and how far the ledger was read."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, BigId, Code, Json, key
from app.kernel.ids import FacilityId, ItemId, LotId, UploadId, UserId
from app.uploads.rules import StockChange, UploadFault, UploadKind, UploadState, UploadStep

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
