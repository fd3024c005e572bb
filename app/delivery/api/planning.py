"""JSON API of plans, runs and their figures."""

from datetime import date
from typing import Any

from flask_smorest import Blueprint

from app.delivery import queries, schemas
from app.delivery.queries import RunView
from app.delivery.service import board, planning, runs
from app.delivery.service.board import DayView, PlanView
from app.delivery.service.planning import PlanRequest
from app.fulfilment import service as fulfilment
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.ids import PlanId
from app.kernel.local_time import local_day
from app.web.guard import current_actor, requires
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "delivery_api", __name__, url_prefix="/api/v1/delivery", description="Plans and runs"
)


@blueprint.get("/day")
@requires(Permission.DELIVERY_READ)
@blueprint.arguments(schemas.DayQuerySchema, location="query")
@blueprint.response(200, schemas.DaySchema)
def show_day(query: dict[str, date | None]) -> DayView:
    """Show the depot's day: waiting totes, last plan, runs, and what is left behind."""
    day = query["day"] or local_day(clock.now())
    with transaction() as session:
        return board.show_day(session, current_actor(), day)


@blueprint.post("/plans")
@requires(Permission.DELIVERY_PLAN)
@writes
@blueprint.arguments(schemas.PlanRequestSchema)
@blueprint.response(202, schemas.PlanSchema)
def request_plan(request: PlanRequest) -> PlanView:
    """Plan a day; a second request while one is being made gets that one."""
    actor = current_actor()
    with transaction() as session:
        plan = planning.request_plan(session, actor, request, now=clock.now())
        return board.show_plan(session, actor, plan.id)


@blueprint.get("/plans/<int:plan_id>")
@requires(Permission.DELIVERY_READ)
@blueprint.response(200, schemas.PlanSchema)
def show_plan(plan_id: int) -> PlanView:
    """Show a plan and how far its search is."""
    with transaction() as session:
        return board.show_plan(session, current_actor(), PlanId(plan_id))


@blueprint.post("/plans/<int:plan_id>/stop")
@requires(Permission.DELIVERY_PLAN)
@writes
@blueprint.response(200, schemas.PlanSchema)
def stop_plan(plan_id: int) -> PlanView:
    """Stop searching and keep the best plan found so far."""
    actor = current_actor()
    with transaction() as session:
        planning.stop_plan(session, actor, PlanId(plan_id))
        return board.show_plan(session, actor, PlanId(plan_id))


@blueprint.get("/runs/<reference>")
@requires(Permission.DELIVERY_READ)
@blueprint.response(200, schemas.RunSchema)
def show_run(reference: str) -> RunView:
    """Show a run with its stops and totes."""
    with transaction() as session:
        run = runs.get_run(session, current_actor(), reference)
        return queries.view_of(session, run.id)


@blueprint.get("/costs")
@requires(Permission.DELIVERY_READ)
@blueprint.arguments(schemas.SpanQuerySchema, location="query")
@blueprint.response(200, schemas.DayCostsSchema)
def list_costs(query: dict[str, date]) -> dict[str, Any]:
    """List way and cost day by day, beside each facility fetching alone."""
    with transaction() as session:
        return {"rows": queries.day_costs(session, query["since"], query["until"])}


@blueprint.post("/totes/<code>/release")
@requires(Permission.DELIVERY_PLAN)
@writes
@blueprint.response(204)
def release_tote(code: str) -> None:
    """Let a tote that came back go out with a later run."""
    with transaction() as session:
        fulfilment.release_again(session, current_actor(), code, now=clock.now())
