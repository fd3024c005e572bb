"""One item's plan as a page shows it: the arithmetic, and history and forecast to draw."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.inventory import service as inventory
from app.inventory.service import Amc
from app.kernel.errors import NotFound
from app.kernel.ids import FacilityId, ItemId
from app.replenishment.models import ItemPlan
from app.replenishment.queries import lists
from app.replenishment.rules import Drawing, Expected, draw, weeks_before


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
    average = inventory.average_consumption(session, facility_id, [item_id], today=today)
    return PlanView(
        plan=plan,
        average=average[item_id],
        drawing=_draw(plan),
        set_by=lists.user_name(session, plan.set_by_id),
    )


def _draw(plan: ItemPlan) -> Drawing:
    """Draw the weeks the forecast was made of, and the forecast."""
    ahead = [
        Expected(date.fromisoformat(week["since"]), week["expected"], week["low"], week["high"])
        for week in plan.points["weeks"]
    ]
    used = plan.points["history"]
    days = weeks_before(ahead[0].since, len(used))
    return draw([(day, amount) for (day, _), amount in zip(days, used, strict=True)], ahead)
