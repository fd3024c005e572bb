"""One item's plan as a page shows it: the arithmetic, and history and forecast to draw."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.inventory import service as inventory
from app.inventory.service import Amc
from app.kernel.errors import NotFound
from app.kernel.ids import FacilityId, ItemId
from app.replenishment.models import ItemPlan
from app.replenishment.queries import inputs, lists
from app.replenishment.rules import Drawing, Expected, draw, weeks_before

SHOWN_WEEKS = 52


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """A plan, the average it may be compared with, its picture, and who set its limits."""

    plan: ItemPlan
    average: Amc
    drawing: Drawing
    set_by: str

    @property
    def minimum(self) -> int:
        """The minimum in force."""
        return self.plan.minimum if self.plan.set_minimum is None else self.plan.set_minimum

    @property
    def maximum(self) -> int:
        """The maximum in force."""
        return self.plan.maximum if self.plan.set_maximum is None else self.plan.set_maximum


def show_plan(
    session: Session, facility_id: FacilityId, item_id: ItemId, *, today: date
) -> PlanView:
    """Return the plan of an item at a facility.

    Raises:
        NotFound: the facility does not plan this item.
    """
    plan = lists.find_plan(session, facility_id, item_id)
    if plan is None:
        raise NotFound("plan")
    periods = weeks_before(today, SHOWN_WEEKS)
    site = inputs.get_site(session, facility_id)
    if site.is_centre:
        weeks = inventory.county_use(session, [item_id], periods)
    else:
        weeks = inventory.use_by_period(session, facility_id, [item_id], periods)
    average = inventory.average_consumption(session, facility_id, [item_id], today=today)
    drawing = draw(
        [(week.since, max(0, week.consumed)) for week in weeks[item_id]],
        [
            Expected(date.fromisoformat(since), point["expected"], point["low"], point["high"])
            for point in plan.points["weeks"]
            for since in [point["since"]]
        ],
    )
    return PlanView(
        plan=plan,
        average=average[item_id],
        drawing=drawing,
        set_by=lists.user_name(session, plan.set_by_id),
    )
