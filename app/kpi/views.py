"""The director's home page."""

from flask import Blueprint, render_template
from flask_babel import lazy_gettext as _l

from app.kernel.actor import Permission
from app.kernel.clock import now
from app.kernel.local_time import local
from app.kpi import service
from app.web.guard import current_actor, requires
from app.web.navigation import Entry, Group
from app.web.unit_of_work import transaction

blueprint = Blueprint("kpi", __name__, url_prefix="/county")

NAVIGATION = (
    Entry(
        group=Group.COUNTY,
        order=10,
        label=_l("County today"),
        endpoint="kpi.county",
        icon="chart-bar",
        permissions=(Permission.KPI_READ,),
        home=1,
    ),
)


@blueprint.get("")
@requires(Permission.KPI_READ)
def county() -> str:
    """Show the county's day and its trend."""
    moment = now()
    with transaction() as session:
        figures = service.county(session, current_actor(), now=moment)
    return render_template("kpi/county.html", figures=figures, moment=local(moment))
