"""Table of what was printed, by whom and for what."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, Code, key
from app.kernel.ids import FacilityId, UserId
from app.labelling.rules import LabelSource, Layout, SymbolKind


class LabelPrint(Base):
    """Labels printed in one go; rows are only ever added.

    ``labels`` holds what each label said, so that a second copy is the same to the letter;
    ``named`` is the document, lot or code they were chosen from.
    """

    __tablename__ = "label_print"
    __table_args__ = (
        CheckConstraint("printed BETWEEN 1 AND 1000", name="can_be_stuck"),
        CheckConstraint("skip >= 0", name="skip"),
        Index("ix_label_print_list", "facility_id", "id"),
    )

    id: Mapped[int] = key()
    reference: Mapped[Code] = mapped_column(unique=True)
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    actor_name: Mapped[str]
    printed_at: Mapped[datetime]
    source: Mapped[LabelSource]
    named: Mapped[Code]
    layout: Mapped[Layout]
    symbol: Mapped[SymbolKind]
    skip: Mapped[int]
    printed: Mapped[int]
    labels: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
