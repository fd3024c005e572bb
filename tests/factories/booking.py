"""Ready-made machines with hours and operators, exams with prices, and patients."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from app.accounts.rules import Role
from app.booking.service import screening
from app.booking.service.reserving import BookingRequest
from app.catalogue.models import ExamItem, Modality, TariffPrice
from app.equipment.models import (
    Device,
    DeviceHours,
    DeviceStatus,
    Funding,
    OperatorCertificate,
    OperatorShift,
)
from app.kernel.actor import Actor
from app.kernel.ids import UserId
from app.kernel.local_time import at_local
from app.kernel.sealing import Vault
from app.network.models import Facility
from app.patients import service as patients
from app.patients.models import Patient
from app.patients.rules import Sex
from app.patients.service import NewPatient
from tests.factories.cast import a_person

MONDAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
"""Sunday noon in Zhenba; the machines open on Monday at eight."""
VAULT = Vault.derive("a secret of tests", "patients")
HORIZON_DAYS = 100


def at(hour: int, minute: int = 0, *, day: date = MONDAY) -> datetime:
    """Return a local time of day as a moment."""
    return at_local(day, time(hour, minute))


def a_device(
    session: Session,
    centre: Facility,
    code: str = "CT-01",
    *,
    modality: Modality = Modality.CT,
    injector: bool = True,
) -> Device:
    """Store a machine open from 8 to 18 on every day."""
    device = Device(
        code=code,
        name=f"{code} 机",
        facility_id=centre.id,
        modality=modality,
        model="demo",
        ae_title=code.replace("-", ""),
        has_injector=injector,
        field_millitesla=1500 if modality is Modality.MR else None,
        bore_cm=70,
        most_patient_kg=200,
        licensed_until=date(2036, 1, 1),
        funding=Funding.OWN,
        status=DeviceStatus.IN_OPERATION,
    )
    session.add(device)
    session.flush()
    session.add_all(
        DeviceHours(
            device_id=device.id,
            weekday=weekday,
            opens_at=time(8),
            closes_at=time(18),
            valid_from=date(2020, 1, 1),
            valid_until=None,
        )
        for weekday in range(7)
    )
    session.flush()
    return device


def an_operator(session: Session, username: str, centre: Facility, *modalities: Modality) -> UserId:
    """Store a person certified, contrast included, for these kinds of machine."""
    user_id = a_person(session, username, centre, Role.IMAGING)
    for modality in modalities or (Modality.CT,):
        certified(session, user_id, modality)
    return user_id


def certified(
    session: Session,
    user_id: UserId,
    modality: Modality = Modality.CT,
    *,
    until: date = date(2036, 1, 1),
    contrast: bool = True,
) -> OperatorCertificate:
    """Certify a person."""
    certificate = OperatorCertificate(
        user_id=user_id,
        modality=modality,
        with_contrast=contrast,
        valid_from=date(2020, 1, 1),
        valid_until=until,
        revoked_at=None,
    )
    session.add(certificate)
    session.flush()
    return certificate


def on_shift(
    session: Session, user_id: UserId, device: Device, *, first: date = MONDAY, days: int = 14
) -> None:
    """Let a person stand at a machine from 8 to 18 on these days."""
    session.add_all(
        OperatorShift(
            user_id=user_id,
            device_id=device.id,
            starts_at=at(8, day=first + timedelta(days=number)),
            ends_at=at(18, day=first + timedelta(days=number)),
        )
        for number in range(days)
    )
    session.flush()


def an_exam(
    session: Session,
    code: str = "CT-001",
    *,
    modality: Modality = Modality.CT,
    minutes: int = 13,
    contrast: bool = False,
) -> ExamItem:
    """Store an exam; 13 minutes and turnover make 15."""
    exam = ExamItem(
        code=code,
        modality=modality,
        body_part="颅脑",
        exam_type="平扫",
        name=f"检查 {code}",
        pinyin="jc",
        unit="部位",
        minutes_low=minutes,
        minutes_high=minutes,
        minutes_source="test",
        with_contrast=contrast,
        preparation_zh="检查前取下金属物品",
        preparation_en="Take off metal things before the exam",
    )
    session.add(exam)
    session.flush()
    priced(session, exam, 18000, since=date(2020, 1, 1))
    return exam


def priced(session: Session, exam: ExamItem, fen: int, *, since: date) -> None:
    """Let an exam cost so much from a day on."""
    session.add(TariffPrice(exam_item_id=exam.id, valid_from=since, amount_fen=fen, is_demo=True))
    session.flush()


def a_patient(
    session: Session, actor: Actor, name: str = "张三", *, id_number: str = ""
) -> Patient:
    """Register a woman born on New Year 1980."""
    person = NewPatient(
        name=name,
        sex=Sex.FEMALE,
        birth_date=date(1980, 1, 1),
        phone="13800001234",
        id_number=id_number,
    )
    return patients.register(session, actor, VAULT, person, now=NOW)


@dataclass(frozen=True)
class Scene:
    """One machine with its operator, one exam, one patient, and the clinic's people."""

    device: Device
    operator: UserId
    exam: ExamItem
    patient: Patient
    clinic: Actor
    imaging: Actor

    def request(self, hour: int = 9, minute: int = 0) -> BookingRequest:
        """Return the clinic's wish for a time on Monday."""
        return BookingRequest(
            exam_item_id=self.exam.id,
            device_id=self.device.id,
            patient_id=self.patient.id,
            start=at(hour, minute),
        )

    def wish(self, hour: int = 9, minute: int = 0, **changes: object) -> BookingRequest:
        """Return the same with something changed."""
        return replace(self.request(hour, minute), **changes)  # type: ignore[arg-type]


def a_scene(
    session: Session,
    clinic: Actor,
    imaging: Actor,
    centre: Facility,
    *,
    first: date = MONDAY,
) -> Scene:
    """Store a CT at the centre, its operator on shift, an exam and a patient of the clinic."""
    screening.publish_standard_forms(session)
    device = a_device(session, centre)
    operator = an_operator(session, "operator", centre)
    on_shift(session, operator, device, first=first)
    return Scene(
        device=device,
        operator=operator,
        exam=an_exam(session),
        patient=a_patient(session, clinic),
        clinic=clinic,
        imaging=imaging,
    )
