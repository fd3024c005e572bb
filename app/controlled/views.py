"""Pages of the register of controlled medicines."""

from datetime import date, time, timedelta

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.accounts.schemas import second_person
from app.controlled import documents, queries, schemas, service
from app.controlled.service import Ampoules, RegisterPage
from app.inventory import queries as stock
from app.inventory import service as inventory
from app.inventory.rules import month_of
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.ids import ItemId
from app.kernel.local_time import at_local, local_day
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.navigation import Entry, Group
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("controlled", __name__, url_prefix="/controlled")
READ, SIGN = Permission.CONTROLLED_READ, Permission.CONTROLLED_COSIGN

NAVIGATION = (
    Entry(
        group=Group.STOCK,
        order=60,
        label=lazy_gettext("Controlled medicines"),
        endpoint="controlled.list_registers",
        icon="lock",
        permissions=(READ,),
    ),
)


@blueprint.get("")
@requires(READ)
def list_registers() -> str:
    """List the controlled items a facility has or had under lock."""
    query, actor = read_query(schemas.RegistersQuerySchema), current_actor()
    with transaction() as session:
        facility_id = inventory.choose_facility(session, actor, query["facility_id"])
        items = queries.list_items(session, facility_id)
        sites = stock.list_sites(session, inventory.visible_facilities(actor))
    return render_template(
        "controlled/registers.html", items=items, sites=sites, facility_id=facility_id
    )


@blueprint.get("/<int:item_id>")
@requires(READ)
def show_register(item_id: int) -> str:
    """Show a month of an item's register, and the form for empty ampoules."""
    page, since = _page(item_id)
    until = month_of(since)[1]
    return render_template(
        "controlled/register.html",
        page=page,
        month=since,
        before=since - timedelta(days=1),
        after=until if until <= local_day(clock.now()) else None,
        may_take=page.facility.id in current_actor().facility_ids and current_actor().may(SIGN),
    )


@blueprint.get("/<int:item_id>.pdf")
@requires(READ)
def download_register(item_id: int) -> Response:
    """Return a month of an item's register for the binder."""
    page, since = _page(item_id)
    data = documents.register(page, since, printed_at=clock.now())
    response = Response(data, mimetype="application/pdf")
    name = f"register-{page.item.code}-{since:%Y-%m}.pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


@blueprint.post("/<int:item_id>/ampoules")
@requires(SIGN)
@writes
def take_ampoules(item_id: int) -> ResponseReturnValue:
    """Write down empty ampoules that two people counted."""
    form = read_form(schemas.AmpoulesForm)
    second = second_person(form, request.remote_addr)
    back = Ampoules(item_id=ItemId(item_id), second=second, **form)
    with transaction() as session:
        stored = service.take_ampoules(session, current_actor(), back, now=clock.now())
    flash(_("Written down as %(reference)s.", reference=stored.reference), "success")
    return redirect(
        url_for("controlled.show_register", item_id=item_id, facility_id=back.facility_id)
    )


def _page(item_id: int) -> tuple[RegisterPage, date]:
    query, actor = read_query(schemas.RegisterQuerySchema), current_actor()
    since, until = month_of(query["month"] or local_day(clock.now()))
    period = (at_local(since, time()), at_local(until, time()))
    with transaction() as session:
        facility_id = inventory.choose_facility(session, actor, query["facility_id"])
        return service.read_page(session, actor, (facility_id, ItemId(item_id)), period), since
