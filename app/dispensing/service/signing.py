"""What controlled medicines ask for before they are given: a prescription and two people."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.service import Credentials
from app.dispensing import queries
from app.dispensing.errors import PrescriptionNeeded
from app.dispensing.models import ControlledDispensing, Dispensing
from app.kernel.actor import Actor
from app.kernel.ids import DispensingId, FacilityId, ItemId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Prescription:
    """Who prescribed for whom, and the number on the red or white form (专用处方)."""

    number: str
    patient: str
    prescriber: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A prescription, and who checked it beside the giver."""

    prescription: Prescription
    second_user_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """What was typed for controlled medicines; None where nothing was."""

    prescription: Prescription | None = None
    second: Credentials | None = None


NO_PAPERS = Papers()


def sign(
    session: Session,
    actor: Actor,
    at: tuple[FacilityId, Collection[ItemId]],
    papers: Papers,
    *,
    now: datetime,
) -> Signed | None:
    """Return who signs for what, or None where none of the items is controlled.

    Raises:
        PrescriptionNeeded: an item is controlled, and number, patient or prescriber is missing.
        SecondPersonNeeded, SecondPersonIsTheFirst, SecondPersonRefused, Throttled: nobody
            signs beside the actor.
    """
    facility_id, item_ids = at
    controlled = queries.controlled_names(session, item_ids) if item_ids else []
    if not controlled:
        return None
    if papers.prescription is None:
        raise PrescriptionNeeded(controlled[0], item=controlled[0])
    second = accounts.cosign(session, actor, papers.second, facility_id, now=now)
    return Signed(prescription=papers.prescription, second_user_id=second)


def record(session: Session, dispensing_id: DispensingId, signed: Signed | None) -> None:
    """Keep the prescription and the second signature beside a document."""
    if signed is None:
        return
    session.add(
        ControlledDispensing(
            dispensing_id=dispensing_id,
            prescription=signed.prescription.number,
            patient=signed.prescription.patient,
            prescriber=signed.prescription.prescriber,
            second_user_id=signed.second_user_id,
        )
    )
    session.flush()


def sign_again(
    session: Session,
    actor: Actor,
    original: Dispensing,
    second: Credentials | None,
    *,
    now: datetime,
) -> Signed | None:
    """Return what an undo of controlled medicines is signed with: the first prescription."""
    first = session.get(ControlledDispensing, original.id)
    if first is None:
        return None
    user_id = accounts.cosign(session, actor, second, original.facility_id, now=now)
    prescription = Prescription(
        number=first.prescription, patient=first.patient, prescriber=first.prescriber
    )
    return Signed(prescription=prescription, second_user_id=user_id)
