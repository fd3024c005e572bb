"""Table of imports: what was sent, what is wrong with it, what became of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.exchange.rules import ImportKind
from app.kernel.db import Base, BigId, Code, Json, key
from app.kernel.ids import FacilityId, UserId


class ImportState(StrEnum):
    """Bad rows, good and waiting for a yes, or done."""

    REFUSED = "refused"
    READY = "ready"
    DONE = "done"


class SheetImport(Base):
    """A sheet somebody sent (导入单); nothing else changes before it is confirmed.

    ``target`` is the document the lines go to, ``digest`` that of the file, ``cells`` its rows
    as read, ``findings`` the bad cells, and ``outcomes`` what each good row would do.
    """

    __tablename__ = "sheet_import"
    __table_args__ = (
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done_at"),
        Index("ix_sheet_import_list", "user_id", "id"),
        Index(
            "uq_sheet_import_done",
            "kind",
            "facility_id",
            "target",
            "digest",
            unique=True,
            postgresql_where=text("state = 'done'"),
        ),
    )

    id: Mapped[BigId] = key()
    reference: Mapped[Code] = mapped_column(unique=True)
    kind: Mapped[ImportKind]
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    target: Mapped[Code]
    file_name: Mapped[str]
    digest: Mapped[Code]
    state: Mapped[ImportState]
    cells: Mapped[Json]
    findings: Mapped[Json]
    outcomes: Mapped[Json]
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    uploaded_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    result: Mapped[Code] = mapped_column(default="")
