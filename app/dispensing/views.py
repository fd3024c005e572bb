"""Pages of dispensing and recorded use."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session
from werkzeug import Response

from app.accounts.schemas import second_person
from app.dispensing import queries, schemas, service
from app.dispensing.service import ConsumeRequest, Correction, DispenseRequest
from app.dispensing.service.references import PREFIX
from app.inventory import queries as stock
from app.inventory import service as inventory
from app.inventory.models import UseTag
from app.kernel import clock
from app.kernel.actor import Actor, Permission
from app.kernel.errors import NotFound
from app.kernel.local_time import local_day
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.navigation import Entry, Group
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.search import Hit
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("dispensing", __name__)
DISPENSE, CONSUME = Permission.DISPENSING_DISPENSE, Permission.INVENTORY_CONSUME
RECENT = 10
MOST_OFFERED = 100

NAVIGATION = (
    Entry(
        group=Group.DISPENSING,
        order=10,
        label=lazy_gettext("Dispense"),
        endpoint="dispensing.show_dispensing",
        icon="pill",
        permissions=(DISPENSE,),
    ),
    Entry(
        group=Group.DISPENSING,
        order=20,
        label=lazy_gettext("Record use"),
        endpoint="dispensing.show_consumption",
        icon="clipboard-list",
        permissions=(CONSUME,),
    ),
)


@blueprint.get("/dispensing")
@requires(DISPENSE)
def show_dispensing() -> str:
    """Show the place to scan, and what was given last."""
    with transaction() as session:
        rows = queries.list_documents(session, current_actor(), None, RECENT)
        lines = queries.list_lines(session, [row.dispensing_id for row in rows])
    return render_template("dispensing/dispense.html", rows=rows, lines=lines)


@blueprint.post("/dispensing")
@requires(DISPENSE)
@writes
def dispense_part() -> Response:
    """Give part of a pack, or a pack of a controlled medicine on its prescription."""
    typed = schemas.with_papers(read_form(schemas.DispenseForm), request.remote_addr)
    scanned = DispenseRequest(**typed)
    with transaction() as session:
        given = service.dispense(session, current_actor(), scanned, now=clock.now())
    flash(schemas.given_text(given), "success")
    for one in given.advice:
        flash(schemas.advice_text(one), "warning")
    return redirect(url_for("dispensing.show_document", reference=given.reference))


@blueprint.get("/dispensings")
@requires(DISPENSE, CONSUME, Permission.COUNTY_READ)
def list_documents() -> str:
    """List dispensing documents, newest first."""
    cursor = decode(read_query(schemas.DocumentQuerySchema)["cursor"], (int,))
    before = int(cursor[0]) if cursor else None
    with transaction() as session:
        rows = queries.list_documents(session, current_actor(), before, PAGE_SIZE)
        lines = queries.list_lines(session, [row.dispensing_id for row in rows])
    page = page_of(rows, lambda row: [row.dispensing_id])
    return render_template("dispensing/documents.html", page=page, lines=lines)


@blueprint.get("/dispensings/<reference>")
@requires(DISPENSE, CONSUME, Permission.COUNTY_READ)
def show_document(reference: str) -> str:
    """Show a dispensing document."""
    with transaction() as session:
        rows = queries.list_documents(session, current_actor(), None, 1, reference=reference)
        if not rows:
            raise NotFound("dispensing")
        document = rows[0]
        lines = queries.list_lines(session, [document.dispensing_id])[document.dispensing_id]
        papers = queries.find_papers(session, document.dispensing_id)
    may_undo = document.facility_id in current_actor().facility_ids
    return render_template(
        "dispensing/document.html",
        document=document,
        lines=lines,
        papers=papers,
        may_undo=may_undo,
    )


@blueprint.post("/dispensings/<reference>/undo")
@requires(DISPENSE, CONSUME)
@writes
def undo(reference: str) -> Response:
    """Correct a dispensing or recorded use made by mistake."""
    typed = read_form(schemas.UndoDispensingForm)
    second = second_person(typed, request.remote_addr)
    because = Correction(reason=typed["reason"], second=second)
    with transaction() as session:
        service.undo(session, current_actor(), reference, because, now=clock.now())
    flash(_("%(reference)s is undone; the goods are back on the shelf.", reference=reference))
    return redirect(url_for("dispensing.show_document", reference=reference))


@blueprint.get("/consumption")
@requires(CONSUME)
def show_consumption() -> str:
    """Show the goods without codes on the shelf, to record what was used."""
    query, actor = read_query(schemas.UsableQuerySchema), current_actor()
    today = local_day(clock.now())
    with transaction() as session:
        facility_id = inventory.choose_facility(session, actor, query["facility_id"])
        asked = (facility_id, query["q"])
        items = queries.list_usable(session, asked, today=today, limit=MOST_OFFERED)
        sites = stock.list_sites(session, actor.facility_ids)
    return render_template(
        "dispensing/consumption.html",
        items=items,
        q=query["q"],
        sites=sites,
        chosen=facility_id,
        tags=list(UseTag),
    )


@blueprint.post("/consumption")
@requires(CONSUME)
@writes
def consume() -> Response:
    """Record what was used."""
    actor = current_actor()
    typed = schemas.with_papers(read_form(schemas.ConsumeFormSchema), request.remote_addr)
    used = ConsumeRequest(**{**typed, "facility_id": typed["facility_id"] or actor.facility_id})
    with transaction() as session:
        document = service.consume(session, actor, used, now=clock.now())
    flash(_("Recorded as %(reference)s.", reference=document.reference), "success")
    return redirect(url_for("dispensing.show_document", reference=document.reference))


def find_documents(session: Session, actor: Actor, text: str) -> Sequence[Hit]:
    """Find a dispensing document by its reference for the search field."""
    reference = text.upper()
    if not reference.startswith(PREFIX) or not actor.may(Permission.TRACEABILITY_READ):
        return []
    rows = queries.list_documents(session, actor, None, 1, reference=reference)
    return [
        Hit(
            kind="document",
            title=row.reference,
            detail=row.facility,
            href=url_for("dispensing.show_document", reference=row.reference),
            exact=True,
        )
        for row in rows
    ]
