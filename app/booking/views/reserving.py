"""The booking path of a clinic: exam, then time, then patient and screening."""

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from app.booking import schemas
from app.booking.queries import offers, slots
from app.booking.queries.slots import SlotQuery
from app.booking.service import reserving, screening
from app.booking.service.reserving import BookingRequest
from app.catalogue import queries as catalogue
from app.equipment import service as equipment
from app.kernel.actor import Permission
from app.kernel.clock import now
from app.kernel.errors import DomainError
from app.kernel.ids import DeviceId, ExamItemId, PatientId
from app.kernel.local_time import local_day
from app.network.models import Facility
from app.patients import service as patients
from app.patients.rules import masked_phone
from app.patients.schemas import NewPatientSchema
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.messages import text_of
from app.web.pages import is_fragment
from app.web.sealing import patient_vault
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("reserving", __name__)
OFFERS = 24
OFFER_DAYS = 14
blueprint.add_app_template_filter(masked_phone)
blueprint.add_app_template_filter(datetime.fromisoformat, "moment")


@blueprint.get("/bookings/new")
@requires(Permission.BOOKING_CREATE)
def choose() -> str:
    """Choose an exam, or with an exam its time."""
    query = read_query(schemas.ChooseQuerySchema)
    return _times(query) if query["exam_item_id"] else _exams(query)


def _exams(query: dict[str, Any]) -> str:
    with transaction() as session:
        rows = catalogue.list_exams(
            session, on=local_day(now()), text=query["q"], modality=query["modality"]
        )
    return render_template("booking/choose_exam.html", exams=rows, query=query)


def _times(query: dict[str, Any]) -> str:
    moment, actor = now(), current_actor()
    with transaction() as session:
        exam = reserving.get_exam(session, ExamItemId(query["exam_item_id"]))
        day = max(query["day"] or local_day(moment), local_day(moment))
        wanted = SlotQuery(exam=exam, days=slots.bookable_days(day, OFFER_DAYS, moment), now=moment)
        found = offers.list_offers(session, wanted, actor.facility_id, limit=OFFERS)
    return render_template(
        "booking/choose_time.html",
        exam=exam,
        minutes=slots.needs_of(exam).minutes,
        offers=found,
        day=day,
    )


@blueprint.get("/bookings/new/confirm")
@requires(Permission.BOOKING_CREATE)
def confirm() -> str:
    """Choose the patient for a time, answer the screening questions, and book."""
    query = read_query(schemas.ConfirmQuerySchema)
    with transaction() as session:
        return _confirm_page(session, query)


def _confirm_page(
    session: Session, query: dict[str, Any], refusal: DomainError | None = None
) -> str:
    actor = current_actor()
    exam = reserving.get_exam(session, ExamItemId(query["exam_item_id"]))
    device = equipment.get_device(session, DeviceId(query["device_id"]))
    patient, found = None, []
    if query["patient_id"]:
        patient = patients.get_patient(session, actor, PatientId(query["patient_id"]))
    elif query["q"]:
        found = patients.find_patients(session, actor, patient_vault(), query["q"])
    context = {
        "problem": text_of(refusal) if refusal else None,
        "named": refusal.data if refusal else {},
        "query": query,
    }
    if refusal and is_fragment():
        return render_template("booking/_refusal.html", **context, exam_item_id=exam.id)
    return render_template(
        "booking/confirm.html",
        **context,
        exam=exam,
        minutes=slots.needs_of(exam).minutes,
        device=device,
        centre=session.get_one(Facility, device.facility_id),
        price=catalogue.price_on(session, exam.id, local_day(query["start"])),
        patient=patient,
        found=found,
        forms=screening.forms_for(session, exam) if patient else [],
        given=query.get("answers", {}),
    )


@blueprint.post("/bookings/new/patient")
@requires(Permission.BOOKING_CREATE)
@writes
def register_patient() -> ResponseReturnValue:
    """Register a patient on the way, and go on with them."""
    query = read_query(schemas.ConfirmQuerySchema)
    person = read_form(NewPatientSchema)
    with transaction() as session:
        try:
            with session.begin_nested():
                patient = patients.register(
                    session, current_actor(), patient_vault(), person, now=now()
                )
        except DomainError as refusal:
            return _confirm_page(session, query, refusal), 422
    chosen = {**query, "patient_id": patient.id, "start": query["start"].isoformat(), "q": None}
    return redirect(url_for("reserving.confirm", **chosen), 303)


@blueprint.post("/bookings")
@requires(Permission.BOOKING_CREATE)
@writes
def book() -> ResponseReturnValue:
    """Book; a refusal shows the page again with what to do, and times that are still free."""
    request: BookingRequest = read_form(schemas.BookingFormSchema)
    with transaction() as session:
        try:
            with session.begin_nested():
                booking = reserving.reserve(session, current_actor(), request, now=now())
        except DomainError as refusal:
            query = {
                "exam_item_id": request.exam_item_id,
                "device_id": request.device_id,
                "patient_id": request.patient_id,
                "start": request.start,
                "q": "",
                "answers": request.answers,
            }
            return _confirm_page(session, query, refusal), 409
    flash(gettext("Booked. Print the slip for the patient."), "success")
    return redirect(url_for("booking.show_booking", reference=booking.reference), 303)
