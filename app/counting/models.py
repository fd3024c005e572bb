"""Tables of count sheets, their lines, and everything that was counted."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.counting.rules import MOST_ROUNDS, AbcClass, SheetKind, SheetState
from app.inventory.models import Condition
from app.kernel.db import Base, BigId, Code, key
from app.kernel.ids import (
    CountLineId,
    CountSheetId,
    FacilityId,
    ItemId,
    LotId,
    PlaceId,
    UnitId,
    UserId,
)


class CountPolicy(Base):
    """How a facility counts; without a row the defaults of ``rules.Policy`` hold."""

    __tablename__ = "count_policy"
    __table_args__ = (
        CheckConstraint("a_days > 0 AND b_days >= a_days AND c_days >= b_days", name="days"),
        CheckConstraint("0 < a_percent AND a_percent < b_percent AND b_percent <= 100", name="abc"),
        CheckConstraint("tolerance_percent >= 0 AND tolerance_fen >= 0", name="tolerance"),
        CheckConstraint("items_a_day BETWEEN 1 AND 500", name="items_a_day"),
    )

    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"), primary_key=True)
    a_days: Mapped[int]
    b_days: Mapped[int]
    c_days: Mapped[int]
    a_percent: Mapped[int]
    b_percent: Mapped[int]
    tolerance_percent: Mapped[int]
    tolerance_fen: Mapped[int] = mapped_column(BigInteger)
    items_a_day: Mapped[int]


class CountSheet(Base):
    """One count of chosen shelves (盘点单). The nightly plan proposes one per facility and day."""

    __tablename__ = "count_sheet"
    __table_args__ = (
        CheckConstraint("approved_by_id <> finished_by_id", name="counter_and_approver"),
        CheckConstraint("second_user_id <> approved_by_id", name="two_people"),
        CheckConstraint("(state = 'posted') = (approved_at IS NOT NULL)", name="posted_by_whom"),
        Index("ix_count_sheet_list", "facility_id", "id"),
        Index(
            "uq_count_sheet_plan",
            "facility_id",
            "planned_on",
            unique=True,
            postgresql_where=text("kind = 'cycle'"),
        ),
    )

    id: Mapped[CountSheetId] = key()
    reference: Mapped[Code] = mapped_column(unique=True)
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    kind: Mapped[SheetKind]
    state: Mapped[SheetState]
    planned_on: Mapped[date]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    started_by_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    finished_at: Mapped[datetime | None]
    finished_by_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    second_user_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    reason: Mapped[str] = mapped_column(default="")


class CountLine(Base):
    """One lot at one place in one condition, to be counted without its book (盲盘).

    ``counted`` and its times, of the first and the last scan, are those of the present
    ``round``. ``book``, ``difference`` and the codes missed are stored when the sheet is
    posted. ``found`` lots were not in the book.
    """

    __tablename__ = "count_line"
    __table_args__ = (
        UniqueConstraint("sheet_id", "place_id", "lot_id", "owner_id", "condition"),
        CheckConstraint("counted >= 0", name="not_negative"),
        CheckConstraint(
            "num_nulls(counted, counted_from, counted_at, counted_by_id) IN (0, 4)", name="counted"
        ),
        CheckConstraint("num_nulls(book, difference) IN (0, 2)", name="settled"),
        CheckConstraint(f"round BETWEEN 1 AND {MOST_ROUNDS}", name="round"),
        Index("ix_count_line_item", "item_id", "sheet_id"),
    )

    id: Mapped[CountLineId] = key()
    sheet_id: Mapped[CountSheetId] = mapped_column(ForeignKey("count_sheet.id"))
    place_id: Mapped[PlaceId] = mapped_column(ForeignKey("place.id"))
    item_id: Mapped[ItemId] = mapped_column(ForeignKey("item.id"))
    lot_id: Mapped[LotId] = mapped_column(ForeignKey("lot.id"))
    owner_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    condition: Mapped[Condition]
    abc_class: Mapped[AbcClass | None]
    found: Mapped[bool] = mapped_column(default=False)
    round: Mapped[int] = mapped_column(default=1)
    counted: Mapped[int | None] = mapped_column(BigInteger)
    open_since: Mapped[datetime | None]
    """Since when the present round is counted; an earlier count belongs to an earlier round."""
    counted_from: Mapped[datetime | None]
    counted_at: Mapped[datetime | None]
    counted_by_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    book: Mapped[int | None] = mapped_column(BigInteger)
    difference: Mapped[int | None] = mapped_column(BigInteger)
    missing_codes: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)


class EntryKind(StrEnum):
    """How something was counted."""

    TYPED = "typed"
    SCANNED = "scanned"


class CountEntry(Base):
    """One act of counting: a number typed or a code scanned; rows are only ever added.

    ``counted_at`` is when it was counted, ``recorded_at`` when we learned of it.
    """

    __tablename__ = "count_entry"
    __table_args__ = (
        CheckConstraint("quantity >= 0", name="not_negative"),
        CheckConstraint("(kind = 'scanned') = (unit_id IS NOT NULL)", name="scans_a_unit"),
        Index(
            "uq_count_entry_unit",
            "sheet_id",
            "line_id",
            "round",
            "unit_id",
            unique=True,
            postgresql_where=text("unit_id IS NOT NULL"),
        ),
    )

    id: Mapped[BigId] = key()
    client_event_id: Mapped[Code] = mapped_column(unique=True)
    sheet_id: Mapped[CountSheetId] = mapped_column(ForeignKey("count_sheet.id"))
    line_id: Mapped[CountLineId] = mapped_column(ForeignKey("count_line.id"), index=True)
    round: Mapped[int]
    kind: Mapped[EntryKind]
    quantity: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[UnitId | None] = mapped_column(ForeignKey("unit.id"))
    stray: Mapped[bool] = mapped_column(default=False)
    """The record placed the scanned pack elsewhere (实有账无)."""
    counted_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
