"""Undo a confirmed write-off of which nothing was destroyed: the goods are in the book again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.service import Credentials
from app.disposal.errors import AlreadyDestroyed, SignerNeeded
from app.disposal.models import WriteOff, WriteOffLine
from app.disposal.rules import WriteOffState
from app.disposal.service.deciding import sign_beside
from app.disposal.service.finding import lines_of, own_write_off, packs_of, record, step
from app.disposal.service.moving import Passage, beyond, move_packs
from app.inventory import service as inventory
from app.inventory.models import PostingKind
from app.inventory.service import Undoing
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.traceability.errors import ReasonMissing
from app.traceability.models import BizStep, Disposition


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """Why a write-off is undone, and who signs beside the actor."""

    reason: str
    second: Credentials | None = None


def take_back(
    session: Session, actor: Actor, reference: str, because: Correction, *, now: datetime
) -> WriteOff:
    """Undo a write-off by the mirror image of its entry (红冲); two people sign for it as well.

    A destruction locks the write-off first, so of the two one sees what the other did.

    Raises:
        NotFound: it is unknown, or not the actor's.
        ReasonMissing: people must learn why.
        SignerNeeded: nobody signs beside.
        SecondPersonIsTheFirst, SecondPersonRefused, Throttled: the signature does not count.
        WriteOffStateChanged: it is not confirmed, or was undone before.
        AlreadyDestroyed: some of the goods no longer exist.
    """
    write_off = own_write_off(session, actor, reference)
    if not because.reason.strip():
        raise ReasonMissing(reference)
    if because.second is None:
        raise SignerNeeded(reference)
    given = (write_off.facility_id, because.second)
    second = sign_beside(session, actor, given, now=now)
    step(session, write_off, (WriteOffState.CONFIRMED,), WriteOffState.REVERSED)
    lines = lines_of(session, write_off)
    gone = next((line for line in lines if line.destroyed), None)
    if gone is not None:
        raise AlreadyDestroyed(gone.item_name, item=gone.item_name)
    posting_id = inventory.last_posting(session, reference, PostingKind.LOSS)
    if posting_id is None:
        raise NotFound("posting")
    told = Undoing(
        key=f"write-off/{reference}/undo",
        reason=because.reason.strip(),
        second_user_id=second.user_id,
    )
    inventory.reverse(session, actor, posting_id, told, now=now)
    _return_packs(session, actor, (write_off, lines), because.reason, now=now)
    record(session, actor, write_off, ("reversed", because.reason), now=now)
    return write_off


def _return_packs(
    session: Session,
    actor: Actor,
    what: tuple[WriteOff, Sequence[WriteOffLine]],
    reason: str,
    *,
    now: datetime,
) -> None:
    write_off, lines = what
    packs = packs_of(session, [line.id for line in lines])
    source = beyond(session, write_off).place_id
    for line in lines:
        passage = Passage(
            facility_id=write_off.facility_id,
            document=write_off.reference,
            source=source,
            target=line.place_id,
            step=BizStep.RETURNING,
            disposition=Disposition.IN_STOCK,
            reason=reason,
        )
        move_packs(session, actor, packs[line.id], passage, now=now)
