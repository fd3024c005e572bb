"""The table of what drivers recorded on the road; rows are only ever added."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.delivery.rules.states import ClockFlag, ScanKind, ScanOutcome
from app.kernel.db import Base, BigId, Code, Json, key
from app.kernel.ids import DriverId, RunId, StopId, ToteId


class DeliveryScan(Base):
    """One event a driver's device recorded, with the answer it got.

    ``event_time`` is the device's clock, ``recorded_at`` ours; a device's events are ordered
    by ``device_seq``. ``digest`` tells a repeat from a new event under an old key.
    """

    __tablename__ = "delivery_scan"
    __table_args__ = (
        UniqueConstraint("device", "device_seq"),
        Index("ix_delivery_scan_run", "run_id", "id"),
    )

    id: Mapped[BigId] = key()
    client_event_id: Mapped[Code] = mapped_column(unique=True)
    device: Mapped[Code]
    device_seq: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[Code]
    driver_id: Mapped[DriverId] = mapped_column(ForeignKey("driver.id"))
    kind: Mapped[ScanKind]
    run_id: Mapped[RunId | None] = mapped_column(ForeignKey("delivery_run.id"))
    stop_id: Mapped[StopId | None] = mapped_column(ForeignKey("delivery_stop.id"))
    tote_id: Mapped[ToteId | None] = mapped_column(ForeignKey("tote.id"))
    tote_code: Mapped[Code] = mapped_column(default="")
    event_time: Mapped[datetime]
    recorded_at: Mapped[datetime]
    clock: Mapped[ClockFlag]
    outcome: Mapped[ScanOutcome]
    refusal: Mapped[Code] = mapped_column(default="")
    details: Mapped[Json] = mapped_column(default=dict)
