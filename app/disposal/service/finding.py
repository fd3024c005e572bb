"""Find a write-off one may see, its lines and packs, and move it from state to state."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.disposal.errors import WriteOffStateChanged
from app.disposal.models import WriteOff, WriteOffLine, WriteOffPack
from app.disposal.rules import WriteOffState
from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.history import Change
from app.kernel.ids import WriteOffLineId

SUBJECT = "write_off"


def get_write_off(session: Session, actor: Actor, reference: str) -> WriteOff:
    """Return a write-off of one of the actor's facilities, or any for the county's roles.

    Raises:
        NotFound: there is none, or it is another facility's.
    """
    found = session.scalars(select(WriteOff).where(WriteOff.reference == reference)).first()
    if found is None or not actor.sees(found.facility_id):
        raise NotFound("write-off")
    return found


def own_write_off(session: Session, actor: Actor, reference: str) -> WriteOff:
    """Return a write-off the actor may work on.

    Raises:
        NotFound: there is none, or it is another facility's.
    """
    found = get_write_off(session, actor, reference)
    actor.must_act_for(found.facility_id, "write-off")
    return found


def lines_of(session: Session, write_off: WriteOff) -> list[WriteOffLine]:
    """Return the lines of a write-off in their order, as they now are."""
    return list(
        session.scalars(
            select(WriteOffLine)
            .where(WriteOffLine.write_off_id == write_off.id)
            .order_by(WriteOffLine.id)
            .execution_options(populate_existing=True)
        )
    )


def packs_of(
    session: Session, line_ids: Sequence[WriteOffLineId]
) -> dict[WriteOffLineId, list[WriteOffPack]]:
    """Return the coded packs of these lines."""
    found: defaultdict[WriteOffLineId, list[WriteOffPack]] = defaultdict(list)
    rows = session.scalars(
        select(WriteOffPack)
        .where(WriteOffPack.line_id.in_(line_ids))
        .order_by(WriteOffPack.unit_id)
    )
    for pack in rows:
        found[pack.line_id].append(pack)
    return found


def step(
    session: Session,
    write_off: WriteOff,
    expected: Sequence[WriteOffState],
    state: WriteOffState,
    **values: object,
) -> None:
    """Move a write-off on; the first write of every step, so rivals take turns.

    Raises:
        WriteOffStateChanged: somebody moved it on first.
    """
    moved = session.scalars(
        update(WriteOff)
        .where(WriteOff.id == write_off.id, WriteOff.state.in_(expected))
        .values(state=state, **values)
        .returning(WriteOff.id)
        .execution_options(synchronize_session=False)
    ).first()
    if moved is None:
        raise WriteOffStateChanged(write_off.reference, reference=write_off.reference)
    session.refresh(write_off)


def record(
    session: Session, actor: Actor, write_off: WriteOff, told: tuple[str, str], *, now: datetime
) -> None:
    """Write one line of the change log: the action and its reason."""
    action, reason = told
    change = Change(subject=(SUBJECT, write_off.id), action=action, reason=reason)
    history.record(session, actor, change, now=now)
