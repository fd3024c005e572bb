"""JSON API of patients."""

from flask_smorest import Blueprint

from app.kernel.actor import Permission
from app.kernel.clock import now
from app.kernel.ids import PatientId
from app.patients import service
from app.patients.models import Patient
from app.patients.schemas import NewPatientSchema, PatientQuerySchema, PatientSchema
from app.patients.service import NewPatient
from app.web.guard import current_actor, requires
from app.web.sealing import patient_vault
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("patients_api", __name__, url_prefix="/api/v1/patients")


@blueprint.post("")
@requires(Permission.BOOKING_CREATE)
@writes
@blueprint.arguments(NewPatientSchema)
@blueprint.response(201, PatientSchema)
@blueprint.alt_response(409, description="patient-exists")
def register_patient(person: NewPatient) -> Patient:
    """Register a person with the caller's facility."""
    with transaction() as session:
        return service.register(session, current_actor(), patient_vault(), person, now=now())


@blueprint.get("")
@requires(Permission.BOOKING_CREATE)
@blueprint.arguments(PatientQuerySchema, location="query")
@blueprint.response(200, PatientSchema(many=True))
def find_patients(query: dict[str, str]) -> list[Patient]:
    """Find the caller's patients by name, pinyin initials, phone or exact citizen number."""
    with transaction() as session:
        return service.find_patients(session, current_actor(), patient_vault(), query["q"])


@blueprint.get("/<int:patient_id>")
@requires(Permission.BOOKING_CREATE)
@blueprint.response(200, PatientSchema)
def read_patient(patient_id: int) -> Patient:
    """Show one patient of the caller's facility."""
    with transaction() as session:
        return service.get_patient(session, current_actor(), PatientId(patient_id))
