"""JSON shapes of patients; numbers and phones leave masked."""

from typing import Any

from marshmallow import fields, post_load, validate

from app.patients.models import Patient
from app.patients.rules import Sex, masked_phone
from app.patients.service import NewPatient
from app.web.schema import ApiSchema, QuerySchema, Text

NOTHING = ""


class NewPatientSchema(ApiSchema):
    """A person to register."""

    name = Text(required=True, shortest=1, longest=64)
    sex = fields.Enum(Sex, by_value=True, required=True)
    birth_date = fields.Date(required=True)
    phone = fields.String(required=True, validate=validate.Regexp(r"^\+?[0-9][0-9 \-]{2,18}[0-9]$"))
    id_number = fields.String(
        load_default=NOTHING, validate=validate.Regexp(r"^([0-9]{17}[0-9Xx])?$")
    )

    @post_load
    def to_request(self, data: dict[str, Any], **_: object) -> NewPatient:
        return NewPatient(**data)


class PatientQuerySchema(QuerySchema):
    """What to look for."""

    q = Text(required=True, shortest=1, longest=64)


class PatientSchema(ApiSchema):
    """A patient as the API shows them."""

    id = fields.Integer()
    name = fields.String()
    sex = fields.Enum(Sex, by_value=True)
    birth_date = fields.Date()
    phone = fields.Method("mask_phone")
    has_id_number = fields.Method("know_number")

    def mask_phone(self, patient: Patient) -> str:
        return masked_phone(patient.phone)

    def know_number(self, patient: Patient) -> bool:
        return patient.id_number_index is not None
