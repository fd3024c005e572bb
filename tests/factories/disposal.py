"""Ready-made write-offs: drafted, handed in, confirmed; and destructions of them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.service import Credentials
from app.disposal import service as disposal
from app.disposal.models import WriteOff
from app.disposal.rules import DestructionMethod, LossReason
from app.disposal.service import Destroying, Proposal
from app.inventory.models import PlaceKind, StockBalance
from app.kernel.actor import Actor
from app.kernel.ids import FacilityId
from app.kernel.local_time import local_day
from app.traceability.models import Lot
from tests.factories.cast import PASSWORD
from tests.factories.stock import NOW, spot


def signed_by(username: str) -> Credentials:
    """Return somebody's own credential."""
    return Credentials(username=username, password=PASSWORD, address="")


def balance_of(session: Session, actor: Actor, lot: Lot) -> int:
    """Return the balance of a lot in the bins of the actor's facility."""
    wanted = select(StockBalance.id).where(
        StockBalance.lot_id == lot.id,
        StockBalance.facility_id == actor.facility_id,
        ~StockBalance.outside,
    )
    return session.scalars(wanted).one()


def proposed(
    session: Session,
    actor: Actor,
    *goods: tuple[Lot, int],
    reason: LossReason = LossReason.EXPIRED,
    now: datetime = NOW,
) -> WriteOff:
    """Let the actor draft a write-off of so much of lots in their bins."""
    quantities = {balance_of(session, actor, lot): quantity for lot, quantity in goods}
    proposal = Proposal(reason=reason, quantities=quantities, note="清理")
    return disposal.propose(session, actor, proposal, now=now)


def handed_in(
    session: Session,
    actor: Actor,
    *goods: tuple[Lot, int],
    reason: LossReason = LossReason.EXPIRED,
    codes: Sequence[str] = (),
    now: datetime = NOW,
) -> WriteOff:
    """Let the actor draft a write-off and hand it in."""
    draft = proposed(session, actor, *goods, reason=reason, now=now)
    return disposal.submit(session, actor, draft.reference, codes, now=now)


def written_off(
    session: Session,
    people: tuple[Actor, Actor],
    *goods: tuple[Lot, int],
    reason: LossReason = LossReason.EXPIRED,
    now: datetime = NOW,
) -> WriteOff:
    """Let one hand a write-off in and the other confirm it."""
    one, other = people
    submitted = handed_in(session, one, *goods, reason=reason, now=now)
    return disposal.confirm(session, other, submitted.reference, None, now=now)


def a_destruction(
    session: Session, write_off: WriteOff, *quantities: int, second: str, now: datetime = NOW
) -> Destroying:
    """Return a record of destruction: so much of the lines of a write-off, all by default."""
    lines = disposal.lines_of(session, write_off)
    taken = quantities or [line.quantity for line in lines]
    return Destroying(
        quantities=dict(zip([line.id for line in lines], taken, strict=False)),
        destroyed_on=local_day(now),
        place="县医疗废物处置中心",
        method=DestructionMethod.INCINERATION,
        second=signed_by(second),
    )


def held_at(session: Session, facility_id: FacilityId, kind: PlaceKind, lot: Lot) -> int:
    """Return how much of a lot lies at a facility's bin or one place of another kind."""
    place_id = spot(session, facility_id, kind).place_id
    wanted = select(StockBalance.on_hand).where(
        StockBalance.place_id == place_id, StockBalance.lot_id == lot.id
    )
    return sum(session.scalars(wanted.execution_options(populate_existing=True)))
