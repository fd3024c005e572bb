"""Pages of stock: by lot, by item, the bin card, the county, and lots with their holds."""

from datetime import date

from flask import Blueprint, render_template

from app.inventory import queries, schemas, service
from app.inventory.models import Condition
from app.inventory.service import StandingQuery
from app.kernel import clock, history
from app.kernel.actor import Permission
from app.kernel.ids import LotId
from app.kernel.local_time import local_day
from app.web.forms import read_query
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.unit_of_work import transaction

blueprint = Blueprint("inventory", __name__)
READ, HOLD = Permission.INVENTORY_READ, Permission.TRACEABILITY_HOLD


@blueprint.get("/stock")
@requires(READ)
def list_stock() -> str:
    """List stock by lot and place."""
    query, actor, today = read_query(schemas.StockQuerySchema), current_actor(), _today()
    cursor = decode(query["cursor"], (int,))
    after = int(cursor[0]) if cursor else None
    with transaction() as session:
        first = service.choose_facility(session, actor, None)
        asked = first if query["facility_id"] is None else query["facility_id"]
        scope = service.scope_of(session, actor, asked)
        wanted = schemas.stock_filter(query, scope, today=today)
        rows = queries.list_stock(session, wanted, after, PAGE_SIZE, today=today)
        sites = queries.list_sites(session, service.visible_facilities(actor))
    stock = page_of(rows, lambda row: [row.balance_id])
    query["facility_id"] = asked
    return render_template(
        "inventory/stock.html",
        stock=stock,
        query=query,
        sites=sites,
        today=today,
        near_months=schemas.NEAR_MONTHS,
    )


@blueprint.get("/stock/items")
@requires(READ)
def list_items() -> str:
    """List a facility's items with average use and months of stock."""
    query, actor = read_query(schemas.StandingQuerySchema), current_actor()
    cursor = decode(query["cursor"], (int,))
    after = int(cursor[0]) if cursor else None
    with transaction() as session:
        facility_id = service.choose_facility(session, actor, query["facility_id"])
        wanted = StandingQuery(
            facility_id=facility_id, text=query["q"], below=query["below"], after=after
        )
        rows = service.list_standings(session, wanted, PAGE_SIZE, today=_today())
        sites = queries.list_sites(session, service.visible_facilities(actor))
    items = page_of(rows, lambda row: [row.item.item_id])
    query["facility_id"] = facility_id
    return render_template("inventory/items.html", items=items, query=query, sites=sites)


@blueprint.get("/lots/<int:lot_id>")
@requires(READ)
def show_lot(lot_id: int) -> str:
    """Show a lot: its hold with who, when and why, and where it lies."""
    with transaction() as session:
        lot = queries.get_lot_facts(session, LotId(lot_id))
        visible = service.visible_facilities(current_actor())
        stock = queries.list_lot_stock(session, lot.id, visible)
        changes = history.list_changes(session, "lot", lot.id)
    return render_template(
        "inventory/lot.html",
        lot=lot,
        stock=stock,
        own=[row for row in stock if row.facility_id in current_actor().facility_ids],
        conditions=list(Condition),
        changes=changes,
        today=_today(),
    )


def _today() -> date:
    return local_day(clock.now())
