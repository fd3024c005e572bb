"""Tables of reconciliation: runs, what each facility came to, and differences until they end."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, BigId, Json, key
from app.kernel.ids import DifferenceId, FacilityId, ItemId, LotId, PlaceId, ReconciliationId
from app.reconciliation.rules import Scope


class Reconciliation(Base):
    """One comparison of codes with the book (核对); rows are only ever added.

    ``compared`` counts places with a lot, ``base_units`` what the ledger holds of coded goods
    there. ``last_move_id`` and ``last_event_id`` say how far the books had come.
    """

    __tablename__ = "reconciliation"
    __table_args__ = (
        CheckConstraint("(scope = 'facility') = (facility_id IS NOT NULL)", name="of_a_facility"),
        CheckConstraint("differing >= 0 AND compared >= 0", name="sane"),
        Index("ix_reconciliation_scope", "scope", "id"),
    )

    id: Mapped[ReconciliationId] = key()
    scope: Mapped[Scope]
    facility_id: Mapped[FacilityId | None] = mapped_column(ForeignKey("facility.id"))
    compared: Mapped[int]
    differing: Mapped[int]
    packs: Mapped[int] = mapped_column(BigInteger)
    base_units: Mapped[int] = mapped_column(BigInteger)
    last_move_id: Mapped[BigId]
    last_event_id: Mapped[BigId]
    started_at: Mapped[datetime]
    milliseconds: Mapped[int]


class ReconciledSite(Base):
    """What a facility came to when all of it was compared last."""

    __tablename__ = "reconciled_site"

    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"), primary_key=True)
    compared: Mapped[int]
    packs: Mapped[int] = mapped_column(BigInteger)
    books: Mapped[int] = mapped_column(BigInteger)
    codes: Mapped[int] = mapped_column(BigInteger)
    compared_at: Mapped[datetime]


class CodeDifference(Base):
    """A lot at a place whose codes and book differ (账码不符), from when to when.

    ``clues`` are the codes and documents that may explain it, as they stood at ``seen_at``.
    """

    __tablename__ = "code_difference"
    __table_args__ = (
        CheckConstraint("books <> codes", name="differs"),
        Index(
            "uq_code_difference_open",
            "place_id",
            "lot_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_code_difference_facility", "facility_id", "id"),
        Index("ix_code_difference_news", "id", postgresql_where=text("NOT told")),
    )

    id: Mapped[DifferenceId] = key()
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    place_id: Mapped[PlaceId] = mapped_column(ForeignKey("place.id"))
    item_id: Mapped[ItemId] = mapped_column(ForeignKey("item.id"))
    lot_id: Mapped[LotId] = mapped_column(ForeignKey("lot.id"))
    books: Mapped[int] = mapped_column(BigInteger)
    codes: Mapped[int] = mapped_column(BigInteger)
    clues: Mapped[Json] = mapped_column(default=dict)
    found_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    told: Mapped[bool] = mapped_column(default=False)
