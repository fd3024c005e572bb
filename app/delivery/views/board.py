"""Pages of the dispatcher: the day's board, a run, its printed route sheet."""

from collections.abc import Sequence

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from app.delivery import queries, schemas
from app.delivery.service import board, closing, planning, runs
from app.delivery.views.live import axis_for, driving_of, seconds_on
from app.delivery.views.maps import clock_text, map_of, position_sources, series_of
from app.delivery.views.words import (
    KEPT_REASONS,
    choices_of,
    why_left,
    why_refused,
)
from app.fulfilment import service as fulfilment
from app.kernel import clock, history
from app.kernel.actor import Actor, Permission
from app.kernel.errors import NotFound
from app.kernel.ids import PlanId
from app.kernel.local_time import local_day
from app.network import queries as network
from app.traceability import service as traceability
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.navigation import Entry, Group
from app.web.pages import render
from app.web.search import Hit
from app.web.symbols import qr
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("delivery", __name__, url_prefix="/delivery")

NAVIGATION = (
    Entry(
        group=Group.REQUISITIONS,
        order=50,
        label=lazy_gettext("Deliveries"),
        endpoint="delivery.show_board",
        icon="truck-delivery",
        permissions=(Permission.DELIVERY_READ,),
        home=60,
    ),
)


@blueprint.get("/")
@requires(Permission.DELIVERY_READ)
def show_board() -> str:
    """Show a day: what waits, the plan, the runs on map and list, what is left behind."""
    query = read_query(schemas.DayQuerySchema)
    actor, now = current_actor(), clock.now()
    with transaction() as session:
        tabs = board.day_tabs(session, actor, local_day(now))
        day = board.show_day(session, actor, query["day"] or board.first_busy_day(tabs))
        back = board.came_back(session, actor)
        towns = network.list_townships(session)
    driving = [driving_of(run, now) for run in day.runs]
    return render(
        "delivery/board.html",
        "delivery/_runs.html",
        day=day,
        driving=driving,
        axis=axis_for(driving),
        now=seconds_on(day.day, now) if day.day == local_day(now) else None,
        clock_text=clock_text,
        tabs=tabs,
        back=back,
        map_data=map_of(day.runs, towns),
        map_sources=position_sources(day.runs),
        may_plan=actor.may(Permission.DELIVERY_PLAN),
        series_of=series_of,
        why_left=why_left,
        why_refused=why_refused,
    )


@blueprint.post("/plans")
@requires(Permission.DELIVERY_PLAN)
@writes
def request_plan() -> ResponseReturnValue:
    """Plan a day; the board shows how far it is."""
    request = read_form(schemas.PlanFormSchema)
    with transaction() as session:
        planning.request_plan(session, current_actor(), request, now=clock.now())
    return redirect(url_for("delivery.show_board", day=request.day.isoformat()))


@blueprint.get("/plans/<int:plan_id>/progress")
@requires(Permission.DELIVERY_READ)
def show_progress(plan_id: int) -> ResponseReturnValue:
    """Return the progress of a plan; once it has ended the whole board is asked for."""
    actor = current_actor()
    with transaction() as session:
        plan = board.show_plan(session, actor, PlanId(plan_id))
    may_plan = actor.may(Permission.DELIVERY_PLAN)
    fragment = render_template(
        "delivery/_plan.html", plan=plan, may_plan=may_plan, why_refused=why_refused
    )
    response = make_response(fragment)
    if not plan.is_running:
        response.headers["HX-Refresh"] = "true"
    return response


@blueprint.post("/plans/<int:plan_id>/stop")
@requires(Permission.DELIVERY_PLAN)
@writes
def stop_plan(plan_id: int) -> ResponseReturnValue:
    """Stop searching and keep the best plan found so far."""
    with transaction() as session:
        plan = planning.stop_plan(session, current_actor(), PlanId(plan_id))
    return redirect(url_for("delivery.show_board", day=plan.day.isoformat()))


@blueprint.get("/runs/<reference>")
@requires(Permission.DELIVERY_READ)
def show_run(reference: str) -> str:
    """Show one run with its stops, totes and history."""
    actor = current_actor()
    with transaction() as session:
        run = runs.get_run(session, actor, reference)
        view = queries.view_of(session, run.id)
        changes = history.list_changes(session, "delivery_run", run.id)
        towns = network.list_townships(session)
    return render_template(
        "delivery/run.html",
        run=view,
        changes=changes,
        map_data=map_of((view,), towns),
        map_sources=position_sources((view,)),
        may_plan=actor.may(Permission.DELIVERY_PLAN),
        close_url=url_for("delivery.close_run", reference=reference),
        kept_reasons=choices_of(KEPT_REASONS),
    )


@blueprint.get("/runs/<reference>/sheet")
@requires(Permission.DELIVERY_READ)
def print_sheet(reference: str) -> str:
    """Show the route sheet for printing."""
    with transaction() as session:
        run = runs.get_run(session, current_actor(), reference)
        view = queries.view_of(session, run.id)
        kept = traceability.newest_checkpoint(session, view.facility_id)
    seal = qr(kept.text()).svg(_("Checkpoint of the trace log")) if kept else ""
    address = url_for("driver.show_run", reference=reference, _external=True)
    phone_code = qr(address).svg(_("The run on the driver's phone"))
    return render_template(
        "delivery/sheet.html", run=view, kept=kept, seal=seal, phone_code=phone_code
    )


@blueprint.post("/runs/<reference>/close")
@requires(Permission.DELIVERY_PLAN)
@writes
def close_run(reference: str) -> ResponseReturnValue:
    """Close a run; what stays in the vehicle is explained."""
    kept = read_form(schemas.CloseFormSchema)
    with transaction() as session:
        closing.close_run(session, current_actor(), reference, kept, now=clock.now())
    flash(_("Run %(run)s is closed.", run=reference), "success")
    return redirect(url_for("delivery.show_run", reference=reference))


@blueprint.post("/totes/<code>/release")
@requires(Permission.DELIVERY_PLAN)
@writes
def release_tote(code: str) -> ResponseReturnValue:
    """Let a tote that came back go out with a later run."""
    with transaction() as session:
        fulfilment.release_again(session, current_actor(), code, now=clock.now())
    flash(_("Tote %(tote)s waits for the next plan.", tote=code), "success")
    return redirect(url_for("delivery.show_board"))


def find_runs(session: Session, actor: Actor, text: str) -> Sequence[Hit]:
    """Find a run by its reference for the search field."""
    if not actor.may(Permission.DELIVERY_READ):
        return []
    try:
        run = runs.get_run(session, actor, text.upper())
    except NotFound:
        return []
    href = url_for("delivery.show_run", reference=run.reference)
    return [Hit(kind="run", title=run.reference, detail=run.day.isoformat(), href=href, exact=True)]
