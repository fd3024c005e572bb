"""A clinic with a past: steady use of an item over months, and what lies there now."""

from datetime import timedelta

from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.dispensing import service as dispensing
from app.dispensing.service import ConsumeRequest, Use
from app.fulfilment import service as fulfilment
from app.kernel.actor import Actor
from app.kernel.ids import FacilityId
from app.replenishment import service as replenishment
from app.replenishment.models import ItemPlan
from app.replenishment.service import Site
from optimizer.replenishment.methods import Method
from tests.factories.cast import Cast
from tests.factories.stock import NOW, a_lot, stocked

WEEKS = 30


def a_past(session: Session, actor: Actor, item: Item, *, weekly: int, left: int) -> None:
    """Let a facility use ``weekly`` base units every week for months, and keep ``left``."""
    start = NOW - timedelta(weeks=WEEKS)
    lot = a_lot(session, item, f"P{item.id}")
    stocked(session, actor, lot, weekly * WEEKS + left, now=start)
    for week in range(WEEKS):
        request = ConsumeRequest(
            facility_id=actor.facility_id, uses=[Use(item_id=item.id, quantity=weekly)]
        )
        dispensing.consume(session, actor, request, now=start + timedelta(weeks=week, days=3))


def a_night(session: Session, cast: Cast) -> None:
    """Plan the facilities of the cast, and raise the alerts."""
    for facility in (cast.central, cast.yudu, cast.yanchang, cast.village):
        fulfilment.plan_site(session, Site(facility.id, facility.kind), now=NOW)
    replenishment.raise_alerts(session, now=NOW)
    session.expire_all()


def keep(
    session: Session, facility_id: FacilityId, item: Item, *, minimum: int, maximum: int = 10_000
) -> None:
    """Let a facility keep an item between two limits, as if a night had found them."""
    amounts = "per_month in_lead in_horizon spread lead_days cycle_days safety usable coming asked"
    session.add(
        ItemPlan(
            facility_id=facility_id,
            item_id=item.id,
            method=Method.AVERAGE,
            peers={},
            points={},
            service_percent=95,
            minimum=minimum,
            maximum=maximum,
            proposed=0,
            computed_at=NOW,
            **dict.fromkeys(amounts.split(), 0),
        )
    )
    session.flush()


def plan_of(session: Session, facility_id: FacilityId, item: Item) -> ItemPlan:
    """Return the plan of an item at a facility."""
    found = session.get(ItemPlan, (facility_id, item.id), populate_existing=True)
    assert found is not None
    return found
