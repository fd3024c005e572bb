"""Read side of billing: charges of a month, by the facility that pays or the centre that earns."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from app.billing.models import Charge
from app.booking.models import Booking, PerformedExam
from app.catalogue.models import ExamItem, TariffPrice
from app.equipment.models import Device
from app.kernel.actor import Actor, Permission
from app.kernel.ids import ChargeId, FacilityId
from app.network.models import Facility
from app.patients.models import Patient

EXAMS = func.count().filter(Charge.reverses_id.is_(None)) - func.count(Charge.reverses_id)
"""Exams that stand: charges less those taken back."""


class Side(StrEnum):
    """Whose view of the month."""

    PAYS = "pays"
    EARNS = "earns"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeRow:
    """One charge or reversal as a statement shows it."""

    id: ChargeId
    service_day: date
    reference: str
    exam_code: str
    exam_name: str
    device_name: str
    facility_name: str
    centre_name: str
    patient_name: str
    amount_fen: int
    reverses_id: ChargeId | None
    reversed: bool
    reason: str
    charged_at: datetime
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A facility's month: its rows, their sum, and the exams that were not taken back."""

    facility_id: FacilityId
    facility_name: str
    side: Side
    first_day: date
    rows: list[ChargeRow]
    exams: int
    total_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementQuery:
    """Whose month to show, from which row on; ``after`` is the last row's ``key``."""

    facility: Facility
    side: Side
    first_day: date
    after: tuple[str | int, ...] | None = None
    limit: int = 500


def month_after(first_day: date) -> date:
    """Return the first day of the next month."""
    return (first_day + timedelta(days=31)).replace(day=1)


def statement(session: Session, actor: Actor, wanted: StatementQuery) -> Statement:
    """Return a facility's month, the newest charge first; the caller has checked the facility.

    ``exams`` and ``total_fen`` are of the whole month, ``rows`` one page of it.
    """
    whose = Charge.facility_id if wanted.side is Side.PAYS else Charge.centre_id
    month = (
        whose == wanted.facility.id,
        Charge.service_day >= wanted.first_day,
        Charge.service_day < month_after(wanted.first_day),
    )
    sums = select(EXAMS, func.coalesce(func.sum(Charge.amount_fen), 0)).where(*month)
    exams, total = session.execute(sums).one()
    rows = _rows().where(*month).order_by(Charge.id.desc()).limit(wanted.limit)
    if wanted.after is not None:
        rows = rows.where(Charge.id < wanted.after[0])
    return Statement(
        facility_id=wanted.facility.id,
        facility_name=wanted.facility.name,
        side=wanted.side,
        first_day=wanted.first_day,
        rows=[_row(actor, row) for row in session.execute(rows)],
        exams=int(exams),
        total_fen=int(total),
    )


def _rows() -> Select[*tuple[Any, ...]]:
    clinic, centre, mirror = aliased(Facility), aliased(Facility), aliased(Charge)
    return (
        select(
            Charge,
            Booking.reference,
            ExamItem,
            Device.name,
            clinic.name,
            centre.name,
            Patient.name,
            mirror.id,
            TariffPrice.is_demo,
        )
        .join(PerformedExam, PerformedExam.id == Charge.performed_exam_id)
        .join(Booking, Booking.id == PerformedExam.booking_id)
        .join(Patient, Patient.id == Booking.patient_id)
        .join(ExamItem, ExamItem.id == Charge.exam_item_id)
        .join(TariffPrice, TariffPrice.id == Charge.tariff_price_id)
        .join(Device, Device.id == PerformedExam.device_id)
        .join(clinic, clinic.id == Charge.facility_id)
        .join(centre, centre.id == Charge.centre_id)
        .outerjoin(mirror, mirror.reverses_id == Charge.id)
    )


def _row(actor: Actor, row: Any) -> ChargeRow:
    made, reference, exam, device, clinic, centre, patient, mirror_id, is_demo = row
    takes_part = not actor.facility_ids.isdisjoint({made.facility_id, made.centre_id})
    return ChargeRow(
        id=made.id,
        service_day=made.service_day,
        reference=reference,
        exam_code=exam.code,
        exam_name=exam.name,
        device_name=device,
        facility_name=clinic,
        centre_name=centre,
        patient_name=patient if takes_part else patient[:1] + "**",
        amount_fen=made.amount_fen,
        reverses_id=made.reverses_id,
        reversed=mirror_id is not None,
        reason=made.reason,
        charged_at=made.charged_at,
        is_demo=is_demo,
    )


def charges_of(session: Session, actor: Actor, reference: str) -> list[ChargeRow]:
    """Return a booking's charges and reversals; the caller has checked the booking."""
    found = session.execute(_rows().where(Booking.reference == reference).order_by(Charge.id))
    return [_row(actor, row) for row in found]


def find_charge(session: Session, actor: Actor, charge_id: ChargeId) -> ChargeRow:
    """Return one charge; the caller has checked it."""
    return _row(actor, session.execute(_rows().where(Charge.id == charge_id)).one())


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthSum:
    """One facility's month in a line, for choosing a statement."""

    facility_id: FacilityId
    facility_name: str
    exams: int
    total_fen: int


def month_sums(session: Session, actor: Actor, side: Side, first_day: date) -> list[MonthSum]:
    """Return each facility's month that the actor may see, dearest first."""
    whose = Charge.facility_id if side is Side.PAYS else Charge.centre_id
    rows = (
        select(whose, Facility.name, EXAMS, func.sum(Charge.amount_fen))
        .join(Facility, Facility.id == whose)
        .where(Charge.service_day >= first_day, Charge.service_day < month_after(first_day))
        .group_by(whose, Facility.name)
        .order_by(func.sum(Charge.amount_fen).desc(), whose)
    )
    if not actor.may(Permission.COUNTY_READ):
        rows = rows.where(whose.in_(actor.facility_ids))
    return [
        MonthSum(facility_id=of, facility_name=name, exams=int(count), total_fen=int(total))
        for of, name, count, total in session.execute(rows)
    ]
