"""JSON API of replenishment: plans, limits by hand, the nightly lists, the county's needs."""

from typing import Any

from flask_smorest import Blueprint

from app.inventory import service as inventory
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.ids import FacilityId, ItemId
from app.kernel.local_time import local_day
from app.replenishment import schemas, service
from app.replenishment.models import ItemPlan
from app.replenishment.queries import lists
from app.replenishment.queries.lists import ALERT_KEYS, AlertFilter, AlertRow, PlanFilter, PlanRow
from app.replenishment.rules import AlertKind, Need
from app.replenishment.service import HandLimits, OnTheWay
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, Page, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "replenishment_api",
    __name__,
    url_prefix="/api/v1/planning",
    description="Forecasts, limits, proposals to order and lists of what is out of bounds",
)
READ, PLAN = Permission.INVENTORY_READ, Permission.REPLENISHMENT_PLAN


@blueprint.get("/items")
@requires(READ)
@blueprint.arguments(schemas.PlanQuerySchema, location="query")
@blueprint.response(200, schemas.ItemPlansSchema)
def list_plans(query: dict[str, Any]) -> Page[PlanRow]:
    """List a facility's plan by pinyin, or only what is to be ordered."""
    after = decode(query["cursor"], (str, int))
    with transaction() as session:
        wanted = PlanFilter(
            facility_id=inventory.choose_facility(session, current_actor(), query["facility_id"]),
            text=query["q"],
            only_proposed=query["proposed"],
            only_by_hand=query["by_hand"],
        )
        rows = lists.list_plans(session, wanted, after, PAGE_SIZE)
    return page_of(rows, lambda row: [row.pinyin, row.item_id])


@blueprint.get("/items/<int:item_id>")
@requires(READ)
@blueprint.arguments(schemas.AtFacilityQuerySchema, location="query")
@blueprint.response(200, schemas.ItemPlanSchema)
def show_plan(query: dict[str, Any], item_id: int) -> ItemPlan:
    """Return everything behind the limits of an item at a facility."""
    with transaction() as session:
        facility_id = inventory.choose_facility(session, current_actor(), query["facility_id"])
        today = local_day(clock.now())
        return service.show_plan(session, facility_id, ItemId(item_id), today=today).plan


@blueprint.post("/items/<int:item_id>/limits")
@requires(PLAN)
@writes
@blueprint.arguments(schemas.HandLimitsSchema)
@blueprint.response(200, schemas.ItemPlanSchema)
def set_limits(typed: dict[str, Any], item_id: int) -> ItemPlan:
    """Set the limits of an item at one's facility by hand, with the reason."""
    asked = HandLimits(**{**typed, "item_id": ItemId(item_id)})
    with transaction() as session:
        return service.set_limits(session, current_actor(), asked, now=clock.now())


@blueprint.post("/items/<int:item_id>/limits/clear")
@requires(PLAN)
@writes
@blueprint.arguments(schemas.PlannedAtSchema)
@blueprint.response(200, schemas.ItemPlanSchema)
def clear_limits(typed: dict[str, Any], item_id: int) -> ItemPlan:
    """Let the computed limits count again."""
    place = (FacilityId(typed["facility_id"]), ItemId(item_id))
    with transaction() as session:
        return service.clear_limits(session, current_actor(), place, now=clock.now())


@blueprint.get("/near-expiry")
@requires(READ)
@blueprint.arguments(schemas.AlertQuerySchema, location="query")
@blueprint.response(200, schemas.StockAlertsSchema)
def list_near_expiry(query: dict[str, Any]) -> Page[AlertRow]:
    """List lots that expire within nine, six, three and one month, and what will be left."""
    return _alerts(AlertKind.NEAR_EXPIRY, query)


@blueprint.get("/low-stock")
@requires(READ)
@blueprint.arguments(schemas.AlertQuerySchema, location="query")
@blueprint.response(200, schemas.StockAlertsSchema)
def list_low_stock(query: dict[str, Any]) -> Page[AlertRow]:
    """List items at or below their minimum; urgency 2 is out of stock."""
    return _alerts(AlertKind.LOW_STOCK, query)


@blueprint.get("/over-stock")
@requires(READ)
@blueprint.arguments(schemas.AlertQuerySchema, location="query")
@blueprint.response(200, schemas.StockAlertsSchema)
def list_over_stock(query: dict[str, Any]) -> Page[AlertRow]:
    """List items above their maximum; urgency 2 is more than twice of it."""
    return _alerts(AlertKind.OVER_STOCK, query)


def _alerts(kind: AlertKind, query: dict[str, Any]) -> Page[AlertRow]:
    with transaction() as session:
        scope = inventory.scope_of(session, current_actor(), query["facility_id"])
        wanted = AlertFilter(kind=kind, scope=scope, urgency=query["urgency"], text=query["q"])
        rows = lists.list_alerts(
            session, wanted, decode(query["cursor"], ALERT_KEYS[kind]), PAGE_SIZE
        )
    return page_of(rows, lambda row: row.key)


@blueprint.get("/needs")
@requires(Permission.PURCHASING_READ)
@blueprint.response(200, schemas.NeedsSchema)
def list_needs() -> dict[str, list[Need]]:
    """Return what the centre must buy for the whole county; open orders are not deducted."""
    with transaction() as session:
        return {"rows": service.needs(session, OnTheWay(), today=local_day(clock.now()))}
