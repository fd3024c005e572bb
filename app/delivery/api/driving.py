"""JSON API of the driver's device: the own runs, the scans, the end of a run."""

from typing import Any

from flask_smorest import Blueprint

from app.delivery import queries, schemas
from app.delivery.queries import RunView
from app.delivery.schemas import answers_to
from app.delivery.service import closing, runs, scanning
from app.delivery.service.facts import ScanEvent
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.local_time import local_day
from app.web.events import Unreadable
from app.web.guard import current_actor, requires
from app.web.sealing import label_signer
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "driver_api", __name__, url_prefix="/api/v1/driver", description="The driver's device"
)


@blueprint.get("/runs")
@requires(Permission.DELIVERY_DRIVE)
@blueprint.response(200, schemas.RunsSchema)
def list_own_runs() -> dict[str, list[RunView]]:
    """List the driver's own runs that are not closed, and today's."""
    with transaction() as session:
        driver = runs.get_driver(session, current_actor())
        today = local_day(clock.now())
        return {"rows": queries.runs_of_driver(session, driver.id, today)}


@blueprint.post("/scans")
@requires(Permission.DELIVERY_DRIVE)
@writes
@blueprint.arguments(schemas.ScanBatchSchema)
@blueprint.response(200, schemas.ScanAnswersSchema)
def record_scans(batch: dict[str, list[ScanEvent | Unreadable]]) -> dict[str, Any]:
    """Take in up to 100 events and answer each: accepted, duplicate or rejected.

    The events' own keys make it idempotent in any grouping; one bad event stops no other.
    """
    readable = [event for event in batch["events"] if isinstance(event, ScanEvent)]
    with transaction() as session:
        taken = scanning.record_scans(
            session, current_actor(), readable, now=clock.now(), signer=label_signer()
        )
    return {"events": answers_to(batch["events"], taken)}


@blueprint.post("/runs/<reference>/close")
@requires(Permission.DELIVERY_DRIVE, Permission.DELIVERY_PLAN)
@writes
@blueprint.arguments(schemas.CloseRunSchema)
@blueprint.response(200, schemas.RunSchema)
def close_run(kept: dict[str, str], reference: str) -> RunView:
    """Close a run whose vehicle is empty, or whose rest is explained."""
    with transaction() as session:
        run = closing.close_run(session, current_actor(), reference, kept, now=clock.now())
        return queries.view_of(session, run.id)
