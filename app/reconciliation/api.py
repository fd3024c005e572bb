"""JSON API of reconciliation: what differs, and compare a facility now."""

from typing import Any

from flask_smorest import Blueprint

from app.inventory import service as inventory
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.ids import FacilityId
from app.reconciliation import schemas, service
from app.reconciliation.queries.showing import DifferenceFilter, DifferenceRow, list_differences
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, Page, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "reconciliation_api",
    __name__,
    url_prefix="/api/v1",
    description="Codes beside the book",
)
READ = Permission.INVENTORY_READ
COMPARE = (Permission.COUNTING_COUNT, Permission.COUNTING_APPROVE)


@blueprint.get("/code-differences")
@requires(READ)
@blueprint.arguments(schemas.DifferenceQuerySchema, location="query")
@blueprint.response(200, schemas.CodeDifferencesSchema)
def list_code_differences(query: dict[str, Any]) -> Page[DifferenceRow]:
    """List lots at places whose codes and book differ, newest first."""
    cursor = decode(query["cursor"], (int,))
    with transaction() as session:
        wanted = DifferenceFilter(
            scope=inventory.scope_of(session, current_actor(), query["facility_id"]),
            whole=query["all"],
            before=int(cursor[0]) if cursor else None,
        )
        rows = list_differences(session, wanted, PAGE_SIZE)
    return page_of(rows, lambda row: [row.id])


@blueprint.post("/reconciliations")
@requires(*COMPARE)
@writes
@blueprint.arguments(schemas.SiteToCompareSchema)
@blueprint.response(201, schemas.ReconciliationSchema)
def compare(typed: dict[str, Any]) -> dict[str, Any]:
    """Compare the codes of a facility with its book now."""
    actor = current_actor()
    facility_id = FacilityId(typed["facility_id"] or actor.facility_id)
    actor.must_act_for(facility_id, "facility")
    with transaction() as session:
        outcome = service.reconcile(session, now=clock.now(), facility_id=facility_id)
    return {
        "compared": outcome.compared,
        "differing": len(outcome.differing),
        "packs": outcome.packs,
        "base_units": outcome.base_units,
        "milliseconds": outcome.milliseconds,
    }
