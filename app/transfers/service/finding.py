"""Find a transfer one may see, and move it from state to state."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.history import Change
from app.transfers.errors import TransferStateChanged
from app.transfers.models import Transfer, TransferLine
from app.transfers.rules import BY_HOLDER, TransferState

SUBJECT = "transfer"


def get_transfer(session: Session, actor: Actor, reference: str) -> Transfer:
    """Return a transfer of one of the actor's facilities, or any for the county's roles.

    Raises:
        NotFound: there is none, or it is between others.
    """
    found = session.scalars(select(Transfer).where(Transfer.reference == reference)).first()
    if found is None or not actor.sees(found.sender_id, found.receiver_id, found.asked_by_id):
        raise NotFound("transfer")
    return found


def decider_of(transfer: Transfer) -> int:
    """Return the facility that says yes or no: not the one that asked."""
    return transfer.receiver_id if transfer.kind in BY_HOLDER else transfer.sender_id


def lines_of(session: Session, transfer: Transfer) -> list[TransferLine]:
    """Return the lines of a transfer in their order, as they now are."""
    return list(
        session.scalars(
            select(TransferLine)
            .where(TransferLine.transfer_id == transfer.id)
            .order_by(TransferLine.position)
            .execution_options(populate_existing=True)
        )
    )


def step(
    session: Session,
    transfer: Transfer,
    expected: Sequence[TransferState],
    state: TransferState,
    **values: object,
) -> None:
    """Move a transfer on; the first write of every step, so rivals take turns.

    Raises:
        TransferStateChanged: somebody moved it on first.
    """
    moved = session.scalars(
        update(Transfer)
        .where(Transfer.id == transfer.id, Transfer.state.in_(expected))
        .values(state=state, **values)
        .returning(Transfer.id)
        .execution_options(synchronize_session=False)
    ).first()
    if moved is None:
        raise TransferStateChanged(transfer.reference, reference=transfer.reference)
    session.refresh(transfer)


def record(
    session: Session, actor: Actor, transfer: Transfer, told: tuple[str, str], *, now: datetime
) -> None:
    """Write one line of the change log: the action and its reason."""
    action, reason = told
    change = Change(subject=(SUBJECT, transfer.id), action=action, reason=reason)
    history.record(session, actor, change, now=now)
