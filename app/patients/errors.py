"""Why a person cannot be registered."""

from app.kernel.errors import Conflict, RuleBroken


class IdNumberInvalid(RuleBroken):
    """The citizen number's check digit or date is wrong."""

    code = "id-number-invalid"


class IdNumberContradicts(RuleBroken):
    """The citizen number names another birth date or sex than the form."""

    code = "id-number-contradicts"


class PatientExists(Conflict):
    """The facility has registered the person before; ``data['patient_id']`` says which."""

    code = "patient-exists"


class BirthDateImpossible(RuleBroken):
    """The birth date is in the future or more than 130 years ago."""

    code = "birth-date-impossible"
