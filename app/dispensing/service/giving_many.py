"""Give many packs in a few statements, each with its own document, as devices told them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.dispensing.models import Dispensing, DispensingKind, DispensingLine
from app.dispensing.service.giving import AMBIGUOUS, posting_key
from app.dispensing.service.planning import Gift, Planned, plan
from app.dispensing.service.references import new_references
from app.inventory import service as inventory
from app.inventory.models import PlaceKind, PostingKind, UseTag
from app.inventory.service import Movement, PostingRequest, Spot
from app.kernel.actor import Actor
from app.kernel.ids import FacilityId, LotId, PlaceId, UnitId
from app.kernel.rows import insert_rows
from app.traceability import service as traceability
from app.traceability.models import BizStep, Disposition
from app.traceability.service import Giving, Happening


@dataclass(frozen=True, slots=True)
class _Document:
    """A planned gift and the number of its document."""

    planned: Planned
    reference: str


def dispense_many(
    session: Session,
    actor: Actor,
    acts: Sequence[Sequence[Gift]],
    booked_at: datetime | None,
    *,
    now: datetime,
) -> list[list[str] | None]:
    """Give packs of one facility's shelves; return the documents of each act, in their order.

    None where an act was not given since it wants a closer look, by ``dispense``: it may well
    be refused. All others are given, or none. The book has them at their own moments, or all
    at ``booked_at``. A pack may come several times, in parts.

    Raises:
        DomainError: one of the packs changed meanwhile, or the ledger refuses the acts.
    """
    planned = plan(session, actor, acts, now=now)
    if planned is None:
        return [None] * len(acts)
    facility_id, gifts = planned.facility_id, planned.gifts
    references = new_references(session, facility_id, len(gifts), now=now)
    documents = [_Document(*one) for one in zip(gifts, references, strict=True)]
    lines = _write(session, actor, facility_id, documents)
    patient = inventory.place_for(session, facility_id, PlaceKind.PATIENT)
    requests = [
        _posting(one, (facility_id, patient.id, lines[one.reference]), booked_at)
        for one in documents
    ]
    inventory.post_all(session, actor, requests, now=now)
    givings = [_giving(one, (facility_id, patient.id), now=now) for one in documents]
    traceability.dispense_all(session, actor, givings)
    numbers = iter(references)
    return [None if act is None else [next(numbers) for _ in act] for act in planned.acts]


def _write(
    session: Session, actor: Actor, facility_id: FacilityId, documents: Sequence[_Document]
) -> dict[str, int]:
    """Store documents and their lines; return each document's line by its reference."""
    rows = [
        {
            "reference": one.reference,
            "note": one.planned.gift.note,
            "happened_at": one.planned.gift.happened_at,
        }
        for one in documents
    ]
    same = {
        "facility_id": facility_id,
        "kind": DispensingKind.DISPENSE,
        "tag": UseTag.ROUTINE,
        "user_id": actor.user_id,
    }
    added = insert_rows(Dispensing, rows, same).returning(Dispensing.reference, Dispensing.id)
    ids = {row[0]: row[1] for row in session.execute(added)}
    lines = [
        {
            "dispensing_id": ids[one.reference],
            "item_id": one.planned.unit.item_id,
            "lot_id": one.planned.unit.lot_id,
            "unit_id": one.planned.unit.id,
            "quantity": one.planned.quantity,
        }
        for one in documents
    ]
    columns = (DispensingLine.dispensing_id, DispensingLine.id)
    stored = session.execute(insert_rows(DispensingLine, lines).returning(*columns))
    by_document = {row[0]: row[1] for row in stored}
    return {one.reference: by_document[ids[one.reference]] for one in documents}


def _posting(
    one: _Document, where: tuple[FacilityId, PlaceId, int], booked_at: datetime | None
) -> PostingRequest:
    facility_id, patient, line_id = where
    movement = Movement(
        lot_id=LotId(one.planned.unit.lot_id or 0),
        quantity=one.planned.quantity,
        source=Spot(one.planned.shelf, facility_id),
        target=Spot(patient, facility_id),
        line=("dispensing_line", line_id),
    )
    return PostingRequest(
        kind=PostingKind.DISPENSE,
        key=posting_key(one.reference),
        facility_id=facility_id,
        document=one.reference,
        occurred_at=booked_at or one.planned.gift.happened_at,
        movements=[movement],
    )


def _giving(one: _Document, where: tuple[FacilityId, PlaceId], *, now: datetime) -> Giving:
    facility_id, patient = where
    happening = Happening(
        step=BizStep.DISPENSING,
        disposition=Disposition.DISPENSED,
        facility_id=facility_id,
        place_id=one.planned.shelf,
        document=one.reference,
        event_time=one.planned.gift.happened_at,
        recorded_at=now,
        reason=AMBIGUOUS if one.planned.gift.scan.ambiguous else "",
        origin=one.planned.gift.origin,
    )
    return Giving(
        unit_id=UnitId(one.planned.unit.id),
        quantity=one.planned.quantity,
        shelf=one.planned.shelf,
        patient=patient,
        happening=happening,
    )
