"""Tables of suppliers and the licences that qualify them."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, Code, key
from app.kernel.ids import SupplierId
from app.purchasing.rules import LicenceKind


class Supplier(Base):
    """A distributor the alliance buys from (供应商). Positions are WGS-84 degrees."""

    __tablename__ = "supplier"
    __table_args__ = (
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
    )

    id: Mapped[SupplierId] = key()
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[str]
    city: Mapped[str]
    latitude: Mapped[float]
    longitude: Mapped[float]
    position_source: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")
    quarantine: Mapped[bool] = mapped_column(default=False)
    """Whether its goods wait in quarantine until quality releases them (待验放行)."""
    is_demo: Mapped[bool] = mapped_column(default=False)


class SupplierLicence(Base):
    """A licence a supplier holds (资质证照); ``expires_on`` is its last valid day."""

    __tablename__ = "supplier_licence"
    __table_args__ = (
        UniqueConstraint("supplier_id", "kind"),
        CheckConstraint("number <> ''", name="numbered"),
    )

    id: Mapped[int] = key()
    supplier_id: Mapped[SupplierId] = mapped_column(ForeignKey("supplier.id"))
    kind: Mapped[LicenceKind]
    number: Mapped[Code]
    expires_on: Mapped[date]
    is_demo: Mapped[bool] = mapped_column(default=False)
