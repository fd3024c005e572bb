"""Pages of the ledger itself: the bin card, one entry and its reversal, stock in the past."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from app.accounts.schemas import second_person
from app.catalogue import service as catalogue
from app.inventory import documents, queries, schemas, service
from app.inventory.queries import CardSubject, Moment
from app.inventory.rules import card_days, month_of
from app.inventory.service import ConditionChange, Correction
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.errors import NotFound
from app.kernel.ids import FacilityId, ItemId, LotId, PlaceId, PostingId
from app.kernel.local_time import LOCAL, at_local, local, local_day
from app.network import service as network
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import posting_key, writes

blueprint = Blueprint("ledger", __name__)
READ, CORRECT = Permission.INVENTORY_READ, Permission.INVENTORY_CORRECT


@blueprint.get("/stock/items/<int:item_id>")
@requires(READ)
def show_card(item_id: int) -> str:
    """Show an item's bin card at a facility: a month or any days, one lot or place."""
    query, actor = read_query(schemas.CardQuerySchema), current_actor()
    today = local_day(clock.now())
    since, until = card_days(query, today=today)
    month, after = month_of(since)
    with transaction() as session:
        facility_id = service.choose_facility(session, actor, query["facility_id"])
        item = catalogue.get_item(session, ItemId(item_id))
        subject = _subject(query, facility_id, item.id)
        card = queries.bin_card(
            session, subject, (at_local(since, time()), at_local(until, time()))
        )
        choices = queries.card_choices(session, facility_id, item.id)
        sites = queries.list_sites(session, service.visible_facilities(actor))
    return render_template(
        "inventory/card.html",
        item=item,
        card=card,
        choices=choices,
        sites=sites,
        facility_id=facility_id,
        query=query,
        since=since,
        last=until - timedelta(days=1),
        ends_now=until > today,
        before=month_of(month - timedelta(days=1))[0],
        after=after if after <= today else None,
        printed_at=f"{local(clock.now()):%Y-%m-%d %H:%M}",
    )


@blueprint.get("/stock/items/<int:item_id>/card.pdf")
@requires(READ)
def download_card(item_id: int) -> Response:
    """Return an item's bin card for paper, over the days the page shows (账页)."""
    query, actor = read_query(schemas.CardQuerySchema), current_actor()
    since, until = card_days(query, today=local_day(clock.now()))
    with transaction() as session:
        facility_id = service.choose_facility(session, actor, query["facility_id"])
        item = catalogue.get_item(session, ItemId(item_id))
        period = (at_local(since, time()), at_local(until, time()))
        card = queries.bin_card(session, _subject(query, facility_id, item.id), period)
        facility = network.get_facility(session, facility_id)
    shown = f"{since} – {until - timedelta(days=1)}"
    data = documents.bin_card(card, item, (facility.name, shown), printed_at=clock.now())
    response = Response(data, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="card-{item.code}-{since}.pdf"'
    return response


def _subject(query: dict[str, Any], facility_id: FacilityId, item_id: ItemId) -> CardSubject:
    return CardSubject(
        facility_id=facility_id,
        item_id=item_id,
        lot_id=LotId(query["lot_id"]) if query["lot_id"] else None,
        place_id=PlaceId(query["place_id"]) if query["place_id"] else None,
    )


@blueprint.get("/stock/postings/<int:posting_id>")
@requires(READ)
def show_posting(posting_id: int) -> str:
    """Show an entry of the ledger: its movements, who made it, and what undid it."""
    actor = current_actor()
    with transaction() as session:
        posting = queries.get_posting(session, PostingId(posting_id))
        if not actor.sees(posting.facility_id, *queries.facilities_of(session, posting.id)):
            raise NotFound("posting")
        moved = queries.list_moved(session, posting.id)
        traits = queries.traits_of(session, posting.id)
    return render_template(
        "inventory/posting.html",
        posting=posting,
        moved=moved,
        locked=traits.locked,
        alone=service.may_be_reversed_by_hand(posting.kind, bound=traits.bound),
        may_undo=actor.may(CORRECT)
        and posting.facility_id in actor.facility_ids
        and posting.reversed_by is None,
    )


@blueprint.post("/stock/postings/<int:posting_id>/reverse")
@requires(CORRECT)
@writes
def reverse_posting(posting_id: int) -> Response:
    """Undo an entry by its mirror image."""
    typed = read_form(schemas.ReverseForm)
    because = Correction(
        key=posting_key(), second=second_person(typed, request.remote_addr), reason=typed["reason"]
    )
    with transaction() as session:
        undone = service.correct(
            session, current_actor(), PostingId(posting_id), because, now=clock.now()
        )
    flash(_("The entry is undone by this reversal."), "success")
    return redirect(url_for("ledger.show_posting", posting_id=undone.id))


@blueprint.post("/stock/condition")
@requires(CORRECT)
@writes
def change_condition() -> Response:
    """Move goods where they lie to another condition."""
    typed = read_form(schemas.ConditionForm)
    because = Correction(
        key=posting_key(), second=second_person(typed, request.remote_addr), reason=typed["reason"]
    )
    change = ConditionChange(
        balance_id=typed["balance_id"], quantity=typed["quantity"], condition=typed["condition"]
    )
    with transaction() as session:
        entry = service.change_condition(session, current_actor(), change, because, now=clock.now())
    flash(_("The condition is changed."), "success")
    return redirect(url_for("ledger.show_posting", posting_id=entry.id))


@blueprint.get("/stock/as-at")
@requires(READ)
def show_past() -> str:
    """Show what lay at a facility at any moment."""
    query, actor = read_query(schemas.PastQuerySchema), current_actor()
    at = _moment(query["at"])
    cursor = decode(query["cursor"], (int,))
    after = int(cursor[0]) if cursor else None
    with transaction() as session:
        facility_id = service.choose_facility(session, actor, query["facility_id"])
        wanted = Moment(facility_id=facility_id, at=at, text=query["q"])
        rows = queries.list_held_at(session, wanted, after, PAGE_SIZE)
        sites = queries.list_sites(session, service.visible_facilities(actor))
    return render_template(
        "inventory/past.html",
        stock=page_of(rows, lambda row: [row.balance_id]),
        at=local(at),
        query=query,
        facility_id=facility_id,
        sites=sites,
        today=local_day(clock.now()),
    )


def _moment(wall_clock: datetime | None) -> datetime:
    if wall_clock is None:
        return clock.now()
    return wall_clock.replace(tzinfo=LOCAL).astimezone(UTC)
