"""Use cases of dispensing: give a pack, record what was used, undo a mistake."""

from app.dispensing.service.advising import Advice
from app.dispensing.service.consuming import ConsumeRequest, Use, consume
from app.dispensing.service.giving import dispense
from app.dispensing.service.giving_many import dispense_many
from app.dispensing.service.planning import Gift
from app.dispensing.service.requests import DispenseRequest, Given
from app.dispensing.service.signing import Papers, Prescription
from app.dispensing.service.undoing import Correction, undo

__all__ = [
    "Advice",
    "ConsumeRequest",
    "Correction",
    "DispenseRequest",
    "Gift",
    "Given",
    "Papers",
    "Prescription",
    "Use",
    "consume",
    "dispense",
    "dispense_many",
    "undo",
]
