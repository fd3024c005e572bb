"""Tables of replenishment: the plan of each item at each facility, and the lists it leads to."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, Json
from app.kernel.ids import FacilityId, ItemId, UserId
from app.replenishment.rules import AlertKind
from optimizer.replenishment.methods import Method


class ItemPlan(Base):
    """An item at a facility as of last night: forecast, limits, position, what to order (补货计划).

    Quantities are base units. ``spread`` is the root mean square error of the forecast over
    the whole horizon, ``wape`` the chosen method's error and ``peers`` that of the plain ones.
    Limits set by hand win over computed ones and survive every night. At the centre
    ``usable`` leaves out what is promised, and nothing is proposed: purchasing plans there.
    """

    __tablename__ = "item_plan"
    __table_args__ = (
        CheckConstraint("0 <= minimum AND minimum <= maximum AND safety >= 0", name="limits"),
        CheckConstraint("usable >= 0 AND coming >= 0 AND asked >= 0", name="position"),
        CheckConstraint("proposed >= 0 AND per_month >= 0 AND spread >= 0", name="not_negative"),
        CheckConstraint(
            "num_nulls(set_minimum, set_maximum, set_by_id, set_at) IN (0, 4)", name="set_whole"
        ),
        CheckConstraint("0 <= set_minimum AND set_minimum <= set_maximum", name="set_limits"),
        CheckConstraint("set_minimum IS NULL OR set_reason <> ''", name="set_with_reason"),
        Index("ix_item_plan_item", "item_id", "facility_id"),
        Index(
            "ix_item_plan_proposed",
            "facility_id",
            "item_id",
            postgresql_where=text("proposed > 0"),
        ),
    )

    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"), primary_key=True)
    item_id: Mapped[ItemId] = mapped_column(ForeignKey("item.id"), primary_key=True)
    method: Mapped[Method]
    per_month: Mapped[int] = mapped_column(BigInteger)
    in_lead: Mapped[int] = mapped_column(BigInteger)
    in_horizon: Mapped[int] = mapped_column(BigInteger)
    spread: Mapped[int] = mapped_column(BigInteger)
    wape: Mapped[float | None]
    peers: Mapped[Json]
    points: Mapped[Json]
    lead_days: Mapped[int]
    cycle_days: Mapped[int]
    service_percent: Mapped[int]
    safety: Mapped[int] = mapped_column(BigInteger)
    minimum: Mapped[int] = mapped_column(BigInteger)
    maximum: Mapped[int] = mapped_column(BigInteger)
    usable: Mapped[int] = mapped_column(BigInteger)
    coming: Mapped[int] = mapped_column(BigInteger)
    asked: Mapped[int] = mapped_column(BigInteger)
    proposed: Mapped[int] = mapped_column(BigInteger)
    computed_at: Mapped[datetime]
    set_minimum: Mapped[int | None] = mapped_column(BigInteger)
    set_maximum: Mapped[int | None] = mapped_column(BigInteger)
    set_reason: Mapped[str] = mapped_column(default="")
    set_by_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    set_at: Mapped[datetime | None]


class StockAlert(Base):
    """A row of a nightly list (预警): since when it stands there as urgent as now, and if told.

    ``lot_id`` is 0 where the list is by item. ``quantity`` is what lies there, or for a
    proposal what to order; ``at_risk`` is what will expire unused, or lies above the maximum.
    """

    __tablename__ = "stock_alert"
    __table_args__ = (
        CheckConstraint("urgency > 0 AND quantity >= 0 AND at_risk >= 0", name="sane"),
        Index("ix_stock_alert_list", "kind", "urgency", "facility_id"),
        Index("ix_stock_alert_news", "kind", postgresql_where=text("NOT announced")),
    )

    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"), primary_key=True)
    kind: Mapped[AlertKind] = mapped_column(primary_key=True)
    item_id: Mapped[ItemId] = mapped_column(ForeignKey("item.id"), primary_key=True)
    lot_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    urgency: Mapped[int]
    quantity: Mapped[int] = mapped_column(BigInteger)
    at_risk: Mapped[int] = mapped_column(BigInteger)
    since: Mapped[date]
    announced: Mapped[bool]
