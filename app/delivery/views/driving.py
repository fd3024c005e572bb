"""Pages of the driver's phone: the runs, the load check, a stop, the end of the run."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.delivery import queries, schemas
from app.delivery.queries import RunView, StopView
from app.delivery.service import closing, runs
from app.delivery.views.maps import navigation_to
from app.delivery.views.words import (
    CLOSED_REASONS,
    KEPT_REASONS,
    LEFT_REASONS,
    REFUSED_REASONS,
    choices_of,
)
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.errors import NotFound
from app.kernel.local_time import local_day
from app.web.forms import read_form
from app.web.guard import current_actor, requires
from app.web.navigation import Entry, Group
from app.web.pages import render
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("driver", __name__, url_prefix="/driver")

NAVIGATION = (
    Entry(
        group=Group.REQUISITIONS,
        order=60,
        label=lazy_gettext("My runs"),
        endpoint="driver.list_runs",
        icon="steering-wheel",
        permissions=(Permission.DELIVERY_DRIVE,),
        home=10,
    ),
)


@blueprint.get("/")
@requires(Permission.DELIVERY_DRIVE)
def list_runs() -> str:
    """Show the driver's runs: today's and what comes."""
    with transaction() as session:
        driver = runs.get_driver(session, current_actor())
        own = queries.runs_of_driver(session, driver.id, local_day(clock.now()))
    return render_template("delivery/driver_runs.html", runs=own)


@blueprint.get("/runs/<reference>")
@requires(Permission.DELIVERY_DRIVE)
def show_run(reference: str) -> str:
    """Show the load check before leaving, then the stops, then what comes back."""
    return render(
        "delivery/driver_run.html",
        "delivery/_driver_run.html",
        run=_own_run(reference),
        navigation_to=navigation_to,
        close_url=url_for("driver.close_run", reference=reference),
        left_reasons=choices_of(LEFT_REASONS),
        kept_reasons=choices_of(KEPT_REASONS),
    )


@blueprint.get("/runs/<reference>/stops/<int:sequence>")
@requires(Permission.DELIVERY_DRIVE)
def show_stop(reference: str, sequence: int) -> str:
    """Show a stop: where it is, what it gets, and the scan at hand-over."""
    run = _own_run(reference)
    return render(
        "delivery/driver_stop.html",
        "delivery/_driver_stop.html",
        run=run,
        stop=_stop_of(run, sequence),
        navigation_to=navigation_to,
        closed_reasons=choices_of(CLOSED_REASONS),
        refused_reasons=choices_of(REFUSED_REASONS),
    )


@blueprint.post("/runs/<reference>/close")
@requires(Permission.DELIVERY_DRIVE)
@writes
def close_run(reference: str) -> ResponseReturnValue:
    """Close the own run; what stays in the vehicle is explained."""
    kept = read_form(schemas.CloseFormSchema)
    with transaction() as session:
        run = closing.close_run(session, current_actor(), reference, kept, now=clock.now())
    flash(_("Run %(run)s is closed.", run=run.reference), "success")
    return redirect(url_for("driver.list_runs"))


def _own_run(reference: str) -> RunView:
    with transaction() as session:
        run = runs.get_run(session, current_actor(), reference)
        return queries.view_of(session, run.id)


def _stop_of(run: RunView, sequence: int) -> StopView:
    for stop in run.stops:
        if stop.sequence == sequence:
            return stop
    raise NotFound("stop")
