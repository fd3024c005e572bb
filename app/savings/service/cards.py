"""A new version of the cost card; the old ones stay as they are."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.history import Change
from app.savings.models import CostCard
from optimizer.routing.savings.inputs import Prices


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRequest:
    """Prices from a day on, and who stands for them by which document."""

    valid_from: date
    approved_by: str
    basis: str
    prices: Prices
    is_demo: bool = False


def approve_card(
    session: Session, actor: Actor, request: CardRequest, *, now: datetime
) -> CostCard:
    """Add a version of the cost card. A wrong one is followed by a right one."""
    card = CostCard(
        valid_from=request.valid_from,
        approved_by=request.approved_by,
        basis=request.basis,
        user_id=actor.user_id,
        created_at=now,
        is_demo=request.is_demo,
        **asdict(request.prices),
    )
    session.add(card)
    session.flush()
    change = Change(
        subject=("cost_card", card.id),
        action="added",
        after={"valid_from": request.valid_from.isoformat(), **asdict(request.prices)},
        reason=request.basis,
    )
    history.record(session, actor, change, now=now)
    session.flush()
    return card


def prices_of(card: CostCard) -> Prices:
    """Return the prices of a version."""
    return Prices(**{name: getattr(card, name) for name in Prices.__dataclass_fields__})
