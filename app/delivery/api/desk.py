"""JSON API of the dispatcher's desk: try a change, keep it, search around locks, publish."""

from datetime import date
from typing import Any

from flask_smorest import Blueprint

from app.delivery import queries, schemas
from app.delivery.models import Plan
from app.delivery.service import board, desk
from app.delivery.service.board import PlanView
from app.delivery.service.trial import try_out
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.ids import PlanId
from app.kernel.local_time import local_day
from app.web.guard import current_actor, requires
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "dispatch_api", __name__, url_prefix="/api/v1/delivery", description="Plans changed by hand"
)


@blueprint.get("/versions")
@requires(Permission.DELIVERY_READ)
@blueprint.arguments(schemas.DayQuerySchema, location="query")
@blueprint.response(200, schemas.VersionSchema(many=True))
def list_versions(query: dict[str, date | None]) -> list[Plan]:
    """List the versions of a day's plan, newest first."""
    actor = current_actor()
    with transaction() as session:
        day = query["day"] or local_day(clock.now())
        versions = queries.versions_of_day(session, board.depot_of(session, actor), day)
    return [one.plan for one in versions]


@blueprint.post("/plans/<int:plan_id>/what-if")
@requires(Permission.DELIVERY_PLAN)
@blueprint.arguments(schemas.WhatIfSchema)
@blueprint.response(200, schemas.VerdictSchema)
def try_change(data: dict[str, Any], plan_id: int) -> dict[str, Any]:
    """Say what a change would break and cost; nothing is stored, whatever it is."""
    with transaction() as session:
        edit = schemas.edit_of(plan_id, data)
        return schemas.verdict_of(try_out(session, current_actor(), edit, now=clock.now()))


@blueprint.post("/plans/<int:plan_id>/drafts")
@requires(Permission.DELIVERY_PLAN)
@writes
@blueprint.arguments(schemas.DraftSchema)
@blueprint.response(201, schemas.VersionSchema)
def keep_draft(data: dict[str, Any], plan_id: int) -> Plan:
    """Keep a change as the day's next version; who saw an older day is told."""
    edit, keeping = schemas.edit_of(plan_id, data), schemas.keeping_of(data)
    with transaction() as session:
        return desk.keep_draft(session, current_actor(), edit, keeping, now=clock.now())


@blueprint.post("/plans/<int:plan_id>/searches")
@requires(Permission.DELIVERY_PLAN)
@writes
@blueprint.arguments(schemas.SearchSchema)
@blueprint.response(202, schemas.PlanSchema)
def search_again(data: dict[str, Any], plan_id: int) -> PlanView:
    """Improve what is not locked; the answer becomes a draft."""
    actor = current_actor()
    edit, keeping = schemas.edit_of(plan_id, data), schemas.keeping_of(data)
    with transaction() as session:
        plan = desk.search_again(session, actor, edit, keeping, now=clock.now())
        return board.show_plan(session, actor, plan.id)


@blueprint.post("/plans/<int:plan_id>/publish")
@requires(Permission.DELIVERY_PLAN)
@writes
@blueprint.arguments(schemas.PublishSchema)
@blueprint.response(200, schemas.VersionSchema)
def publish(data: dict[str, Any], plan_id: int) -> Plan:
    """Make a draft's runs the day's, in place of the version that drives now."""
    with transaction() as session:
        return desk.publish(
            session, current_actor(), PlanId(plan_id), data["published"], now=clock.now()
        )
