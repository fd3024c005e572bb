"""Operating rate and utilisation of each shared machine, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.booking.queries import DeviceUse, operating_and_utilisation
from app.equipment.models import Device, DeviceStatus
from app.kernel.ids import DeviceId
from app.kpi.rules import Rate, total
from app.network.models import Facility


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFigures:
    """One machine over some days: its rates together and per day, and its exams."""

    device_id: DeviceId
    name: str
    facility_name: str
    modality: str
    exams: int
    operating: Rate
    utilisation: Rate
    serviceable: Rate
    operating_by_day: tuple[Rate, ...]
    utilisation_by_day: tuple[Rate, ...]


def device_figures(session: Session, days: Sequence[date]) -> list[DeviceFigures]:
    """Return every machine in operation, by name, over ``days``."""
    devices = session.execute(
        select(Device, Facility.short_name)
        .join(Facility, Facility.id == Device.facility_id)
        .where(Device.status == DeviceStatus.IN_OPERATION)
        .order_by(Device.modality, Device.code)
    ).all()
    ids = [device.id for device, _ in devices]
    end = days[-1] + timedelta(days=1)
    use: dict[tuple[DeviceId, date], DeviceUse] = {
        (row.device_id, row.day): row
        for row in operating_and_utilisation(session, ids, days[0], end)
    }
    return [
        _figures(device, place, [use[device.id, day] for day in days if (device.id, day) in use])
        for device, place in devices
    ]


def _figures(device: Device, place: str, used: list[DeviceUse]) -> DeviceFigures:
    operating = tuple(Rate(min(day.in_service, day.planned), day.planned) for day in used)
    utilisation = tuple(Rate(min(day.performed, day.open), day.open) for day in used)
    return DeviceFigures(
        device_id=device.id,
        name=device.name,
        facility_name=place,
        modality=device.modality.value,
        exams=sum(day.exams for day in used),
        operating=total(operating),
        utilisation=total(utilisation),
        serviceable=total(Rate(day.planned - day.downtime, day.planned) for day in used),
        operating_by_day=operating,
        utilisation_by_day=utilisation,
    )
