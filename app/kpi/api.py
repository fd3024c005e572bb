"""JSON API of the indicators."""

from flask_smorest import Blueprint

from app.kernel.actor import Permission
from app.kernel.clock import now
from app.kpi import service
from app.kpi.schemas import CountyFiguresSchema, CountyQuerySchema
from app.kpi.service import CountyFigures
from app.web.guard import current_actor, requires
from app.web.unit_of_work import transaction

blueprint = Blueprint("kpi_api", __name__, url_prefix="/api/v1/kpi")


@blueprint.get("/county")
@requires(Permission.KPI_READ)
@blueprint.arguments(CountyQuerySchema, location="query")
@blueprint.response(200, CountyFiguresSchema)
def read_county(query: dict[str, int]) -> CountyFigures:
    """Show the county's day and its trend."""
    with transaction() as session:
        return service.county(session, current_actor(), now=now(), days=query["days"])
