"""The page a finance bureau is shown: what delivering together saves (节约核算)."""

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug import Response

from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.local_time import local_day
from app.savings import schemas, service
from app.savings.rules import bands_of, falls_of
from app.savings.service import StudyRequest, showing
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.navigation import Entry, Group
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("savings", __name__, url_prefix="/savings")
READ, PROVE = Permission.KPI_READ, Permission.SAVINGS_PROVE

NAVIGATION = (
    Entry(
        group=Group.COUNTY,
        order=20,
        label=lazy_gettext("Proof of savings"),
        endpoint="savings.show",
        icon="report-money",
        permissions=(READ,),
    ),
)


@blueprint.get("")
@requires(READ)
def show() -> str:
    """Show the last proof of savings, or one from the list, and the cost card."""
    query, actor = read_query(schemas.ShownStudySchema), current_actor()
    with transaction() as session:
        view = showing.show(session, actor, query["study_id"])
    result = view.study.result if view.study else None
    return render_template(
        "savings/show.html",
        view=view,
        result=result,
        bands=bands_of(result["savings"]) if result else None,
        falls=falls_of(result["split"]) if result else (),
        today=local_day(clock.now()),
        may_prove=actor.may(PROVE),
    )


@blueprint.get("/progress")
@requires(READ)
def show_progress() -> Response:
    """Return how far the open study is; once it has ended the whole page is asked for."""
    with transaction() as session:
        job = showing.show(session, current_actor(), None).running
    response = make_response(render_template("savings/_progress.html", job=job) if job else "")
    if job is None:
        response.headers["HX-Refresh"] = "true"
    return response


@blueprint.post("/studies")
@requires(PROVE)
@writes
def request_study() -> Response:
    """Compute a proof of savings; the page shows how far it is."""
    asked, now = read_form(schemas.StudyFormSchema), clock.now()
    request = StudyRequest(until=asked["until"] or local_day(now), days=asked["days"])
    with transaction() as session:
        service.request_study(session, current_actor(), request, now=now)
    return redirect(url_for("savings.show"))


@blueprint.post("/cards")
@requires(PROVE)
@writes
def approve_card() -> Response:
    """Add a version of the cost card."""
    request = read_form(schemas.CardFormSchema)
    with transaction() as session:
        service.approve_card(session, current_actor(), request, now=clock.now())
    flash(
        _("The new version of the cost card is kept. Studies already made stay as they are."),
        "success",
    )
    return redirect(url_for("savings.show"))
