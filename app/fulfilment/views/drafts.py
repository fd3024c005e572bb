"""Pages on which a clinic writes a requisition."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.fulfilment import service
from app.fulfilment.queries import offers as offering
from app.fulfilment.queries import requisitions as queries
from app.fulfilment.rules import Source
from app.fulfilment.schemas import forms
from app.fulfilment.schemas.requisitions import SearchQuerySchema
from app.fulfilment.service import DraftEdit, NewRequisition
from app.kernel import clock
from app.kernel.actor import Actor, Permission
from app.network import service as network
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("drafts", __name__)
WRITERS = (Permission.REQUISITION_WRITE,)


@blueprint.get("/requisitions/new")
@requires(*WRITERS)
def show_new() -> str:
    """Ask for whom, and from which list."""
    with transaction() as session:
        facilities = queries.facilities_for(session, current_actor())
    return render_template(
        "fulfilment/new_requisition.html", facilities=facilities, sources=list(Source)
    )


@blueprint.post("/requisitions")
@requires(*WRITERS)
@writes
def create() -> ResponseReturnValue:
    """Start the draft and open it."""
    form = read_form(forms.StartForm)
    with transaction() as session:
        facility = network.facility_by_code(session, form["facility"])
        wanted = NewRequisition(facility_id=facility.id, source=form["source"])
        draft = service.create(session, current_actor(), wanted, now=clock.now())
    return redirect(url_for("requisitions.show_requisition", reference=draft.reference))


@blueprint.post("/requisitions/<string:reference>")
@requires(*WRITERS)
@writes
def save(reference: str) -> ResponseReturnValue:
    """Keep what was typed; the button pressed may also submit, or keep the list."""
    form, actor = read_form(forms.DraftForm), current_actor()
    with transaction() as session:
        _save(session, actor, reference, form)
    return redirect(url_for("requisitions.show_requisition", reference=reference))


def _save(session: Session, actor: Actor, reference: str, form: dict[str, Any]) -> None:
    now = clock.now()
    packs = dict(zip(form["item"], form["packs"], strict=True))
    edit = DraftEdit(
        reference=reference,
        revision=form["revision"],
        asked=service.to_base_units(session, packs),
        notes=form["notes"],
    )
    draft = service.save(session, actor, edit, now=now)
    if form["then"] == "submit":
        service.submit(session, actor, reference, draft.revision, now=now)
        flash(_("Requisition %(reference)s is submitted.", reference=reference), "success")
    elif form["then"] == "template":
        count = service.keep_as_template(session, actor, reference)
        flash(_("Your usual list has %(count)s items now.", count=count), "success")
    else:
        flash(_("The draft is saved."), "success")


@blueprint.get("/requisitions/<string:reference>/items")
@requires(*WRITERS)
def search_items(reference: str) -> str:
    """Find items to add, by Chinese name, pinyin initials or code."""
    text, actor = read_query(SearchQuerySchema)["q"], current_actor()
    with transaction() as session:
        draft = service.get_requisition(session, actor, reference)
        hits = offering.search_items(session, draft.supplier_id, text) if text else []
        listed = {view.item_code for view in service.lines_of(session, draft.id)}
    page = "fulfilment/_item_hits.html" if _is_fragment() else "fulfilment/item_hits.html"
    return render_template(page, hits=hits, listed=listed, draft=draft, q=text)


@blueprint.post("/requisitions/<string:reference>/items")
@requires(*WRITERS)
@writes
def add_item(reference: str) -> ResponseReturnValue:
    """Add one item; htmx gets its row alone, so that nothing typed is lost."""
    code, actor, now = read_form(forms.ItemForm)["item"], current_actor(), clock.now()
    with transaction() as session:
        line = service.add_item(session, actor, reference, code, now=now)
        if not _is_fragment():
            return redirect(url_for("requisitions.show_requisition", reference=reference))
        draft = service.get_requisition(session, actor, reference)
        added = service.show_line(session, draft, line.position, now=now)
    return render_template("fulfilment/_added_line.html", lines=[added], requisition=draft)


@blueprint.post("/requisitions/<string:reference>/cancel")
@requires(*WRITERS)
@writes
def cancel(reference: str) -> ResponseReturnValue:
    """Take back what the centre has not decided yet."""
    with transaction() as session:
        service.cancel(session, current_actor(), reference, now=clock.now())
    flash(_("Requisition %(reference)s is cancelled.", reference=reference), "success")
    return redirect(url_for("requisitions.list_requisitions"))


def _is_fragment() -> bool:
    """Say whether htmx wants a part; a whole page's form is sent in place and redirected."""
    sent_in_place = request.headers.get("X-Page-Form") == "1"
    return request.headers.get("HX-Request") == "true" and not sent_in_place
