"""JSON API of purchase plans."""

from typing import Any

from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from app.kernel import clock
from app.kernel.actor import Permission
from app.purchasing import queries, service
from app.purchasing.models import PurchasePlan
from app.purchasing.queries import PlanRow
from app.purchasing.schemas import plans as schemas
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, Page, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("plans_api", __name__, url_prefix="/api/v1", description="Purchase plans")
READ, ORDER = Permission.PURCHASING_READ, Permission.PURCHASING_ORDER


@blueprint.get("/purchase-plans")
@requires(READ)
@blueprint.arguments(schemas.PlanListQuerySchema, location="query")
@blueprint.response(200, schemas.PlansSchema)
def list_plans(query: dict[str, Any]) -> Page[PlanRow]:
    """List purchase plans, newest first."""
    cursor = decode(query["cursor"], (int,))
    before = int(cursor[0]) if cursor else None
    with transaction() as session:
        rows = queries.list_plans(session, current_actor(), before, PAGE_SIZE)
    return page_of(rows, lambda row: [row.plan_id])


@blueprint.post("/purchase-plans")
@requires(ORDER)
@writes
@blueprint.response(201, schemas.PlanDetailSchema)
def make_plan() -> dict[str, Any]:
    """Add up what the county needs, by every facility's limits, stock and requests as of now."""
    with transaction() as session:
        return told(session, service.make_plan(session, current_actor(), now=clock.now()))


@blueprint.get("/purchase-plans/<reference>")
@requires(READ)
@blueprint.response(200, schemas.PlanDetailSchema)
def show_plan(reference: str) -> dict[str, Any]:
    """Return a plan with every piece of its arithmetic."""
    with transaction() as session:
        return told(session, service.get_plan(session, current_actor(), reference))


@blueprint.post("/purchase-plans/<reference>/choices")
@requires(ORDER)
@writes
@blueprint.arguments(schemas.PlanChoicesSchema)
@blueprint.response(200, schemas.PlanDetailSchema)
def adjust(typed: dict[str, Any], reference: str) -> dict[str, Any]:
    """Change packs and suppliers of a draft."""
    actor, now = current_actor(), clock.now()
    with transaction() as session:
        choices = service.choices_of(session, typed["choices"])
        return told(session, service.adjust_plan(session, actor, reference, choices, now=now))


@blueprint.post("/purchase-plans/<reference>/orders")
@requires(ORDER)
@writes
@blueprint.arguments(schemas.PlanOrdersSchema)
@blueprint.response(201, schemas.PlanDetailSchema)
def order(typed: dict[str, Any], reference: str) -> dict[str, Any]:
    """Turn a plan into one draft order per supplier."""
    actor, now = current_actor(), clock.now()
    with transaction() as session:
        service.order_plan(session, actor, reference, typed["expected_on"], now=now)
        return told(session, service.get_plan(session, actor, reference))


@blueprint.post("/purchase-plans/<reference>/cancellation")
@requires(ORDER)
@writes
@blueprint.response(200, schemas.PlanDetailSchema)
def drop(reference: str) -> dict[str, Any]:
    """Give a draft up."""
    actor = current_actor()
    with transaction() as session:
        return told(session, service.drop_plan(session, actor, reference, now=clock.now()))


def told(session: Session, plan: PurchasePlan) -> dict[str, Any]:
    """Return a plan as programs read it."""
    names = ("reference", "state", "created_at")
    orders = queries.orders_of_plan(session, plan.id)
    return {
        **{name: getattr(plan, name) for name in names},
        "shares": queries.plan_shares(session, plan.id),
        "orders": [{"reference": reference, "state": state} for reference, state in orders],
        "lines": queries.list_plan_lines(session, plan.id),
    }
