"""Downloads of lists as Excel workbooks."""

from datetime import time

from flask import Blueprint, Response

from app.catalogue import queries as items
from app.catalogue.queries import ItemFilter
from app.counting import queries as counted
from app.counting import service as counting
from app.exchange import documents, schemas
from app.fulfilment import service as fulfilment
from app.inventory import queries as stock
from app.inventory import service as inventory
from app.inventory.queries import StockFilter
from app.inventory.rules import month_of
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.ids import ItemId
from app.kernel.local_time import at_local, local_day
from app.purchasing import queries as purchasing
from app.purchasing import service as orders
from app.traceability import service as traceability
from app.web.forms import read_query
from app.web.guard import current_actor, requires
from app.web.unit_of_work import transaction

blueprint = Blueprint("exports", __name__, url_prefix="/exports")
MOST_ROWS = 20_000
"""More than a county's items, and than the lots of any facility."""


@blueprint.get("/items.xlsx")
@requires(Permission.CATALOGUE_READ)
def export_items() -> Response:
    """Return all items, as their import reads them."""
    with transaction() as session:
        rows = items.list_items(session, ItemFilter(), after=None, size=MOST_ROWS)
        goods = items.goods_codes_of(session)
    return documents.download(documents.items_sheet(rows, goods), "items")


@blueprint.get("/stock.xlsx")
@requires(Permission.INVENTORY_READ)
def export_stock() -> Response:
    """Return a facility's stock by lot and place."""
    asked, actor = read_query(schemas.StockExportSchema)["facility_id"], current_actor()
    today = local_day(clock.now())
    with transaction() as session:
        facility_id = inventory.choose_facility(session, actor, asked)
        wanted = StockFilter(facility_ids=[facility_id])
        rows = stock.list_stock(session, wanted, None, MOST_ROWS, today=today)
        makers = traceability.makers_of(session, {row.lot_id for row in rows})
    return documents.download(documents.stock_sheet(rows, makers), f"stock-{facility_id}-{today}")


@blueprint.get("/requisitions/<string:reference>.xlsx")
@requires(Permission.REQUISITION_READ)
def export_requisition(reference: str) -> Response:
    """Return a requisition's lines, as their import reads them."""
    with transaction() as session:
        found = fulfilment.get_requisition(session, current_actor(), reference)
        lines = fulfilment.show_lines(session, found, now=clock.now())
    return documents.download(documents.requisition_sheet(lines), reference)


@blueprint.get("/counts/<string:reference>.xlsx")
@requires(Permission.COUNTING_COUNT)
def export_count(reference: str) -> Response:
    """Return a stock count to fill in, without any quantity."""
    with transaction() as session:
        sheet = counting.own_sheet(session, current_actor(), reference)
        lines = counted.list_lines(session, sheet.id)
    return documents.download(documents.count_sheet(lines), reference)


@blueprint.get("/cards/<int:item_id>.xlsx")
@requires(Permission.INVENTORY_READ)
def export_card(item_id: int) -> Response:
    """Return a month of an item's bin card."""
    query = read_query(schemas.CardExportSchema)
    since, until = month_of(query["month"] or local_day(clock.now()))
    period = (at_local(since, time()), at_local(until, time()))
    with transaction() as session:
        facility_id = inventory.choose_facility(session, current_actor(), query["facility_id"])
        subject = stock.CardSubject(facility_id=facility_id, item_id=ItemId(item_id))
        card = stock.bin_card(session, subject, period)
    return documents.download(documents.card_sheet(card), f"card-{item_id}-{since:%Y-%m}")


@blueprint.get("/orders/<string:reference>.xlsx")
@requires(Permission.PURCHASING_READ)
def export_order(reference: str) -> Response:
    """Return the lines of a purchase order."""
    with transaction() as session:
        order = orders.get_order(session, current_actor(), reference)
        lines = purchasing.list_order_lines(session, order.id)
    return documents.download(documents.order_sheet(lines), reference)
