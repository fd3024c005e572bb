"""Discrepancies: opened by a receipt, closed by somebody who says what became of the goods."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.service import Credentials
from app.catalogue import service as catalogue
from app.fulfilment.errors import DiscrepancyClosed
from app.fulfilment.models import Discrepancy, Tote, ToteContent
from app.fulfilment.rules import Resolution
from app.inventory import service as inventory
from app.inventory.models import Condition, PlaceKind, PostingKind
from app.inventory.service import Movement, PostingRequest, Spot
from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.history import Change
from app.kernel.ids import UserId
from app.kernel.numbering import issue_numbers
from app.traceability import service as traceability
from app.traceability.errors import ReasonMissing
from app.traceability.models import BizStep, Disposition, Unit
from app.traceability.service import Happening

PREFIX = "DC"
LINE_KIND = "discrepancy"
BY_THE_CLINIC = frozenset({Resolution.FOUND})
"""The clinic may say that goods turned up; only the centre writes them off or takes them back."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What did not arrive of one content, with its coded packs."""

    content: ToteContent
    quantity: int
    packs: list[Unit]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What became of the goods, and the reason people read."""

    reference: str
    resolution: Resolution
    reason: str
    key: str
    second: Credentials | None = None


@dataclass(frozen=True, slots=True)
class _Fate:
    """Where goods go when a discrepancy is closed."""

    kind: PostingKind
    spot: Spot
    step: BizStep
    disposition: Disposition


def open_discrepancies(
    session: Session,
    actor: Actor,
    told: tuple[Tote, str],
    missing: Sequence[Missing],
    *,
    now: datetime,
) -> None:
    """Store what did not arrive of a tote, with the clinic's note."""
    tote, note = told
    if not missing:
        return
    references = issue_numbers(session, PREFIX, len(missing), now=now)
    session.add_all(
        Discrepancy(
            reference=reference,
            content_id=one.content.id,
            tote_id=tote.id,
            facility_id=tote.destination_id,
            supplier_id=tote.supplier_id,
            item_id=one.content.item_id,
            lot_id=one.content.lot_id,
            quantity=one.quantity,
            unit_codes=[pack.code for pack in one.packs],
            note=note,
            opened_by_id=actor.user_id,
            opened_at=now,
        )
        for reference, one in zip(references, missing, strict=True)
    )
    session.flush()


def get_discrepancy(session: Session, actor: Actor, reference: str) -> Discrepancy:
    """Return a discrepancy between the actor's facility and its supplier or clinic.

    Raises:
        NotFound: there is none, or it is between others.
    """
    found = session.scalars(select(Discrepancy).where(Discrepancy.reference == reference)).first()
    if found is None or not actor.sees(found.facility_id, found.supplier_id):
        raise NotFound("discrepancy")
    return found


def close_discrepancy(
    session: Session, actor: Actor, closing: Closing, *, now: datetime
) -> Discrepancy:
    """Say what became of the goods and post it; the receiving place is free of them.

    Raises:
        ReasonMissing: closing needs a reason.
        NotFound: there is none, or the actor may not close it this way.
        DiscrepancyClosed: somebody has closed it before.
        SecondPersonNeeded: the goods are controlled, and nobody signed beside the actor.
    """
    found = get_discrepancy(session, actor, closing.reference)
    if closing.resolution not in BY_THE_CLINIC or found.facility_id not in actor.facility_ids:
        actor.must_act_for(found.supplier_id, "discrepancy")
    if not closing.reason:
        raise ReasonMissing(closing.reference)
    closed = session.execute(
        update(Discrepancy)
        .where(Discrepancy.id == found.id, Discrepancy.resolution.is_(None))
        .values(
            resolution=closing.resolution,
            reason=closing.reason,
            closed_by_id=actor.user_id,
            closed_at=now,
        )
        .returning(Discrepancy.id)
        .execution_options(synchronize_session=False)
    ).first()
    session.refresh(found)
    if closed is None:
        raise DiscrepancyClosed(closing.reference)
    fate = _fate(session, found, closing.resolution)
    _post(session, actor, (found, fate, closing), now=now)
    _trace(session, actor, (found, fate), now=now)
    change = Change(subject=("discrepancy", found.id), action="closed", reason=closing.reason)
    history.record(session, actor, change, now=now)
    return found


def _fate(session: Session, found: Discrepancy, resolution: Resolution) -> _Fate:
    """Found goods go to the clinic's shelf, sent-wrong ones back into the centre's quarantine."""
    if resolution is Resolution.FOUND:
        shelves = inventory.shelves_for(session, found.facility_id, [found.item_id])
        shelf = shelves[found.item_id]
        spot = Spot(shelf.id, found.facility_id)
        return _Fate(PostingKind.FOUND, spot, BizStep.ACCEPTING, Disposition.IN_STOCK)
    if resolution is Resolution.SENT_WRONG:
        dock = inventory.place_for(session, found.supplier_id, PlaceKind.RECEIVING)
        spot = Spot(dock.id, found.supplier_id, Condition.QUARANTINE)
        return _Fate(PostingKind.RETURN, spot, BizStep.RETURNING, Disposition.IN_STOCK)
    loss = inventory.place_for(session, found.supplier_id, PlaceKind.LOSS)
    became = Disposition.LOST if resolution is Resolution.LOST else Disposition.DESTROYED
    spot = Spot(loss.id, found.supplier_id)
    return _Fate(PostingKind.LOSS, spot, BizStep.DESTROYING, became)


def _post(
    session: Session, actor: Actor, what: tuple[Discrepancy, _Fate, Closing], *, now: datetime
) -> None:
    found, fate, closing = what
    waiting = inventory.place_for(session, found.facility_id, PlaceKind.RECEIVING)
    movement = Movement(
        lot_id=found.lot_id,
        quantity=found.quantity,
        source=Spot(waiting.id, found.supplier_id),
        target=fate.spot,
        line=(LINE_KIND, found.id),
    )
    request = PostingRequest(
        kind=fate.kind,
        key=f"discrepancy:{found.id}:{closing.key}",
        facility_id=found.facility_id,
        document=found.reference,
        occurred_at=now,
        movements=[movement],
        reason=closing.reason,
        second_user_id=_signed(session, actor, (found, closing), now=now),
    )
    inventory.post(session, actor, request, now=now)


def _signed(
    session: Session, actor: Actor, what: tuple[Discrepancy, Closing], *, now: datetime
) -> UserId | None:
    """Return who signs beside the actor where the goods are controlled medicines."""
    found, closing = what
    if not catalogue.get_item(session, found.item_id).is_controlled:
        return None
    return accounts.cosign(session, actor, closing.second, actor.facility_id, now=now)


def _trace(
    session: Session, actor: Actor, what: tuple[Discrepancy, _Fate], *, now: datetime
) -> None:
    found, fate = what
    if not found.unit_codes:
        return
    units = list(traceability.get_units(session, found.unit_codes).values())
    waiting = inventory.place_for(session, found.facility_id, PlaceKind.RECEIVING)
    happening = Happening(
        step=fate.step,
        disposition=fate.disposition,
        facility_id=found.facility_id,
        document=found.reference,
        event_time=now,
        recorded_at=now,
        place_id=fate.spot.place_id,
        reason=found.reason,
    )
    traceability.move(session, actor, units, (waiting.id, fate.spot.place_id), happening)
    inventory.follow_quarantine(session, actor, [unit.id for unit in units], now=now)
