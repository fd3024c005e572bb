"""The page that shows where codes and book agree, and what to do where they do not."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug import Response

from app.inventory import service as inventory
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.ids import FacilityId
from app.reconciliation import schemas, service
from app.reconciliation.queries.showing import (
    DifferenceFilter,
    last_runs,
    list_differences,
    list_sites,
)
from app.reconciliation.rules import Clue, share
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.labels import label
from app.web.navigation import Entry, Group
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("reconciliation", __name__, url_prefix="/reconciliation")
READ, COUNT = Permission.INVENTORY_READ, Permission.COUNTING_COUNT
COMPARE = (COUNT, Permission.COUNTING_APPROVE)
NIGHTS = 14

NAVIGATION = (
    Entry(
        group=Group.STOCK,
        order=35,
        label=lazy_gettext("Codes and book"),
        endpoint="reconciliation.show_county",
        icon="scale",
        permissions=(READ,),
    ),
)


@blueprint.get("")
@requires(READ)
def show_county() -> str:
    """Show each facility's agreement, and the differences with what may explain them."""
    query, actor = read_query(schemas.DifferenceQuerySchema), current_actor()
    cursor = decode(query["cursor"], (int,))
    with transaction() as session:
        visible = inventory.visible_facilities(actor)
        wanted = DifferenceFilter(
            scope=inventory.scope_of(session, actor, query["facility_id"]),
            whole=query["all"],
            before=int(cursor[0]) if cursor else None,
        )
        page = page_of(list_differences(session, wanted, PAGE_SIZE), lambda row: [row.id])
        sites = list_sites(session, visible)
        runs = last_runs(session, NIGHTS)
    compared = sum(site.compared for site in sites)
    differing = sum(site.differing for site in sites)
    return render_template(
        "reconciliation/county.html",
        page=page,
        query=query,
        sites=sites,
        runs=runs if visible is None else [],
        last=runs[-1] if runs else None,
        compared=compared,
        differing=differing,
        packs=sum(site.packs for site in sites),
        agreeing=share(compared - differing, compared),
        own=actor.facility_ids,
        may_compare=any(map(actor.may, COMPARE)),
        may_count=actor.may(COUNT),
        clue_words={kind.value: label(kind) for kind in Clue},
    )


@blueprint.post("")
@requires(*COMPARE)
@writes
def compare() -> Response:
    """Compare the codes of a facility with its book now."""
    actor = current_actor()
    asked = read_form(schemas.SiteToCompareSchema)["facility_id"]
    facility_id = FacilityId(asked or actor.facility_id)
    actor.must_act_for(facility_id, "facility")
    with transaction() as session:
        outcome = service.reconcile(session, now=clock.now(), facility_id=facility_id)
    told = {"compared": outcome.compared, "differing": len(outcome.differing)}
    if outcome.differing:
        flash(_("Compared %(compared)s, %(differing)s differ.", **told), "warning")
    else:
        flash(_("Compared %(compared)s places and lots: all agree.", **told), "success")
    return redirect(url_for("reconciliation.show_county"))
