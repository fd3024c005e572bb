"""JSON API of codes."""

from flask_smorest import Blueprint

from app.kernel.actor import Permission
from app.traceability import schemas, service
from app.traceability.rules import recognise
from app.traceability.service import LifeLine
from app.web.guard import current_actor, requires
from app.web.unit_of_work import transaction

blueprint = Blueprint(
    "traceability_api", __name__, url_prefix="/api/v1", description="Codes and their life line"
)


@blueprint.get("/units/<code>")
@requires(Permission.TRACEABILITY_READ)
@blueprint.response(200, schemas.UnitSchema)
def show_unit(code: str) -> LifeLine:
    """Return a code with its life line: supplier, receipt, carton, tote, vehicle, clinic."""
    with transaction() as session:
        return service.life_line(session, current_actor(), recognise(code).code)
