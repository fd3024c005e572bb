"""JSON API of a holder's task: seen, set apart, called back, reported."""

from collections.abc import Sequence
from typing import Any

from flask import request
from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from app.accounts.schemas import second_person
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.ids import RecallTaskId
from app.recall import queries, schemas, service
from app.recall.queries import Recipient, TaskRow
from app.recall.service import Call, Collecting
from app.web.guard import current_actor, requires
from app.web.sealing import pointer_vault
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "recall_tasks_api",
    __name__,
    url_prefix="/api/v1/recall-tasks",
    description="What a holder of recalled goods does",
)
COLLECT, RESOLVE = Permission.RECALL_COLLECT, Permission.RECALL_RESOLVE


@blueprint.get("")
@requires(COLLECT)
@blueprint.arguments(schemas.TaskQuerySchema, location="query")
@blueprint.response(200, schemas.TaskSchema(many=True))
def list_tasks(query: dict[str, Any]) -> Sequence[TaskRow]:
    """List the tasks of one's own facilities: those of open recalls, or all."""
    with transaction() as session:
        return queries.own_tasks(session, current_actor(), whole=query["all"])


@blueprint.get("/<int:task_id>")
@requires(COLLECT)
@blueprint.response(200, schemas.OwnTaskSchema)
def show_task(task_id: int) -> dict[str, Any]:
    """Return a task: what still lies there, what was collected, whom to call."""
    with transaction() as session:
        return _shown(session, RecallTaskId(task_id))


@blueprint.post("/<int:task_id>/seen")
@requires(COLLECT)
@writes
@blueprint.response(200, schemas.OwnTaskSchema)
def see(task_id: int) -> dict[str, Any]:
    """Confirm that the holder has seen the recall."""
    with transaction() as session:
        service.see(session, current_actor(), RecallTaskId(task_id), now=clock.now())
        return _shown(session, RecallTaskId(task_id))


@blueprint.post("/<int:task_id>/collections")
@requires(COLLECT)
@writes
@blueprint.arguments(schemas.CollectingSchema)
@blueprint.response(200, schemas.OwnTaskSchema)
def collect(typed: dict[str, Any], task_id: int) -> dict[str, Any]:
    """Set goods apart: by quantity from one bin, or by their codes."""
    second = second_person(typed, request.remote_addr)
    wanted, key = Collecting(**typed, second=second), RecallTaskId(task_id)
    with transaction() as session:
        service.collect(session, current_actor(), key, wanted, now=clock.now())
        return _shown(session, key)


@blueprint.post("/<int:task_id>/report")
@requires(COLLECT)
@writes
@blueprint.arguments(schemas.ReportSchema)
@blueprint.response(200, schemas.OwnTaskSchema)
def report(typed: dict[str, str], task_id: int) -> dict[str, Any]:
    """Report that everything found was set apart; what was not found needs a reason."""
    key, reason = RecallTaskId(task_id), typed["reason"]
    with transaction() as session:
        service.report_done(session, current_actor(), key, reason, now=clock.now())
        return _shown(session, key)


@blueprint.post("/<int:task_id>/calls")
@requires(COLLECT)
@writes
@blueprint.arguments(schemas.CallSchema)
@blueprint.response(200, schemas.OwnTaskSchema)
def call_back(call: Call, task_id: int) -> dict[str, Any]:
    """Write down what came of calling a patient, by the pointer."""
    key = RecallTaskId(task_id)
    with transaction() as session:
        service.call_back(session, current_actor(), pointer_vault(), (key, call), now=clock.now())
        return _shown(session, key)


@blueprint.post("/<int:task_id>/pointers")
@requires(RESOLVE)
@writes
@blueprint.arguments(schemas.ResolveSchema)
@blueprint.response(200, schemas.RecipientSchema)
def resolve(typed: dict[str, str], task_id: int) -> Recipient:
    """Return what the site's paper says of a pointer's patient; who asked and why is logged."""
    wanted = (RecallTaskId(task_id), typed["pointer"], typed["reason"])
    with transaction() as session:
        return service.resolve(session, current_actor(), pointer_vault(), wanted, now=clock.now())


def _shown(session: Session, task_id: RecallTaskId) -> dict[str, Any]:
    return service.show_task(session, current_actor(), pointer_vault(), task_id)
