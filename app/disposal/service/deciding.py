"""The second person confirms or refuses a write-off; confirming takes the goods out of the book."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.errors import SecondPersonRefused
from app.accounts.service import Credentials
from app.disposal.errors import SignerNeeded
from app.disposal.models import WriteOff, WriteOffLine
from app.disposal.rules import WriteOffState
from app.disposal.service.finding import lines_of, own_write_off, packs_of, record, step
from app.disposal.service.moving import LINE_KIND, Passage, beyond, move_packs, spot_of
from app.inventory import service as inventory
from app.inventory.models import PostingKind
from app.inventory.service import Movement, PostingRequest
from app.kernel.actor import Actor, Permission
from app.kernel.errors import Forbidden
from app.kernel.ids import UserId
from app.traceability.errors import ReasonMissing
from app.traceability.models import BizStep, Disposition


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signed:
    """Who decides, and who signs the entry of the ledger beside the actor."""

    decided_by: UserId
    beside: UserId
    witness: UserId | None = None


def confirm(
    session: Session, actor: Actor, reference: str, given: Credentials | None, *, now: datetime
) -> WriteOff:
    """Take the goods out of the book, in one posting.

    Whoever handed it in may press the button too, if the second person signs there and then
    with their own credential. Controlled medicines leave their cupboard only so: two people
    open it, each with their own credential.

    Raises:
        NotFound: it is unknown, or not the actor's.
        WriteOffStateChanged: it is not handed in, or was decided before.
        SignerNeeded: the actor handed it in, and nobody signs beside.
        SecondPersonNeeded: controlled medicines are among the goods, and nobody signs beside.
        SecondPersonIsTheFirst, SecondPersonRefused, Throttled: the signature does not count.
        InsufficientStock: the goods, or some of them, have left or are promised.
        NotHere, UnitChanged: a scanned pack has moved on or was opened since.
    """
    write_off = own_write_off(session, actor, reference)
    step(session, write_off, (WriteOffState.SUBMITTED,), WriteOffState.SUBMITTED)
    lines = lines_of(session, write_off)
    signed = _signed(session, actor, (write_off, lines), given, now=now)
    stamp = {
        "decided_by_id": signed.decided_by,
        "decided_at": now,
        "witness_id": signed.witness,
    }
    step(session, write_off, (WriteOffState.SUBMITTED,), WriteOffState.CONFIRMED, **stamp)
    _post(session, actor, (write_off, lines), signed, now=now)
    _move_packs(session, actor, (write_off, lines), now=now)
    record(session, actor, write_off, ("write-off-confirmed", ""), now=now)
    return write_off


def refuse(
    session: Session, actor: Actor, reference: str, reason: str, *, now: datetime
) -> WriteOff:
    """Refuse a write-off, and say why; the goods stay in the book.

    Raises:
        NotFound: it is unknown, or not the actor's.
        SignerNeeded: the actor handed it in; they withdraw it instead.
        ReasonMissing: the other person must learn why.
        WriteOffStateChanged: it is not handed in, or was decided before.
    """
    write_off = own_write_off(session, actor, reference)
    if write_off.submitted_by_id == actor.user_id:
        raise SignerNeeded(reference)
    if not reason.strip():
        raise ReasonMissing(reference)
    stamp = {"decided_by_id": actor.user_id, "decided_at": now, "answer": reason.strip()}
    step(session, write_off, (WriteOffState.SUBMITTED,), WriteOffState.REFUSED, **stamp)
    record(session, actor, write_off, ("write-off-refused", reason), now=now)
    return write_off


def _signed(
    session: Session,
    actor: Actor,
    what: tuple[WriteOff, Sequence[WriteOffLine]],
    given: Credentials | None,
    *,
    now: datetime,
) -> _Signed:
    write_off, lines = what
    controlled = any(line.is_controlled for line in lines)
    submitter = UserId(write_off.submitted_by_id or 0)
    if submitter == actor.user_id:
        if given is None:
            raise SignerNeeded(write_off.reference)
        second = sign_beside(session, actor, (write_off.facility_id, given), now=now)
        if controlled and not second.may(Permission.CONTROLLED_COSIGN):
            raise SecondPersonRefused(given.username)
        witness = second.user_id if controlled else None
        return _Signed(decided_by=second.user_id, beside=second.user_id, witness=witness)
    if not actor.may(Permission.DISPOSAL_SIGN):
        raise Forbidden("write-off")
    if not controlled:
        return _Signed(decided_by=actor.user_id, beside=submitter)
    witness = accounts.cosign(session, actor, given, write_off.facility_id, now=now)
    return _Signed(decided_by=actor.user_id, beside=witness, witness=witness)


def sign_beside(
    session: Session, actor: Actor, what: tuple[int, Credentials], *, now: datetime
) -> Actor:
    """Return who of a facility signs write-offs and destructions beside the actor.

    Raises:
        SecondPersonIsTheFirst, SecondPersonRefused, Throttled: the signature does not count.
    """
    facility_id, given = what
    permission = Permission.DISPOSAL_SIGN
    second = accounts.verify_second_person(session, given, permission, first=actor, now=now)
    if facility_id not in second.facility_ids:
        raise SecondPersonRefused(given.username)
    return second


def _post(
    session: Session,
    actor: Actor,
    what: tuple[WriteOff, Sequence[WriteOffLine]],
    signed: _Signed,
    *,
    now: datetime,
) -> None:
    write_off, lines = what
    target = beyond(session, write_off)
    movements = [
        Movement(
            lot_id=line.lot_id,
            quantity=line.quantity,
            source=spot_of(line),
            target=target,
            line=(LINE_KIND, line.id),
        )
        for line in lines
    ]
    request = PostingRequest(
        kind=PostingKind.LOSS,
        key=f"write-off/{write_off.reference}",
        facility_id=write_off.facility_id,
        document=write_off.reference,
        occurred_at=now,
        movements=movements,
        reason=write_off.note or write_off.reason.value,
        second_user_id=signed.beside,
    )
    inventory.post(session, actor, request, now=now)


def _move_packs(
    session: Session,
    actor: Actor,
    what: tuple[WriteOff, Sequence[WriteOffLine]],
    *,
    now: datetime,
) -> None:
    write_off, lines = what
    packs = packs_of(session, [line.id for line in lines])
    exists = write_off.reason.leaves_goods
    target = beyond(session, write_off).place_id
    for line in lines:
        passage = Passage(
            facility_id=write_off.facility_id,
            document=write_off.reference,
            source=line.place_id,
            target=target,
            step=BizStep.WRITING_OFF,
            disposition=Disposition.WRITTEN_OFF if exists else Disposition.LOST,
            reason=write_off.note,
        )
        move_packs(session, actor, packs[line.id], passage, now=now)
