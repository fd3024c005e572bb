"""JSON API of codes."""

from flask_smorest import Blueprint

from app.kernel.actor import Permission
from app.kernel.ids import FacilityId, TraceEventId
from app.traceability import schemas, service
from app.traceability.rules import recognise
from app.traceability.rules.sealing import Checkpoint
from app.traceability.service import Consistency, Inclusion, Story
from app.web.guard import current_actor, requires
from app.web.unit_of_work import transaction

blueprint = Blueprint(
    "traceability_api", __name__, url_prefix="/api/v1", description="Codes and their life line"
)


@blueprint.get("/units/<code>")
@requires(Permission.TRACEABILITY_READ)
@blueprint.response(200, schemas.UnitSchema)
def show_unit(code: str) -> Story:
    """Return a code with its life line and containers: supplier, carton, tote, vehicle, clinic."""
    with transaction() as session:
        return service.tell_story(session, current_actor(), recognise(code).code)


@blueprint.get("/facilities/<int:facility_id>/trace-checkpoint")
@requires(Permission.TRACEABILITY_READ)
@blueprint.response(200, schemas.CheckpointSchema)
def show_checkpoint(facility_id: int) -> Checkpoint:
    """Return the signed checkpoint of a site's trace log at its newest seal."""
    with transaction() as session:
        return service.checkpoint_of_site(session, current_actor(), FacilityId(facility_id))


@blueprint.get("/facilities/<int:facility_id>/trace-growth/<int:seals>")
@requires(Permission.TRACEABILITY_READ)
@blueprint.response(200, schemas.ConsistencySchema)
def show_growth(facility_id: int, seals: int) -> Consistency:
    """Return the proof that a site's trace log grew out of its first so many seals."""
    with transaction() as session:
        return service.prove_growth(session, current_actor(), FacilityId(facility_id), seals)


@blueprint.get("/trace-events/<int:event_id>/proof")
@requires(Permission.TRACEABILITY_READ)
@blueprint.response(200, schemas.InclusionSchema)
def show_proof(event_id: int) -> Inclusion:
    """Return the proof that an event is in the sealed log of its site."""
    with transaction() as session:
        return service.prove_event(session, current_actor(), TraceEventId(event_id))
