"""A centre with machines, operators who trade them, and patients: what bookings compete for."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.accounts.models import UserAccount
from app.booking.models import Resource, ResourceKind
from app.booking.service import screening
from app.catalogue.models import ExamItem, Modality, TariffPrice
from app.equipment.models import (
    Device,
    DeviceHours,
    Funding,
    OperatorCertificate,
    OperatorShift,
)
from app.kernel.actor import Actor
from app.kernel.db import Base
from app.kernel.ids import UserId
from app.kernel.local_time import at_local
from app.network.models import Facility, FacilityKind
from app.patients.models import Patient
from app.patients.rules import Sex

T = TypeVar("T", bound=Base)

MONDAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
OPENS, CLOSES = time(8), time(18)
MACHINES, OPERATORS, PATIENTS = 20, 2, 50
FOR_EVER = date(2036, 1, 1)
TICKS = 3
"""An exam takes a quarter of an hour, turnover included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Keys of everything; operators and patients as pairs of own key and resource."""

    clinic: Actor
    exam_id: int
    machines: tuple[tuple[int, int], ...]
    operators: tuple[tuple[int, int], ...]
    patients: tuple[tuple[int, int], ...]


def lay(session: Session) -> Scene:
    """Fill an empty database; the first two machines share two operators, all day."""
    screening.publish_standard_forms(session)
    centre = _facility(session, "C", FacilityKind.LEAD_HOSPITAL)
    clinic = _facility(session, "T", FacilityKind.TOWNSHIP_CLINIC)
    people = [_person(session, number, centre) for number in range(OPERATORS)]
    asking = _person(session, OPERATORS, clinic)
    machines = [_machine(session, number, centre) for number in range(MACHINES)]
    for person in people:
        _on_shift(session, person, machines[:2])
    patients = [_patient(session, number, clinic, asking) for number in range(PATIENTS)]
    return Scene(
        clinic=Actor(
            user_id=asking.id,
            name=asking.name,
            facility_id=clinic.id,
            facility_ids=frozenset({clinic.id}),
            permissions=frozenset(),
        ),
        exam_id=_exam(session),
        machines=_claimable(session, ResourceKind.DEVICE, [(m.id, str(m.id)) for m in machines]),
        operators=_claimable(session, ResourceKind.OPERATOR, [(p.id, str(p.id)) for p in people]),
        patients=_claimable(session, ResourceKind.PATIENT, [(p.id, p.identity) for p in patients]),
    )


def _claimable(
    session: Session, kind: ResourceKind, named: list[tuple[int, str]]
) -> tuple[tuple[int, int], ...]:
    rows = [{"kind": kind, "ref": ref} for _, ref in named]
    made = session.scalars(
        insert(Resource).returning(Resource.id, sort_by_parameter_order=True), rows
    )
    return tuple(zip((own for own, _ in named), made.all(), strict=True))


def _facility(session: Session, code: str, kind: FacilityKind) -> Facility:
    facility = Facility(
        code=code,
        name=code,
        short_name=code,
        pinyin=code,
        kind=kind,
        township="",
        latitude=32.5,
        longitude=107.9,
        position_source="bench",
        population_source="",
        name_source="bench",
    )
    return _kept(session, facility)


def _person(session: Session, number: int, facility: Facility) -> UserAccount:
    name = f"bench-{number}"
    person = UserAccount(username=name, password_hash="", name=name, facility_id=facility.id)
    return _kept(session, person)


def _machine(session: Session, number: int, centre: Facility) -> Device:
    machine = Device(
        code=f"CT-{number}",
        name=f"CT-{number}",
        facility_id=centre.id,
        modality=Modality.CT,
        model="bench",
        ae_title=f"CT{number}",
        has_injector=True,
        field_millitesla=None,
        bore_cm=70,
        most_patient_kg=200,
        licensed_until=FOR_EVER,
        funding=Funding.OWN,
    )
    _kept(session, machine)
    session.add_all(
        DeviceHours(
            device_id=machine.id,
            weekday=weekday,
            opens_at=OPENS,
            closes_at=CLOSES,
            valid_from=date(2020, 1, 1),
            valid_until=None,
        )
        for weekday in range(7)
    )
    return machine


def _on_shift(session: Session, person: UserAccount, machines: list[Device]) -> None:
    certificate = OperatorCertificate(
        user_id=UserId(person.id),
        modality=Modality.CT,
        with_contrast=True,
        valid_from=date(2020, 1, 1),
        valid_until=FOR_EVER,
        revoked_at=None,
    )
    session.add(certificate)
    session.add_all(
        OperatorShift(
            user_id=person.id,
            device_id=machine.id,
            starts_at=at_local(MONDAY, OPENS),
            ends_at=at_local(MONDAY, CLOSES),
        )
        for machine in machines
    )
    session.flush()


def _exam(session: Session) -> int:
    exam = ExamItem(
        code="CT-001",
        modality=Modality.CT,
        body_part="",
        exam_type="",
        name="bench",
        pinyin="",
        unit="",
        minutes_low=13,
        minutes_high=13,
        minutes_source="bench",
        with_contrast=False,
        preparation_zh="",
        preparation_en="",
    )
    _kept(session, exam)
    price = TariffPrice(
        exam_item_id=exam.id, valid_from=date(2020, 1, 1), amount_fen=18000, is_demo=True
    )
    session.add(price)
    return int(exam.id)


def _patient(session: Session, number: int, clinic: Facility, by: UserAccount) -> Patient:
    patient = Patient(
        facility_id=clinic.id,
        name=f"P{number}",
        pinyin="",
        sex=Sex.FEMALE,
        birth_date=date(1980, 1, 1),
        phone="",
        id_number_sealed=None,
        id_number_index=None,
        created_by=by.id,
        created_at=NOW,
    )
    return _kept(session, patient)


def _kept(session: Session, row: T) -> T:
    session.add(row)
    session.flush()
    return row


def days(count: int) -> list[date]:
    """Return so many days from Monday."""
    return [MONDAY + timedelta(days=number) for number in range(count)]
