"""Shared machines, who runs them, and their bookings: past ones performed and charged."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select

from app.billing import service as billing
from app.booking.models import Booking, PerformedExam, ScreeningAnswer, ScreeningForm
from app.booking.rules.screening import ScreeningKind, Verdict
from app.booking.service import screening, upkeep
from app.demo.facts import exams
from app.demo.imaging import (
    PAST_DAYS,
    Appointment,
    Device,
    Ending,
    Person,
    appointments,
    devices,
    people,
)
from app.demo.load.bulk import Bulk, json
from app.demo.plan import CountyPlan
from app.equipment.models import Device as DeviceRow
from app.equipment.models import DeviceHours, DeviceLogEntry, OperatorCertificate, OperatorShift
from app.kernel.local_time import at_local
from app.patients.models import Patient

SHIFT_DAYS = 60
_LICENSED_DAYS, _CERTIFIED_DAYS = 900, 400
_WARM_UP, _POWER_DOWN = timedelta(minutes=25), timedelta(minutes=15)


def load_imaging(
    bulk: Bulk,
    plan: CountyPlan,
    facilities: dict[str, int],
    found: tuple[dict[str, int], dict[str, int]],
) -> None:
    """Store the machines and five weeks of bookings; ``found`` are users and exams by name."""
    users, exam_ids = found
    machines = [device for device in devices() if device.row["facility"] in facilities]
    ids = _load_devices(bulk, machines, facilities, plan.today)
    _load_operators(bulk, machines, (users, ids), plan.today)
    screening.publish_standard_forms(bulk.session)
    persons = people(plan.places, plan.today)
    patients = _load_patients(bulk, persons, facilities, users["history"])
    listed = {exam.code: exam for exam in exams()}
    planned = [
        booking
        for booking in appointments(persons, listed, plan.today, plan.seed)
        if booking.device in ids
    ]
    _load_bookings(bulk, planned, (facilities, users, exam_ids), (patients, ids))
    _load_power(bulk, planned, ids, users["history"])
    billing.charge_loaded(bulk.session)
    upkeep.occupy_loaded(bulk.session)


def _load_devices(
    bulk: Bulk, machines: Sequence[Device], facilities: dict[str, int], today: date
) -> dict[str, int]:
    keys, hours = bulk.keys(DeviceRow), bulk.keys(DeviceHours)
    ids = {device.code: next(keys) for device in machines}
    licensed = today + timedelta(days=_LICENSED_DAYS)
    bulk.copy(
        DeviceRow,
        "id code name facility_id modality model ae_title has_injector field_millitesla bore_cm"
        " most_patient_kg licensed_until funding is_demo",
        [
            (
                ids[device.code],
                device.code,
                device.row["name"],
                facilities[device.row["facility"]],
                device.row["modality"],
                device.row["model"],
                device.row["ae_title"],
                device.row["injector"] == "1",
                int(device.row["field_millitesla"] or 0) or None,
                int(device.row["bore_cm"]),
                int(device.row["most_patient_kg"]),
                licensed,
                device.row["funding"],
                True,
            )
            for device in machines
        ],
    )
    since = today - timedelta(days=400)
    bulk.copy(
        DeviceHours,
        "id device_id weekday opens_at closes_at valid_from",
        [
            (next(hours), ids[device.code], weekday, device.opens, device.closes, since)
            for device in machines
            for weekday in range(7)
        ],
    )
    return ids


def _load_operators(
    bulk: Bulk,
    machines: Sequence[Device],
    found: tuple[dict[str, int], dict[str, int]],
    today: date,
) -> None:
    users, ids = found
    certificates, shifts = bulk.keys(OperatorCertificate), bulk.keys(OperatorShift)
    valid = (today - timedelta(days=_CERTIFIED_DAYS), today + timedelta(days=_CERTIFIED_DAYS))
    stations = [(device, *shift) for device in machines for shift in device.shifts]
    bulk.copy(
        OperatorCertificate,
        "id user_id modality with_contrast valid_from valid_until",
        [
            (next(certificates), users[name], device.row["modality"], True, *valid)
            for device, name, _, _ in stations
        ],
    )
    days = [today + timedelta(days=number) for number in range(-PAST_DAYS, SHIFT_DAYS)]
    bulk.copy(
        OperatorShift,
        "id user_id device_id starts_at ends_at",
        [
            (
                next(shifts),
                users[name],
                ids[device.code],
                at_local(day, begins),
                at_local(day, ends),
            )
            for device, name, begins, ends in stations
            for day in days
        ],
    )


def _load_patients(
    bulk: Bulk, persons: Sequence[Person], facilities: dict[str, int], user: int
) -> dict[int, int]:
    keys = bulk.keys(Patient)
    ids = {person.number: next(keys) for person in persons}
    known = at_local(min(person.born for person in persons), datetime.min.time())
    bulk.copy(
        Patient,
        "id facility_id name pinyin sex birth_date phone created_by created_at",
        [
            (
                ids[person.number],
                facilities[person.facility],
                person.name,
                person.pinyin,
                person.sex,
                person.born,
                person.phone,
                user,
                known,
            )
            for person in persons
        ],
    )
    return ids


def _load_bookings(
    bulk: Bulk,
    planned: Sequence[Appointment],
    found: tuple[dict[str, int], dict[str, int], dict[str, int]],
    made: tuple[dict[int, int], dict[str, int]],
) -> None:
    facilities, users, exam_ids = found
    patients, machines = made
    keys = bulk.keys(Booking)
    numbered = [(next(keys), one) for one in planned]
    bulk.copy(
        Booking,
        "id reference exam_item_id patient_id facility_id device_id operator_id starts_at ends_at"
        " state indication created_by created_at arrived_at started_at closed_at",
        [
            (
                key,
                f"BK-{one.booked:%Y%m%d}-{key:04d}",
                exam_ids[one.exam],
                patients[one.person.number],
                facilities[one.person.facility],
                machines[one.device],
                users[one.operator],
                one.start,
                one.end,
                one.ending.value,
                "演示",
                users["history"],
                one.booked,
                *_moments(one),
            )
            for key, one in numbered
        ],
    )
    performed = bulk.keys(PerformedExam)
    bulk.copy(
        PerformedExam,
        "id booking_id device_id exam_item_id operator_id started_at ended_at recorded_by"
        " recorded_at",
        [
            (
                next(performed),
                key,
                machines[one.device],
                exam_ids[one.exam],
                users[one.operator],
                one.scanned_from,
                one.scanned_to,
                users[one.operator],
                one.scanned_to,
            )
            for key, one in numbered
            if one.ending is Ending.COMPLETED
        ],
    )
    _load_answers(bulk, numbered, users["history"])


def _load_answers(bulk: Bulk, numbered: Sequence[tuple[int, Appointment]], user: int) -> None:
    """Answer the MR form of coming exams with no to everything."""
    form = bulk.session.scalars(
        select(ScreeningForm).where(ScreeningForm.kind == ScreeningKind.MR)
    ).one()
    asked = form.questions["questions"]
    answers = {
        question["code"]: False if question["kind"] == "yes_no" else 60 for question in asked
    }
    keys = bulk.keys(ScreeningAnswer)
    bulk.copy(
        ScreeningAnswer,
        "id booking_id form_id answers verdict causes answered_by answered_at",
        [
            (
                next(keys),
                key,
                form.id,
                json(answers),
                Verdict.OK.value,
                json([]),
                user,
                one.booked,
            )
            for key, one in numbered
            if one.ending is Ending.BOOKED and one.exam.startswith("MR")
        ],
    )


def _moments(one: Appointment) -> tuple[datetime | None, datetime | None, datetime | None]:
    """Return when the patient arrived, the scan began, and the booking was closed."""
    match one.ending:
        case Ending.COMPLETED:
            return one.start - timedelta(minutes=12), one.scanned_from, one.scanned_to
        case Ending.NO_SHOW:
            return None, None, one.end
        case Ending.CANCELLED:
            return None, None, one.start - timedelta(hours=20)
        case Ending.BOOKED:
            return None, None, None


def _load_power(bulk: Bulk, planned: Sequence[Appointment], ids: dict[str, int], user: int) -> None:
    """Switch each machine on before its first exam of a past day, and off after its last."""
    done = [one for one in planned if one.ending is Ending.COMPLETED]
    first: dict[tuple[str, date], datetime] = {}
    last: dict[tuple[str, date], datetime] = {}
    for one in done:
        key = one.device, one.start.date()
        first[key] = min(first.get(key, one.scanned_from), one.scanned_from)
        last[key] = max(last.get(key, one.scanned_to), one.scanned_to)
    entries = [(at - _WARM_UP, "in_operation", key[0]) for key, at in first.items()]
    entries += [(at + _POWER_DOWN, "down", key[0]) for key, at in last.items()]
    keys = bulk.keys(DeviceLogEntry)
    bulk.copy(
        DeviceLogEntry,
        "id device_id happened_at state recorded_by",
        [(next(keys), ids[device], at, state, user) for at, state, device in sorted(entries)],
    )
