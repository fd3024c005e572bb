"""Pages of a holder: the tasks, and one task on a phone: seen, set apart, called, reported."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug import Response

from app.accounts.schemas import second_person
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.ids import RecallTaskId
from app.recall import queries, schemas, service
from app.recall.rules import CallState, due_at
from app.recall.service import Collecting
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.navigation import Entry, Group
from app.web.sealing import pointer_vault
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("recall_tasks", __name__, url_prefix="/recall-tasks")
COLLECT, RESOLVE = Permission.RECALL_COLLECT, Permission.RECALL_RESOLVE

NAVIGATION = (
    Entry(
        group=Group.STOCK,
        order=5,
        label=lazy_gettext("Recall tasks"),
        endpoint="recall_tasks.list_tasks",
        icon="shield-exclamation",
        permissions=(COLLECT,),
    ),
)


@blueprint.get("")
@requires(COLLECT)
def list_tasks() -> str:
    """List the tasks of one's own facilities."""
    query, actor = read_query(schemas.TaskQuerySchema), current_actor()
    with transaction() as session:
        tasks = queries.own_tasks(session, actor, whole=query["all"])
        keys = {task.recall_id for task in tasks}
        recalls = {key: queries.get_recall(session, key) for key in keys}
        names = queries.names_of(session, keys)
    return render_template(
        "recall/tasks.html", tasks=tasks, recalls=recalls, names=names, query=query
    )


@blueprint.get("/<int:task_id>")
@requires(COLLECT)
def show_task(task_id: int) -> str:
    """Show one task: what to do, what lies where, what is set apart, whom to call."""
    actor, vault = current_actor(), pointer_vault()
    with transaction() as session:
        shown = service.show_task(session, actor, vault, RecallTaskId(task_id))
    recall, task = shown["recall"], shown["task"]
    return render_template(
        "recall/task.html",
        **shown,
        due=due_at(recall.started_at, recall.notify_hours),
        works=recall.is_open and task.facility_id in actor.facility_ids,
        may_resolve=actor.may(RESOLVE),
        call_states=list(CallState),
    )


@blueprint.post("/<int:task_id>/seen")
@requires(COLLECT)
@writes
def see(task_id: int) -> Response:
    """Confirm having seen the recall."""
    with transaction() as session:
        service.see(session, current_actor(), RecallTaskId(task_id), now=clock.now())
    return _to(task_id)


@blueprint.post("/<int:task_id>/counted")
@requires(COLLECT)
@writes
def collect_counted(task_id: int) -> Response:
    """Set goods without codes apart."""
    typed = read_form(schemas.CountedFormSchema)
    second = second_person(typed, request.remote_addr)
    _collect(task_id, Collecting(**typed, second=second))
    return _to(task_id)


@blueprint.post("/<int:task_id>/scanned")
@requires(COLLECT)
@writes
def collect_scanned(task_id: int) -> Response:
    """Set packs and cartons apart by their codes."""
    typed = read_form(schemas.ScannedFormSchema)
    second = second_person(typed, request.remote_addr)
    _collect(task_id, Collecting(**typed, second=second))
    return _to(task_id)


@blueprint.post("/<int:task_id>/report")
@requires(COLLECT)
@writes
def report(task_id: int) -> Response:
    """Report that everything found was set apart."""
    reason = read_form(schemas.ReportSchema)["reason"]
    with transaction() as session:
        service.report_done(
            session, current_actor(), RecallTaskId(task_id), reason, now=clock.now()
        )
    flash(_("Reported. The recall room sees it."), "success")
    return _to(task_id)


@blueprint.post("/<int:task_id>/calls")
@requires(COLLECT)
@writes
def call_back(task_id: int) -> Response:
    """Write down what came of a call to a patient."""
    made = (RecallTaskId(task_id), read_form(schemas.CallSchema))
    with transaction() as session:
        service.call_back(session, current_actor(), pointer_vault(), made, now=clock.now())
    return _to(task_id)


@blueprint.post("/<int:task_id>/pointers")
@requires(RESOLVE)
@writes
def resolve(task_id: int) -> str:
    """Show what the site's paper says of a pointer's patient; who asked and why is logged."""
    typed = read_form(schemas.ResolveSchema)
    wanted = (RecallTaskId(task_id), typed["pointer"], typed["reason"])
    with transaction() as session:
        found = service.resolve(session, current_actor(), pointer_vault(), wanted, now=clock.now())
    return render_template("recall/recipient.html", found=found, task_id=task_id, typed=typed)


def _collect(task_id: int, wanted: Collecting) -> None:
    with transaction() as session:
        service.collect(session, current_actor(), RecallTaskId(task_id), wanted, now=clock.now())
    flash(_("Set apart. It cannot be taken for goods in use."), "success")


def _to(task_id: int) -> Response:
    return redirect(url_for("recall_tasks.show_task", task_id=task_id))
