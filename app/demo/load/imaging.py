"""Shared machines, who runs them, and their bookings: past ones performed and charged."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from app.billing import service as billing
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
from app.demo.load import bookings
from app.demo.load.bulk import Bulk
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
    ids_of = bookings.Ids(
        facilities=facilities, users=users, exams=exam_ids, patients=patients, machines=ids
    )
    bookings.load_bookings(bulk, planned, ids_of)
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
