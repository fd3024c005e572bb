"""Use cases of disposal: propose, confirm or refuse, undo, destroy."""

from app.disposal.service.deciding import confirm, refuse
from app.disposal.service.destroying import Destroying, destroy
from app.disposal.service.finding import get_write_off, lines_of
from app.disposal.service.proposing import Proposal, change, propose, submit, withdraw
from app.disposal.service.undoing import Correction, take_back

__all__ = [
    "Correction",
    "Destroying",
    "Proposal",
    "change",
    "confirm",
    "destroy",
    "get_write_off",
    "lines_of",
    "propose",
    "refuse",
    "submit",
    "take_back",
    "withdraw",
]
