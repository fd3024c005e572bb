"""Bookings of the shared machines, the exams that took place, and screening answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app.booking.models import Booking, PerformedExam, ScreeningAnswer, ScreeningForm
from app.booking.rules.screening import ScreeningKind, Verdict
from app.demo.imaging import Appointment, Ending
from app.demo.load.bulk import Bulk, json

Numbered = Sequence[tuple[int, Appointment]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids:
    """Keys by code, user name or number."""

    facilities: dict[str, int]
    users: dict[str, int]
    exams: dict[str, int]
    patients: dict[int, int]
    machines: dict[str, int]


def load_bookings(bulk: Bulk, planned: Sequence[Appointment], ids: Ids) -> None:
    """Store bookings and what came of them; ticks and charges are written by their owners."""
    keys = bulk.keys(Booking)
    numbered = [(next(keys), one) for one in planned]
    bulk.copy(
        Booking,
        "id reference exam_item_id patient_id facility_id device_id operator_id starts_at ends_at"
        " state indication created_by created_at arrived_at started_at closed_at",
        [_booking(key, one, ids) for key, one in numbered],
    )
    done = [(key, one) for key, one in numbered if one.ending is Ending.COMPLETED]
    performed = bulk.keys(PerformedExam)
    bulk.copy(
        PerformedExam,
        "id booking_id device_id exam_item_id operator_id started_at ended_at recorded_by"
        " recorded_at",
        [(next(performed), *_performed(key, one, ids)) for key, one in done],
    )
    coming = [(key, one) for key, one in numbered if one.ending is Ending.BOOKED]
    _load_answers(bulk, coming, ids.users["history"])


def _booking(key: int, one: Appointment, ids: Ids) -> tuple[object, ...]:
    return (
        key,
        f"BK-{one.booked:%Y%m%d}-{key:04d}",
        ids.exams[one.exam],
        ids.patients[one.person.number],
        ids.facilities[one.person.facility],
        ids.machines[one.device],
        ids.users[one.operator],
        one.start,
        one.end,
        one.ending.value,
        "演示",
        ids.users["history"],
        one.booked,
        *_moments(one),
    )


def _performed(key: int, one: Appointment, ids: Ids) -> tuple[object, ...]:
    operator = ids.users[one.operator]
    what = (key, ids.machines[one.device], ids.exams[one.exam], operator)
    return (*what, one.scanned_from, one.scanned_to, operator, one.scanned_to)


def _load_answers(bulk: Bulk, coming: Numbered, user: int) -> None:
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
                json({"codes": []}),
                user,
                one.booked,
            )
            for key, one in coming
            if one.exam.startswith("MR")
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
