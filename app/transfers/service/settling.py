"""Say what became of goods that were handed over and did not arrive (调拨差异)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.inventory import service as inventory
from app.inventory.models import Condition, PlaceKind, PostingKind
from app.inventory.service import Movement, PostingRequest, Spot
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.ids import PlaceId, TransferContentId, UserId
from app.traceability import service as traceability
from app.traceability.errors import ReasonMissing
from app.traceability.models import BizStep, Disposition
from app.traceability.service import Happening
from app.transfers.errors import MissingSettled
from app.transfers.models import Transfer, TransferContent, TransferLine
from app.transfers.rules import TransferState, Whereabouts
from app.transfers.service.finding import get_transfer, lines_of, record, step
from app.transfers.service.handing import transit_place
from app.transfers.service.receiving import contents_of, settle_loans, shelves_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What became of the missing part of one content, and the reason people read."""

    reference: str
    content_id: TransferContentId
    whereabouts: Whereabouts
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fate:
    kind: PostingKind
    place_id: PlaceId
    spot: Spot
    step: BizStep
    disposition: Disposition


def settle_missing(
    session: Session, actor: Actor, settlement: Settlement, second: UserId | None, *, now: datetime
) -> Transfer:
    """Book missing goods where they are; with the last one the transfer is closed.

    The receiver says that they arrived after all; only the holder says that they never left
    or are lost.

    Raises:
        NotFound: the content is not of a transfer the actor may settle.
        ReasonMissing: people must learn what happened.
        MissingSettled: nothing is missing, or it was settled before.
    """
    transfer = get_transfer(session, actor, settlement.reference)
    arrived = settlement.whereabouts is Whereabouts.ARRIVED
    actor.must_act_for(transfer.receiver_id if arrived else transfer.sender_id, "transfer")
    if not settlement.reason:
        raise ReasonMissing(settlement.reference)
    step(session, transfer, (TransferState.RECEIVED,), TransferState.RECEIVED)
    content = next(
        (one for one in contents_of(session, transfer) if one.id == settlement.content_id), None
    )
    if content is None:
        raise NotFound("transfer content")
    _claim(session, actor, (content, settlement), now=now)
    line = next(line for line in lines_of(session, transfer) if line.id == content.line_id)
    fate = _fate(session, transfer, (content, line), settlement.whereabouts)
    _post(session, actor, (transfer, content, fate), (settlement, second), now=now)
    _trace(session, actor, (transfer, content, fate), settlement, now=now)
    if arrived:
        settle_loans(session, transfer, [line], {line.id: content.missing})
    record(session, actor, transfer, ("transfer-settled", settlement.reason), now=now)
    left = [one for one in contents_of(session, transfer) if one.missing and not one.whereabouts]
    if not left:
        step(session, transfer, (TransferState.RECEIVED,), TransferState.CLOSED)
    return transfer


def _claim(
    session: Session,
    actor: Actor,
    what: tuple[TransferContent, Settlement],
    *,
    now: datetime,
) -> None:
    content, settlement = what
    claimed = session.scalars(
        update(TransferContent)
        .where(
            TransferContent.id == content.id,
            TransferContent.whereabouts.is_(None),
            TransferContent.usable + TransferContent.quarantine + TransferContent.damaged
            < TransferContent.quantity,
        )
        .values(
            whereabouts=settlement.whereabouts,
            settled_reason=settlement.reason,
            settled_by_id=actor.user_id,
            settled_at=now,
        )
        .returning(TransferContent.id)
        .execution_options(synchronize_session=False)
    ).first()
    if claimed is None:
        raise MissingSettled(settlement.reference)


def _fate(
    session: Session,
    transfer: Transfer,
    what: tuple[TransferContent, TransferLine],
    whereabouts: Whereabouts,
) -> _Fate:
    content, line = what
    if whereabouts is Whereabouts.ARRIVED:
        shelf = shelves_of(session, transfer, {line.item_id})[line.item_id]
        return _Fate(
            kind=PostingKind.FOUND,
            place_id=shelf,
            spot=Spot(shelf, transfer.receiver_id, content.condition),
            step=BizStep.ACCEPTING,
            disposition=Disposition.IN_STOCK,
        )
    if whereabouts is Whereabouts.NOT_SENT:
        return _Fate(
            kind=PostingKind.RETURN,
            place_id=content.place_id,
            spot=Spot(content.place_id, transfer.sender_id, content.condition),
            step=BizStep.RETURNING,
            disposition=Disposition.IN_STOCK,
        )
    loss = inventory.place_for(session, transfer.sender_id, PlaceKind.LOSS)
    return _Fate(
        kind=PostingKind.LOSS,
        place_id=loss.id,
        spot=Spot(loss.id, transfer.sender_id, Condition.USABLE),
        step=BizStep.DESTROYING,
        disposition=Disposition.LOST,
    )


def _post(
    session: Session,
    actor: Actor,
    what: tuple[Transfer, TransferContent, _Fate],
    told: tuple[Settlement, UserId | None],
    *,
    now: datetime,
) -> None:
    transfer, content, fate = what
    settlement, second = told
    movement = Movement(
        lot_id=content.lot_id,
        quantity=content.missing,
        source=Spot(transit_place(session, transfer), transfer.sender_id, content.condition),
        target=fate.spot,
        line=("transfer_missing", content.id),
    )
    request = PostingRequest(
        kind=fate.kind,
        key=f"transfer/{transfer.reference}/missing/{content.id}",
        facility_id=transfer.sender_id,
        document=transfer.reference,
        occurred_at=now,
        movements=[movement],
        reason=settlement.reason,
        second_user_id=second,
    )
    inventory.post(session, actor, request, now=now)


def _trace(
    session: Session,
    actor: Actor,
    what: tuple[Transfer, TransferContent, _Fate],
    settlement: Settlement,
    *,
    now: datetime,
) -> None:
    transfer, content, fate = what
    if content.unit_id is None:
        return
    units = list(traceability.lock_units(session, [content.unit_id]).values())
    happening = Happening(
        step=fate.step,
        disposition=fate.disposition,
        facility_id=transfer.sender_id,
        document=transfer.reference,
        event_time=now,
        recorded_at=now,
        place_id=fate.place_id,
        reason=settlement.reason,
    )
    transit = transit_place(session, transfer)
    traceability.move(session, actor, units, (transit, fate.place_id), happening)
