"""Register patients and find them again."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.db import refusing
from app.kernel.errors import NotFound
from app.kernel.history import Change
from app.kernel.ids import PatientId
from app.kernel.local_time import local_day
from app.kernel.pinyin import initials
from app.kernel.sealing import Vault
from app.patients import rules
from app.patients.errors import (
    BirthDateImpossible,
    IdNumberContradicts,
    IdNumberInvalid,
    PatientExists,
)
from app.patients.models import Patient
from app.patients.rules import Sex

MOST_FOUND = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPatient:
    """What the desk writes down; ``id_number`` may be empty (newborns, forgotten cards)."""

    name: str
    sex: Sex
    birth_date: date
    phone: str
    id_number: str = ""


def register(
    session: Session, actor: Actor, vault: Vault, person: NewPatient, *, now: datetime
) -> Patient:
    """Register a person with the actor's facility.

    Raises:
        BirthDateImpossible: nobody alive was born then.
        IdNumberInvalid: the citizen number's check character is wrong (GB 11643).
        IdNumberContradicts: it holds another birth date or sex.
        PatientExists: the facility knows the number already.
    """
    number = person.id_number.upper()
    if not rules.is_possible_birth(person.birth_date, local_day(now)):
        raise BirthDateImpossible
    if number:
        _check_number(number, person)
    patient = Patient(
        facility_id=actor.facility_id,
        name=person.name,
        pinyin=initials(person.name),
        sex=person.sex,
        birth_date=person.birth_date,
        phone=person.phone,
        id_number_sealed=vault.seal(number) if number else None,
        id_number_index=vault.index(number) if number else None,
        created_by=actor.user_id,
        created_at=now,
    )
    known = _with_number(session, actor, patient.id_number_index)
    refusal = PatientExists(patient_id=known.id if known else None)
    with refusing(session, "uq_patient_facility_id_id_number_index", refusal):
        session.add(patient)
    history.record(
        session, actor, Change(subject=("patient", patient.id), action="registered"), now=now
    )
    return patient


def _check_number(number: str, person: NewPatient) -> None:
    if not rules.is_citizen_number(number):
        raise IdNumberInvalid
    agrees = rules.birth_date_in(number) == person.birth_date and rules.sex_in(number) is person.sex
    if not agrees:
        raise IdNumberContradicts


def _with_number(session: Session, actor: Actor, digest: str | None) -> Patient | None:
    if digest is None:
        return None
    return session.scalars(
        select(Patient).where(
            Patient.facility_id == actor.facility_id, Patient.id_number_index == digest
        )
    ).first()


def get_patient(session: Session, actor: Actor, patient_id: PatientId) -> Patient:
    """Return a patient of a facility the actor acts for.

    Raises:
        NotFound: there is no such patient, or another facility's.
    """
    patient = session.get(Patient, patient_id)
    if patient is None or patient.facility_id not in actor.facility_ids:
        raise NotFound("patient")
    return patient


def find_patients(session: Session, actor: Actor, vault: Vault, query: str) -> list[Patient]:
    """Return patients by the beginning of their name, initials or phone, or by their number."""
    wanted = query.strip()
    if not wanted:
        return []
    matches = or_(
        Patient.name.startswith(wanted, autoescape=True),
        Patient.pinyin.startswith(wanted.lower(), autoescape=True),
        Patient.phone.startswith(wanted, autoescape=True),
        Patient.id_number_index == vault.index(wanted.upper()),
    )
    return list(
        session.scalars(
            select(Patient)
            .where(Patient.facility_id.in_(actor.facility_ids), matches)
            .order_by(Patient.pinyin, Patient.id)
            .limit(MOST_FOUND)
        )
    )
