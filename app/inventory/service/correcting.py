"""Correct the book by hand: undo an entry (红冲), or tell goods apart by their condition."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.errors import SecondPersonNeeded
from app.accounts.service import Credentials
from app.inventory import queries
from app.inventory.errors import ReversalByDocument
from app.inventory.models import Condition, PostingKind, StockBalance, StockPosting
from app.inventory.service.apart import keep_apart
from app.inventory.service.posting import mirror_of, post, undo_once
from app.inventory.service.requests import Movement, PostingRequest, Spot, Undoing
from app.kernel.actor import Actor, Permission
from app.kernel.errors import NotFound
from app.kernel.ids import PostingId, UserId
from app.kernel.numbering import issue_number
from app.traceability.errors import ReasonMissing

PREFIX = "SC"

STAND_ALONE = frozenset(
    {
        PostingKind.OPENING,
        PostingKind.LOSS,
        PostingKind.FOUND,
        PostingKind.CONDITION_CHANGE,
        PostingKind.REVERSAL,
    }
)
"""Kinds that no document's state follows from; all others are undone at their document."""


def may_be_reversed_by_hand(kind: PostingKind, *, bound: bool) -> bool:
    """Say whether an entry may be undone by itself; ``bound``: a line or codes hang on it."""
    return kind in STAND_ALONE and not bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """Why the book is corrected, under which client key, and who signs beside the actor."""

    key: str
    reason: str
    second: Credentials | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionChange:
    """So many base units of a balance turn out to be in another condition."""

    balance_id: int
    quantity: int
    condition: Condition


def correct(
    session: Session,
    actor: Actor,
    posting_id: PostingId,
    because: Correction,
    *,
    now: datetime,
) -> StockPosting:
    """Undo an entry that stands alone.

    What belongs to a document is undone there, where its state follows; what carries codes
    is corrected by scanning, or codes and quantities would part.

    Raises:
        NotFound: there is no such entry at the actor's facilities.
        ReasonMissing: people must learn why.
        ReversalByDocument: a document or codes depend on it.
        SecondPersonNeeded: it moved goods of a double-locked place.
        AlreadyReversed, InsufficientStock: it was undone before, or the goods have left.
    """
    original = session.get(StockPosting, posting_id)
    if original is None or original.facility_id not in actor.facility_ids:
        raise NotFound("posting")
    _refuse_silence(because)
    traits = queries.traits_of(session, posting_id)
    if not may_be_reversed_by_hand(original.kind, bound=traits.bound):
        raise ReversalByDocument(original.document, document=original.document)
    second = _signed(session, actor, because, locked=traits.locked, now=now)
    told = Undoing(key=because.key, reason=because.reason, second_user_id=second)
    request = mirror_of(session, original, told, now=now)
    return undo_once(session, actor, request, now=now)


def change_condition(
    session: Session,
    actor: Actor,
    change: ConditionChange,
    because: Correction,
    *,
    now: datetime,
) -> StockPosting:
    """Move goods where they lie to another condition: damaged, quarantine, usable again.

    Raises:
        NotFound: there is no such balance at the actor's facilities.
        ReasonMissing: people must learn why.
        SecondPersonNeeded: they lie in a double-locked place.
        PostingUnbalanced, InsufficientStock: nothing changes, or so much is not free.
        HeldWithItsCode: so much is set apart with coded packs, which are released one by one.
    """
    balance = session.get(StockBalance, change.balance_id)
    if balance is None or balance.outside or balance.facility_id not in actor.facility_ids:
        raise NotFound("balance")
    _refuse_silence(because)
    locked = queries.is_locked(session, balance.place_id)
    second = _signed(session, actor, because, locked=locked, now=now)
    movement = Movement(
        lot_id=balance.lot_id,
        quantity=change.quantity,
        source=Spot(balance.place_id, balance.owner_id, balance.condition),
        target=Spot(balance.place_id, balance.owner_id, change.condition),
    )
    request = PostingRequest(
        kind=PostingKind.CONDITION_CHANGE,
        key=because.key,
        facility_id=balance.facility_id,
        document=issue_number(session, PREFIX, now=now),
        occurred_at=now,
        movements=[movement],
        reason=because.reason,
        second_user_id=second,
    )
    posting = post(session, actor, request, now=now)
    keep_apart(session, movement.source, balance.lot_id)
    return posting


def _refuse_silence(because: Correction) -> None:
    if not because.reason.strip():
        raise ReasonMissing("correction")


def _signed(
    session: Session, actor: Actor, because: Correction, *, locked: bool, now: datetime
) -> UserId | None:
    """Return the second person, who is needed where two open the door."""
    if not locked:
        return None
    if because.second is None:
        raise SecondPersonNeeded("correction")
    second = accounts.verify_second_person(
        session, because.second, Permission.CONTROLLED_COSIGN, first=actor, now=now
    )
    return second.user_id
