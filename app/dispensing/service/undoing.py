"""Undo a dispensing made by mistake: a document, a reversal and the code's return."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.service import Credentials
from app.dispensing import queries
from app.dispensing.errors import UndoNotAllowed
from app.dispensing.models import Dispensing, DispensingKind, DispensingLine
from app.dispensing.rules import ensure_undoable
from app.dispensing.service import signing
from app.dispensing.service.giving import posting_key
from app.dispensing.service.references import new_reference
from app.inventory import service as inventory
from app.inventory.models import PlaceKind
from app.inventory.service import Undoing
from app.kernel.actor import Actor
from app.kernel.db import refusing
from app.kernel.errors import NotFound
from app.kernel.ids import PlaceId
from app.traceability import service as traceability
from app.traceability.errors import ReasonMissing, UnitChanged
from app.traceability.models import BizStep, Disposition, Unit
from app.traceability.service import Happening


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """Why something is undone, and who signs beside the actor for controlled medicines."""

    reason: str
    second: Credentials | None = None


def undo(
    session: Session, actor: Actor, reference: str, because: Correction, *, now: datetime
) -> Dispensing:
    """Correct a dispensing or recorded use by its mirror image; nothing is deleted.

    Raises:
        NotFound: there is no such document.
        ReasonMissing: people must learn why.
        UndoNotAllowed: another facility gave it, it is too old, an undo itself, or undone
            before, or the pack has moved on since; ``data['rule']`` names which.
        SecondPersonNeeded: the goods are controlled, and nobody signed beside the actor.
    """
    original = session.scalars(select(Dispensing).where(Dispensing.reference == reference)).first()
    if original is None:
        raise NotFound("dispensing")
    if original.facility_id not in actor.facility_ids:
        raise UndoNotAllowed(reference, rule="other-site")
    if not because.reason.strip():
        raise ReasonMissing("undo")
    if original.kind is DispensingKind.UNDO:
        raise UndoNotAllowed(reference, rule="is-an-undo")
    ensure_undoable(reference, original.happened_at, now=now)
    signed = signing.sign_again(session, actor, original, because.second, now=now)
    correction = Dispensing(
        reference=new_reference(session, original.facility_id, now=now),
        facility_id=original.facility_id,
        kind=DispensingKind.UNDO,
        undoes_id=original.id,
        tag=original.tag,
        note=because.reason.strip(),
        user_id=actor.user_id,
        happened_at=now,
    )
    before = UndoNotAllowed(reference, rule="undone-before")
    with refusing(session, "uq_dispensing_undoes_id", before):
        session.add(correction)
    signing.record(session, correction.id, signed)
    _mirror_lines(session, original, correction)
    posting_id = queries.find_posting(session, posting_key(original.reference))
    if posting_id is None:
        raise NotFound("posting")
    told = Undoing(
        key=posting_key(correction.reference),
        reason=correction.note,
        second_user_id=signed.second_user_id if signed else None,
    )
    inventory.reverse(session, actor, posting_id, told, now=now)
    shelf = queries.shelf_of(session, posting_id)
    _return_units(session, actor, (original, correction), shelf)
    return correction


def _lines(session: Session, document: Dispensing) -> list[DispensingLine]:
    return list(
        session.scalars(
            select(DispensingLine)
            .where(DispensingLine.dispensing_id == document.id)
            .order_by(DispensingLine.id)
        )
    )


def _mirror_lines(session: Session, original: Dispensing, correction: Dispensing) -> None:
    session.add_all(
        DispensingLine(
            dispensing_id=correction.id,
            item_id=line.item_id,
            lot_id=line.lot_id,
            unit_id=line.unit_id,
            quantity=line.quantity,
        )
        for line in _lines(session, original)
    )
    session.flush()


def _return_units(
    session: Session, actor: Actor, documents: tuple[Dispensing, Dispensing], shelf: PlaceId
) -> None:
    original, correction = documents
    for line in _lines(session, original):
        if line.unit_id is None:
            continue
        unit = session.get_one(Unit, line.unit_id)
        patient = inventory.place_for(session, original.facility_id, PlaceKind.PATIENT)
        happening = Happening(
            step=BizStep.RETURNING,
            disposition=Disposition.IN_STOCK,
            facility_id=correction.facility_id,
            place_id=shelf,
            document=correction.reference,
            event_time=correction.happened_at,
            recorded_at=correction.happened_at,
            reason=correction.note,
            corrects_id=queries.find_trace_event(session, original.reference, unit.id),
        )
        giving = (unit, line.quantity)
        try:
            traceability.take_back(session, actor, giving, (patient.id, shelf), happening)
        except UnitChanged as left:
            raise UndoNotAllowed(original.reference, rule="pack-left") from left
