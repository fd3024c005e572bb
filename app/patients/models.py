"""Table of patients."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, Code, key
from app.kernel.ids import FacilityId, PatientId, UserId
from app.patients.rules import Sex


class Patient(Base):
    """A person as one facility knows them; the citizen number is sealed, found by its digest."""

    __tablename__ = "patient"
    __table_args__ = (
        UniqueConstraint("facility_id", "id_number_index"),
        CheckConstraint(
            "(id_number_sealed IS NULL) = (id_number_index IS NULL)", name="sealed_and_indexed"
        ),
        Index("ix_patient_name", "facility_id", "name"),
        Index("ix_patient_phone", "facility_id", "phone"),
    )

    id: Mapped[PatientId] = key()
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    name: Mapped[str]
    pinyin: Mapped[Code]
    sex: Mapped[Sex]
    birth_date: Mapped[date]
    phone: Mapped[Code]
    id_number_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    id_number_index: Mapped[Code | None]
    created_by: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]

    @property
    def identity(self) -> str:
        """What is the same for one person at every facility: the number's digest, if known."""
        return self.id_number_index or f"patient-{self.id}"
