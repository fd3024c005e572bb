"""Pages of destructions: what waits, the record of one, all of them."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug import Response

from app.accounts.schemas import second_person
from app.disposal import documents, queries, schemas, service
from app.disposal.queries import DestructionRow
from app.disposal.rules import DestructionMethod
from app.kernel import clock
from app.kernel.actor import Actor, Permission
from app.kernel.errors import NotFound
from app.kernel.local_time import local_day
from app.web.downloads import pdf_response
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.search import Hit
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("destructions", __name__, url_prefix="/destructions")
READ, PROPOSE = Permission.INVENTORY_READ, Permission.DISPOSAL_PROPOSE


@blueprint.get("")
@requires(READ)
def list_destructions() -> str:
    """List destructions."""
    query, actor = read_query(schemas.DestructionQuerySchema), current_actor()
    cursor = decode(query["cursor"], (int,))
    before = int(cursor[0]) if cursor else None
    with transaction() as session:
        rows = queries.list_destructions(session, actor, before, PAGE_SIZE)
    page = page_of(rows, lambda row: [row.id])
    return render_template("disposal/destructions.html", page=page)


@blueprint.get("/waiting")
@requires(READ)
def list_waiting() -> str:
    """Show what waits to be destroyed, with the form that records a destruction."""
    actor = current_actor()
    with transaction() as session:
        waiting = queries.list_waiting(session, actor)
    own = actor.facility_ids
    return render_template(
        "disposal/waiting.html",
        mine=[row for row in waiting if row.facility_id in own] if actor.may(PROPOSE) else [],
        others=[row for row in waiting if row.facility_id not in own or not actor.may(PROPOSE)],
        methods=list(DestructionMethod),
        today=local_day(clock.now()),
    )


@blueprint.post("")
@requires(PROPOSE)
@writes
def destroy() -> Response:
    """Keep the record of a destruction."""
    typed = read_form(schemas.DestroyingSchema)
    told = schemas.destroying(typed, second_person(typed, request.remote_addr))
    with transaction() as session:
        made = service.destroy(session, current_actor(), told, now=clock.now())
    flash(_("The destruction is on record."), "success")
    return redirect(url_for("destructions.show_destruction", reference=made.reference))


@blueprint.get("/<string:reference>")
@requires(READ)
def show_destruction(reference: str) -> str:
    """Show a destruction with what it took."""
    with transaction() as session:
        row = _found(session, current_actor(), reference)
        lines = queries.list_destroyed(session, row.id)
    return render_template("disposal/destruction.html", destruction=row, lines=lines)


@blueprint.get("/<string:reference>/record.pdf")
@requires(READ)
def download_record(reference: str) -> Response:
    """Return the record as witnesses sign it (销毁记录)."""
    with transaction() as session:
        row = _found(session, current_actor(), reference)
        lines = queries.list_destroyed(session, row.id)
    return pdf_response(documents.destruction_record(row, lines), f"{reference}.pdf")


def find_destructions(session: Session, actor: Actor, text: str) -> Sequence[Hit]:
    """Find a destruction by its reference for the search field."""
    if not actor.may(READ) or not text.upper().startswith("XH-"):
        return []
    row = queries.find_destruction(session, actor, text.upper())
    if row is None:
        return []
    href = url_for("destructions.show_destruction", reference=row.reference)
    return [Hit(kind="document", title=row.reference, detail=row.facility, href=href, exact=True)]


def _found(session: Session, actor: Actor, reference: str) -> DestructionRow:
    row = queries.find_destruction(session, actor, reference)
    if row is None:
        raise NotFound("destruction")
    return row
