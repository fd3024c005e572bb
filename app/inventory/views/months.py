"""Pages of months: which are closed, closing one, and what came and went of each item."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug import Response

from app.inventory import queries, schemas, service
from app.inventory.rules import end_of, last_months, may_be_closed
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.ids import FacilityId
from app.kernel.local_time import local, local_day
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("months", __name__)
READ, CLOSE = Permission.INVENTORY_READ, Permission.INVENTORY_CLOSE


@blueprint.get("/stock/months")
@requires(READ)
def list_months() -> str:
    """List a facility's last months, and close one."""
    query, actor, now = read_query(schemas.MonthQuerySchema), current_actor(), clock.now()
    months = last_months(local_day(now))
    with transaction() as session:
        facility_id = service.choose_facility(session, actor, query["facility_id"])
        states = queries.month_states(session, facility_id, months)
        sites = queries.list_sites(session, service.visible_facilities(actor))
    return render_template(
        "inventory/months.html",
        states=states,
        closable={month for month in months if may_be_closed(month, now=now)},
        may_close=actor.may(CLOSE) and facility_id in actor.facility_ids,
        sites=sites,
        facility_id=facility_id,
        running=months[0],
    )


@blueprint.post("/stock/months")
@requires(CLOSE)
@writes
def close_month() -> Response:
    """Freeze a month for good."""
    typed = read_form(schemas.CloseMonthSchema)
    facility_id, month = FacilityId(typed["facility_id"]), typed["month"]
    with transaction() as session:
        service.close_month(session, current_actor(), facility_id, month, now=clock.now())
    flash(_("The month %(month)s is closed.", month=f"{month:%Y-%m}"), "success")
    return redirect(url_for("months.list_months", facility_id=facility_id))


@blueprint.get("/stock/months/<string:name>")
@requires(READ)
def show_month(name: str) -> str:
    """Show what came in and went out of each item in a month."""
    query, actor = read_query(schemas.MonthQuerySchema), current_actor()
    month = service.month_named(name)
    cursor = decode(query["cursor"], (int,))
    after = int(cursor[0]) if cursor else None
    with transaction() as session:
        facility_id = service.choose_facility(session, actor, query["facility_id"])
        items = page_of(
            queries.list_item_names(session, facility_id, "", after, PAGE_SIZE),
            lambda item: [item.item_id],
        )
        period = (end_of(month - timedelta(days=1)), end_of(month))
        flows = queries.item_flows(session, facility_id, items.rows, period)
        (state,) = queries.month_states(session, facility_id, [month])
        sites = queries.list_sites(session, service.visible_facilities(actor))
    return render_template(
        "inventory/month.html",
        month=month,
        state=state,
        flows=flows,
        items=items,
        sites=sites,
        facility_id=facility_id,
        printed_at=f"{local(clock.now()):%Y-%m-%d %H:%M}",
    )
