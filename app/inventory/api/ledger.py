"""JSON API of the ledger: bin cards, entries and their reversal, months, stock in the past."""

from dataclasses import asdict
from datetime import UTC, date, time, timedelta
from typing import Any

from flask import request
from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from app.accounts.schemas import second_person
from app.catalogue import service as catalogue
from app.inventory import queries, schemas, service
from app.inventory.queries import Card, CardSubject, ItemFlow, Moment, MonthState, PastRow
from app.inventory.rules import card_days, end_of, last_months
from app.inventory.service import ConditionChange, Correction
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.errors import NotFound
from app.kernel.ids import FacilityId, ItemId, LotId, PlaceId, PostingId
from app.kernel.local_time import LOCAL, at_local, local_day
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, Page, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import posting_key, writes

blueprint = Blueprint(
    "ledger_api", __name__, url_prefix="/api/v1", description="The stock ledger and its months"
)
READ = Permission.INVENTORY_READ


@blueprint.get("/stock/items/<int:item_id>/card")
@requires(READ)
@blueprint.arguments(schemas.CardQuerySchema, location="query")
@blueprint.response(200, schemas.CardSchema)
def show_card(query: dict[str, Any], item_id: int) -> Card:
    """Return an item's bin card at a facility: a month or any days, one lot or place."""
    first, after = card_days(query, today=local_day(clock.now()))
    with transaction() as session:
        facility_id = service.choose_facility(session, current_actor(), query["facility_id"])
        subject = CardSubject(
            facility_id=facility_id,
            item_id=catalogue.get_item(session, ItemId(item_id)).id,
            lot_id=LotId(query["lot_id"]) if query["lot_id"] else None,
            place_id=PlaceId(query["place_id"]) if query["place_id"] else None,
        )
        period = (at_local(first, time()), at_local(after, time()))
        return queries.bin_card(session, subject, period)


@blueprint.get("/stock/postings/<int:posting_id>")
@requires(READ)
@blueprint.response(200, schemas.PostingSchema)
def show_posting(posting_id: int) -> dict[str, Any]:
    """Return an entry of the ledger with its movements."""
    with transaction() as session:
        posting = queries.get_posting(session, PostingId(posting_id))
        at = queries.facilities_of(session, posting.id)
        if not current_actor().sees(posting.facility_id, *at):
            raise NotFound("posting")
        return _posting(session, posting.id)


@blueprint.post("/stock/postings/<int:posting_id>/reverse")
@requires(Permission.INVENTORY_CORRECT)
@writes
@blueprint.arguments(schemas.ReverseSchema)
@blueprint.response(201, schemas.PostingSchema)
def reverse_posting(typed: dict[str, Any], posting_id: int) -> dict[str, Any]:
    """Undo an entry that stands alone by its mirror image; documents undo their own."""
    because = _because(typed)
    with transaction() as session:
        actor = current_actor()
        undone = service.correct(session, actor, PostingId(posting_id), because, now=clock.now())
        return _posting(session, undone.id)


@blueprint.post("/stock/balances/<int:balance_id>/condition")
@requires(Permission.INVENTORY_CORRECT)
@writes
@blueprint.arguments(schemas.ConditionSchema)
@blueprint.response(201, schemas.PostingSchema)
def change_condition(typed: dict[str, Any], balance_id: int) -> dict[str, Any]:
    """Move goods where they lie to another condition."""
    because = _because(typed)
    change = ConditionChange(
        balance_id=balance_id, quantity=typed["quantity"], condition=typed["condition"]
    )
    with transaction() as session:
        actor = current_actor()
        entry = service.change_condition(session, actor, change, because, now=clock.now())
        return _posting(session, entry.id)


@blueprint.get("/stock/as-at")
@requires(READ)
@blueprint.arguments(schemas.PastQuerySchema, location="query")
@blueprint.response(200, schemas.PastStockSchema)
def show_past(query: dict[str, Any]) -> Page[PastRow]:
    """List what lay at a facility at a moment of the local wall clock; without one, now."""
    at = query["at"].replace(tzinfo=LOCAL).astimezone(UTC) if query["at"] else clock.now()
    cursor = decode(query["cursor"], (int,))
    after = int(cursor[0]) if cursor else None
    with transaction() as session:
        facility_id = service.choose_facility(session, current_actor(), query["facility_id"])
        wanted = Moment(facility_id=facility_id, at=at, text=query["q"])
        rows = queries.list_held_at(session, wanted, after, PAGE_SIZE)
    return page_of(rows, lambda row: [row.balance_id])


@blueprint.get("/stock/months")
@requires(READ)
@blueprint.arguments(schemas.MonthQuerySchema, location="query")
@blueprint.response(200, schemas.MonthsSchema)
def list_months(query: dict[str, Any]) -> dict[str, list[MonthState]]:
    """List a facility's last months, newest first: open or closed, by whom."""
    with transaction() as session:
        facility_id = service.choose_facility(session, current_actor(), query["facility_id"])
        months = last_months(local_day(clock.now()))
        return {"rows": queries.month_states(session, facility_id, months)}


@blueprint.post("/stock/months")
@requires(Permission.INVENTORY_CLOSE)
@writes
@blueprint.arguments(schemas.CloseMonthSchema)
@blueprint.response(201, schemas.MonthStateSchema)
def close_month(typed: dict[str, Any]) -> MonthState:
    """Freeze a month for good: nothing can be dated into it any more."""
    facility_id, month = FacilityId(typed["facility_id"]), typed["month"]
    with transaction() as session:
        service.close_month(session, current_actor(), facility_id, month, now=clock.now())
        return queries.month_states(session, facility_id, [month])[0]


@blueprint.get("/stock/months/<string:name>")
@requires(READ)
@blueprint.arguments(schemas.MonthQuerySchema, location="query")
@blueprint.response(200, schemas.ItemFlowsSchema)
def show_month(query: dict[str, Any], name: str) -> Page[ItemFlow]:
    """List what came in and went out of each item in a month: opening + in − out = closing."""
    month: date = service.month_named(name)
    cursor = decode(query["cursor"], (int,))
    after = int(cursor[0]) if cursor else None
    period = (end_of(month - timedelta(days=1)), end_of(month))
    with transaction() as session:
        facility_id = service.choose_facility(session, current_actor(), query["facility_id"])
        items = queries.list_item_names(session, facility_id, "", after, PAGE_SIZE)
        flows = queries.item_flows(session, facility_id, items, period)
    return page_of(flows, lambda flow: [flow.item.item_id])


def _because(typed: dict[str, Any]) -> Correction:
    second = second_person(typed, request.remote_addr)
    return Correction(key=posting_key(), reason=typed["reason"], second=second)


def _posting(session: Session, posting_id: PostingId) -> dict[str, Any]:
    moved = queries.list_moved(session, posting_id)
    return {**asdict(queries.get_posting(session, posting_id)), "moved": moved}
