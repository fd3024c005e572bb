"""Pages of the recall room: the list, the start, the room itself, its report and papers."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session
from werkzeug import Response

from app.accounts.schemas import second_person
from app.exchange import documents as sheets
from app.kernel import clock, history
from app.kernel.actor import Actor, Permission
from app.kernel.errors import NotFound
from app.network import queries as network
from app.recall import documents, queries, schemas, service
from app.recall.queries import RecallRow
from app.recall.rules import RecallClass, RecallKind, due_at, milestones
from app.recall.service import Lifting
from app.recall.views.maps import map_of
from app.web.downloads import pdf_response
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.navigation import Entry, Group
from app.web.pages import render
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.sealing import pointer_vault
from app.web.search import Hit
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("recalls", __name__, url_prefix="/recalls")
blueprint.add_app_template_filter(documents.seconds_text, "since_start")
blueprint.add_app_template_global(documents.figure_names, "figure_names")
READ, LEAD = Permission.RECALL_READ, Permission.RECALL_LEAD

NAVIGATION = (
    Entry(
        group=Group.COUNTY,
        order=40,
        label=lazy_gettext("Recall room"),
        endpoint="recalls.list_recalls",
        icon="shield-exclamation",
        permissions=(READ,),
    ),
)


@blueprint.get("")
@requires(READ)
def list_recalls() -> str:
    """List recalls, quality holds and drills."""
    cursor = decode(read_query(schemas.RecallQuerySchema)["cursor"], (int,))
    before, actor = int(cursor[0]) if cursor else None, current_actor()
    with transaction() as session:
        rows = queries.list_recalls(session, actor, before, PAGE_SIZE)
        keys = [row.id for row in rows]
        names = queries.names_of(session, keys)
        tasks = queries.list_tasks(session, actor, keys)
    return render_template(
        "recall/list.html",
        page=page_of(rows, lambda row: [row.id]),
        names=names,
        done={key: [task for task in tasks if task.recall_id == key] for key in keys},
        may_lead=actor.may(LEAD),
    )


@blueprint.get("/new")
@requires(LEAD)
def show_new() -> str:
    """Show the form that starts a recall: find the lots, say why and what to do."""
    query = read_query(schemas.NewRecallQuerySchema)
    with transaction() as session:
        lots = queries.find_lots(session, query["q"]) if query["q"] else []
        limits = queries.limits_of(session)
    return render_template(
        "recall/new.html",
        query=query,
        lots=lots,
        limits=limits,
        kinds=list(RecallKind),
        classes=[one for one in RecallClass if one is not RecallClass.NONE],
    )


@blueprint.post("")
@requires(LEAD)
@writes
def start() -> Response:
    """Start a recall, a quality hold or a drill."""
    order = read_form(schemas.OrderSchema)
    with transaction() as session:
        made = service.start(session, current_actor(), order, now=clock.now())
    told = _("The drill runs. Nothing was held.") if made.is_drill else _("The lots are held.")
    flash(told, "success")
    return _to(made.reference)


@blueprint.get("/<string:reference>")
@requires(READ)
def show_room(reference: str) -> str:
    """Show the room: the clock, the map, who has confirmed and collected, who holds what."""
    actor, vault = current_actor(), pointer_vault()
    with transaction() as session:
        row = _found(session, actor, reference)
        tasks = queries.list_tasks(session, actor, [row.id])
        holders = service.visible_holders(session, actor, row.id)
        lots = service.account_of(session, row)
        calls = queries.calls_made(session, row.id)
        changes = history.list_changes(session, "recall", row.id)
        towns = network.list_townships(session)
    return render(
        "recall/room.html",
        "recall/_progress.html",
        recall=row,
        tasks=tasks,
        holders=holders,
        lots=lots,
        patients=service.pointed(vault, holders.given[: documents.MOST_POINTERS]),
        calls=calls,
        changes=changes,
        milestones=milestones(row.clock, queries.steps_of(tasks)),
        due=(due_at(row.started_at, row.notify_hours), due_at(row.started_at, row.plan_hours)),
        now=clock.now(),
        map_data=map_of(tasks, towns),
        may_lead=actor.may(LEAD),
    )


@blueprint.post("/<string:reference>/lift")
@requires(LEAD)
@writes
def lift(reference: str) -> Response:
    """Lift the hold; two people sign."""
    typed = read_form(schemas.LiftFormSchema)
    second = second_person(typed, request.remote_addr)
    lifting = Lifting(reason=typed["reason"], second=second)
    with transaction() as session:
        service.lift(session, current_actor(), reference, lifting, now=clock.now())
    flash(_("The hold is lifted. What was set apart stays in quarantine."), "success")
    return _to(reference)


@blueprint.post("/<string:reference>/close")
@requires(LEAD)
@writes
def close(reference: str) -> Response:
    """Close a recall with its account."""
    closing = read_form(schemas.ClosingSchema)
    with transaction() as session:
        service.close(session, current_actor(), reference, closing, now=clock.now())
    flash(_("Closed. The report keeps the figures of this moment."), "success")
    return redirect(url_for("recalls.show_report", reference=reference))


@blueprint.get("/<string:reference>/report")
@requires(READ)
def show_report(reference: str) -> str:
    """Show what became of every lot and who reported what."""
    actor = current_actor()
    with transaction() as session:
        row = _found(session, actor, reference)
        tasks = queries.list_tasks(session, actor, [row.id])
        lots = service.account_of(session, row)
        calls = queries.calls_made(session, row.id)
    return render_template(
        "recall/report.html",
        recall=row,
        tasks=tasks,
        lots=lots,
        calls=calls,
        milestones=milestones(row.clock, queries.steps_of(tasks)),
    )


@blueprint.get("/<string:reference>/report.pdf")
@requires(READ)
def download_report(reference: str) -> Response:
    """Return the report as it is signed and filed."""
    actor = current_actor()
    with transaction() as session:
        row = _found(session, actor, reference)
        tasks = queries.list_tasks(session, actor, [row.id])
        lots = service.account_of(session, row)
    reached = milestones(row.clock, queries.steps_of(tasks))
    return pdf_response(documents.report(row, lots, (tasks, reached)), f"{reference}.pdf")


@blueprint.get("/<string:reference>/holders.xlsx")
@requires(READ)
def export_holders(reference: str) -> Response:
    """Return who holds what as a workbook, to the single pack and pointer."""
    actor, vault = current_actor(), pointer_vault()
    with transaction() as session:
        row = _found(session, actor, reference)
        holders = service.visible_holders(session, actor, row.id)
    pointers = service.pointed(vault, holders.given)
    return sheets.download(documents.holders_sheet(holders, pointers), f"{reference}-holders")


@blueprint.get("/<string:reference>/holders.pdf")
@requires(READ)
def download_holders(reference: str) -> Response:
    """Return who holds how much as a paper."""
    actor = current_actor()
    with transaction() as session:
        row = _found(session, actor, reference)
        holders = service.visible_holders(session, actor, row.id)
    return pdf_response(documents.holders_paper(row, holders), f"{reference}-holders.pdf")


@blueprint.get("/limits")
@requires(LEAD)
def show_limits() -> str:
    """Show the county's time limits."""
    with transaction() as session:
        limits = queries.limits_of(session)
        changes = history.list_changes(session, "recall_limit", 0)
    return render_template(
        "recall/limits.html", limits=limits, classes=list(RecallClass), changes=changes
    )


@blueprint.post("/limits")
@requires(LEAD)
@writes
def change_limits() -> Response:
    """Set the county's time limits."""
    hours = read_form(schemas.LimitsSchema)
    with transaction() as session:
        service.change_limits(session, current_actor(), hours, now=clock.now())
    flash(_("Saved. Recalls that run already keep the limits they started with."), "success")
    return redirect(url_for("recalls.show_limits"))


def find_recalls(session: Session, actor: Actor, text: str) -> Sequence[Hit]:
    """Find a recall by its reference for the search field."""
    if not actor.may(READ) or not text.upper().startswith("ZH-"):
        return []
    row = queries.find_recall(session, actor, text.upper())
    if row is None:
        return []
    href = url_for("recalls.show_room", reference=row.reference)
    return [Hit(kind="document", title=row.reference, detail=row.reason, href=href, exact=True)]


def _found(session: Session, actor: Actor, reference: str) -> RecallRow:
    row = queries.find_recall(session, actor, reference)
    if row is None:
        raise NotFound("recall")
    return row


def _to(reference: str) -> Response:
    return redirect(url_for("recalls.show_room", reference=reference))
