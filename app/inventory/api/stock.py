"""JSON API of stock: lists, lots and their holds."""

from dataclasses import asdict
from typing import Any

from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from app.inventory import queries, schemas, service
from app.inventory.queries import StockRow
from app.inventory.service import ItemStanding, StandingQuery
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.ids import LotId
from app.kernel.local_time import local_day
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, Page, decode, page_of
from app.web.unit_of_work import transaction

blueprint = Blueprint(
    "inventory_api", __name__, url_prefix="/api/v1", description="Stock, bin cards and lots"
)
READ = Permission.INVENTORY_READ


@blueprint.get("/stock")
@requires(READ)
@blueprint.arguments(schemas.StockQuerySchema, location="query")
@blueprint.response(200, schemas.StockSchema)
def list_stock(query: dict[str, Any]) -> Page[StockRow]:
    """List balances by pinyin and expiry; without a facility, of all one sees."""
    today = local_day(clock.now())
    cursor = decode(query["cursor"], (int,))
    after = int(cursor[0]) if cursor else None
    with transaction() as session:
        scope = service.scope_of(session, current_actor(), query["facility_id"])
        wanted = schemas.stock_filter(query, scope, today=today)
        rows = queries.list_stock(session, wanted, after, PAGE_SIZE, today=today)
    return page_of(rows, lambda row: [row.balance_id])


@blueprint.get("/stock/items")
@requires(READ)
@blueprint.arguments(schemas.StandingQuerySchema, location="query")
@blueprint.response(200, schemas.StandingsSchema)
def list_standings(query: dict[str, Any]) -> Page[ItemStanding]:
    """List a facility's items with average use and months of stock."""
    today = local_day(clock.now())
    cursor = decode(query["cursor"], (int,))
    after = int(cursor[0]) if cursor else None
    with transaction() as session:
        facility_id = service.choose_facility(session, current_actor(), query["facility_id"])
        wanted = StandingQuery(
            facility_id=facility_id, text=query["q"], below=query["below"], after=after
        )
        rows = service.list_standings(session, wanted, PAGE_SIZE, today=today)
    return page_of(rows, lambda row: [row.item.item_id])


@blueprint.get("/lots/<int:lot_id>")
@requires(READ)
@blueprint.response(200, schemas.LotSchema)
def show_lot(lot_id: int) -> dict[str, Any]:
    """Return a lot, its hold, and where it lies as far as one may see."""
    with transaction() as session:
        return _lot(session, LotId(lot_id))


def _lot(session: Session, lot_id: LotId) -> dict[str, Any]:
    visible = service.visible_facilities(current_actor())
    stock = queries.list_lot_stock(session, lot_id, visible)
    return {**asdict(queries.get_lot_facts(session, lot_id)), "stock": stock}
