"""JSON API of the alerts desk."""

from typing import Any

from flask_smorest import Blueprint

from app.alerts import queries, schemas, service
from app.alerts.queries import AlertRow, Wanted
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.ids import AlertId
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, Page, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "alerts_api", __name__, url_prefix="/api/v1/alerts", description="What looks suspicious"
)
HANDLE = Permission.ALERT_HANDLE


@blueprint.get("")
@requires(HANDLE, Permission.COUNTY_READ)
@blueprint.arguments(schemas.AlertQuerySchema, location="query")
@blueprint.response(200, schemas.AlertsSchema)
def list_alerts(query: dict[str, Any]) -> Page[AlertRow]:
    """List alerts, most serious and oldest first; those that wait, or the closed ones."""
    wanted = Wanted(
        closed=query["closed"],
        level=query["level"],
        code=query["code"],
        after=decode(query["cursor"], (int, int)),
    )
    with transaction() as session:
        rows = queries.list_alerts(session, current_actor(), wanted, PAGE_SIZE)
    return page_of(rows, lambda row: [row.level, row.id])


@blueprint.get("/<int:alert_id>")
@requires(HANDLE, Permission.COUNTY_READ)
@blueprint.response(200, schemas.AlertSchema)
def show_alert(alert_id: int) -> AlertRow:
    """Return one alert."""
    with transaction() as session:
        return service.get_alert(session, current_actor(), AlertId(alert_id))


@blueprint.post("/<int:alert_id>/take")
@requires(HANDLE)
@writes
@blueprint.response(200, schemas.AlertSchema)
def take_alert(alert_id: int) -> AlertRow:
    """Take an alert over."""
    with transaction() as session:
        return service.take_alert(session, current_actor(), AlertId(alert_id), now=clock.now())


@blueprint.post("/<int:alert_id>/close")
@requires(HANDLE)
@writes
@blueprint.arguments(schemas.CloseAlertSchema)
@blueprint.response(200, schemas.AlertSchema)
def close_alert(typed: dict[str, str], alert_id: int) -> AlertRow:
    """Close an alert with what it was; levels 3 and 4 are closed by quality."""
    found, reason = AlertId(alert_id), typed["reason"]
    with transaction() as session:
        return service.close_alert(session, current_actor(), found, reason, now=clock.now())
