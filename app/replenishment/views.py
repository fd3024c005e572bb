"""Pages of replenishment: what to order, the limits, and the lists of what is out of bounds."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug import Response

from app.catalogue import service as catalogue
from app.inventory import queries as stock
from app.inventory import service as inventory
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.ids import FacilityId, ItemId
from app.kernel.local_time import local_day
from app.network import service as network
from app.replenishment import schemas, service
from app.replenishment.queries import lists
from app.replenishment.queries.lists import ALERT_KEYS, AlertFilter, PlanFilter
from app.replenishment.rules import NEAR_MONTHS, AlertKind
from app.replenishment.service import HandLimits
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.navigation import Entry, Group
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("planning", __name__, url_prefix="/planning")
READ, PLAN = Permission.INVENTORY_READ, Permission.REPLENISHMENT_PLAN

NAVIGATION = (
    Entry(
        group=Group.STOCK,
        order=20,
        label=lazy_gettext("Replenishment"),
        endpoint="planning.list_proposals",
        icon="chart-line",
        permissions=(READ,),
    ),
)


@blueprint.get("")
@requires(READ)
def list_proposals() -> str:
    """List what a facility should order now, or its whole plan."""
    return _plans(proposed=True)


@blueprint.get("/levels")
@requires(READ)
def list_levels() -> str:
    """List the limits of every item of a facility."""
    return _plans(proposed=False)


def _plans(*, proposed: bool) -> str:
    query, actor = read_query(schemas.PlanQuerySchema), current_actor()
    after = decode(query["cursor"], (str, int))
    with transaction() as session:
        facility_id = inventory.choose_facility(session, actor, query["facility_id"])
        wanted = PlanFilter(
            facility_id=facility_id,
            text=query["q"],
            only_proposed=proposed,
            only_by_hand=query["by_hand"],
        )
        rows = lists.list_plans(session, wanted, after, PAGE_SIZE)
        shown = [row.item_id for row in rows]
        today = local_day(clock.now())
        used = inventory.average_consumption(session, facility_id, shown, today=today)
        context: dict[str, Any] = {
            "elsewhere": lists.proposals_elsewhere(session, actor.facility_ids, facility_id),
            "totals": lists.plan_totals(session, facility_id),
            "facility": network.get_facility(session, facility_id),
            "sites": stock.list_sites(session, inventory.visible_facilities(actor)),
        }
    page = page_of(rows, lambda row: [row.pinyin, row.item_id])
    return render_template(
        "planning/proposals.html" if proposed else "planning/levels.html",
        page=page,
        query=query,
        used=used,
        may_order=actor.may(Permission.REQUISITION_WRITE) and facility_id in actor.facility_ids,
        **context,
    )


@blueprint.get("/items/<int:item_id>")
@requires(READ)
def show_item(item_id: int) -> str:
    """Show the arithmetic of an item at a facility: history, forecast, limits, order."""
    query, actor = read_query(schemas.AtFacilityQuerySchema), current_actor()
    with transaction() as session:
        facility_id = inventory.choose_facility(session, actor, query["facility_id"])
        item = catalogue.get_item(session, ItemId(item_id))
        view = service.show_plan(session, facility_id, item.id, today=local_day(clock.now()))
        facility = network.get_facility(session, facility_id)
    return render_template(
        "planning/item.html",
        item=item,
        view=view,
        plan=view.plan,
        facility=facility,
        arithmetic=inventory.arithmetic_of(view.average),
        may_plan=actor.may(PLAN) and facility_id in actor.facility_ids,
    )


@blueprint.post("/items/<int:item_id>/limits")
@requires(PLAN)
@writes
def set_limits(item_id: int) -> Response:
    """Set the limits of an item by hand."""
    typed = read_form(schemas.HandLimitsSchema)
    asked = HandLimits(**{**typed, "item_id": ItemId(item_id)})
    with transaction() as session:
        service.set_limits(session, current_actor(), asked, now=clock.now())
    flash(_("The limits are set; proposals follow them from tonight on."), "success")
    return _back(item_id, asked.facility_id)


@blueprint.post("/items/<int:item_id>/limits/clear")
@requires(PLAN)
@writes
def clear_limits(item_id: int) -> Response:
    """Let the computed limits count again."""
    facility_id = FacilityId(read_form(schemas.PlannedAtSchema)["facility_id"])
    place = (facility_id, ItemId(item_id))
    with transaction() as session:
        service.clear_limits(session, current_actor(), place, now=clock.now())
    flash(_("The computed limits count again."), "success")
    return _back(item_id, facility_id)


def _back(item_id: int, facility_id: FacilityId) -> Response:
    return redirect(url_for("planning.show_item", item_id=item_id, facility_id=facility_id))


@blueprint.get("/near-expiry")
@requires(READ)
def list_near_expiry() -> str:
    """List lots that expire within nine, six, three and one month."""
    return _alerts(AlertKind.NEAR_EXPIRY, "planning/near_expiry.html")


@blueprint.get("/low-stock")
@requires(READ)
def list_low_stock() -> str:
    """List items at or below their minimum."""
    return _alerts(AlertKind.LOW_STOCK, "planning/low_stock.html")


@blueprint.get("/over-stock")
@requires(READ)
def list_over_stock() -> str:
    """List items above their maximum."""
    return _alerts(AlertKind.OVER_STOCK, "planning/over_stock.html")


def _alerts(kind: AlertKind, template: str) -> str:
    query, actor = read_query(schemas.AlertQuerySchema), current_actor()
    with transaction() as session:
        first = inventory.choose_facility(session, actor, None)
        asked = query["facility_id"]
        if asked is None:
            asked = 0 if actor.may(Permission.REQUISITION_WRITE) else first
        scope = inventory.scope_of(session, actor, asked)
        wanted = AlertFilter(kind=kind, scope=scope, urgency=query["urgency"], text=query["q"])
        after = decode(query["cursor"], ALERT_KEYS[kind])
        rows = lists.list_alerts(session, wanted, after, PAGE_SIZE)
        buckets = lists.count_by_urgency(session, kind, scope)
        sites = stock.list_sites(session, inventory.visible_facilities(actor))
    query["facility_id"] = asked
    return render_template(
        template,
        page=page_of(rows, lambda row: row.key),
        query=query,
        buckets=buckets,
        sites=sites,
        near_months=NEAR_MONTHS,
        today=local_day(clock.now()),
    )
