"""Pages on which a clinic confirms what arrived, and discrepancies are settled."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.accounts.schemas import second_person
from app.fulfilment import service
from app.fulfilment.queries import discrepancies
from app.fulfilment.queries import totes as queries
from app.fulfilment.rules import Resolution, ToteState
from app.fulfilment.schemas import forms
from app.fulfilment.schemas.totes import CursorSchema, DiscrepancyQuerySchema
from app.fulfilment.service import Closing, Confirmation
from app.kernel import attachments, clock
from app.kernel.actor import Permission
from app.kernel.attachments import AttachmentKind
from app.kernel.errors import NotFound
from app.kernel.local_time import local_day
from app.web.attachments import AttachmentFormSchema, file_response, sent_files, takes_files
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.navigation import Entry, Group
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import posting_key, writes

blueprint = Blueprint("receipts", __name__)
RECEIVERS = (Permission.DELIVERY_RECEIVE,)
READERS = (Permission.REQUISITION_READ,)
CLOSERS = (
    Permission.DELIVERY_RECEIVE,
    Permission.REQUISITION_APPROVE,
    Permission.REQUISITION_PICK,
)
COMING = (ToteState.HANDED_OVER, ToteState.LOADED, ToteState.SEALED)

NAVIGATION = (
    Entry(
        group=Group.REQUISITIONS,
        order=70,
        label=lazy_gettext("Incoming deliveries"),
        endpoint="receipts.list_incoming",
        icon="truck-delivery",
        permissions=RECEIVERS,
    ),
    Entry(
        group=Group.REQUISITIONS,
        order=80,
        label=lazy_gettext("Discrepancies"),
        endpoint="receipts.list_discrepancies",
        covers=("receipts.show_discrepancy",),
        icon="alert-triangle",
        permissions=READERS,
    ),
)


@blueprint.get("/receipts")
@requires(*RECEIVERS)
def list_incoming() -> str:
    """List totes that are here to be confirmed, on their way, or soon to leave."""
    after = decode(read_query(CursorSchema)["cursor"], (int,))
    with transaction() as session:
        wanted = (COMING, local_day(clock.now()))
        rows = queries.list_totes(session, current_actor(), wanted, after=after, size=PAGE_SIZE)
    return render_template("fulfilment/incoming.html", totes=page_of(rows, lambda row: [row.id]))


@blueprint.get("/receipts/<string:code>")
@requires(*RECEIVERS)
def show_receipt(code: str) -> str:
    """Show a tote's contents to confirm, or what was confirmed."""
    actor = current_actor()
    with transaction() as session:
        tote = service.get_tote(session, actor, code)
        actor.must_act_for(tote.destination_id, "tote")
        return render_template(
            "fulfilment/receipt.html",
            tote=tote,
            names=queries.tote_names(session, tote.id),
            contents=queries.list_contents(session, [tote.id])[tote.id],
            packs=queries.packs_of(session, tote.id),
        )


@blueprint.post("/receipts/<string:code>")
@requires(*RECEIVERS)
@writes
def confirm(code: str) -> ResponseReturnValue:
    """Confirm the tote, whole or in part."""
    form = read_form(forms.ReceiptForm)
    second = second_person(form, request.remote_addr)
    confirmation = Confirmation(tote_code=code, key=posting_key(), second=second, **form)
    with transaction() as session:
        receipt = service.confirm(session, current_actor(), confirmation, now=clock.now())
    flash(_("Received under %(reference)s.", reference=receipt.reference), "success")
    return redirect(url_for("receipts.show_receipt", code=code))


@blueprint.get("/discrepancies")
@requires(*READERS)
def list_discrepancies() -> str:
    """List discrepancies, the open ones unless all are asked for."""
    query, actor = read_query(DiscrepancyQuerySchema), current_actor()
    after = decode(query["cursor"], (int,))
    with transaction() as session:
        rows = discrepancies.list_discrepancies(
            session, actor, only_open=not query["all"], after=after, size=PAGE_SIZE
        )
    return render_template(
        "fulfilment/discrepancies.html", found=page_of(rows, lambda row: [row.id]), query=query
    )


@blueprint.get("/discrepancies/<string:reference>")
@requires(*READERS)
def show_discrepancy(reference: str) -> str:
    """Show one discrepancy, with the form that closes it while it is open."""
    actor = current_actor()
    with transaction() as session:
        found = discrepancies.find_discrepancy(session, actor, reference)
        if found is None:
            raise NotFound("discrepancy")
        photos = attachments.list_of(session, service.DISCREPANCY, [found.id])[found.id]
    by_clinic = found.facility_id in actor.facility_ids
    return render_template(
        "fulfilment/discrepancy.html",
        found=found,
        resolutions=[Resolution.FOUND] if by_clinic else list(Resolution),
        may_close=any(actor.may(permission) for permission in CLOSERS),
        photos=photos,
        photo_kinds=list(AttachmentKind),
    )


@blueprint.post("/discrepancies/<string:reference>")
@requires(*CLOSERS)
@writes
def close_discrepancy(reference: str) -> ResponseReturnValue:
    """Say what became of the goods, and post it."""
    form = read_form(forms.CloseForm)
    second = second_person(form, request.remote_addr)
    closing = Closing(reference=reference, key=posting_key(), second=second, **form)
    with transaction() as session:
        service.close_discrepancy(session, current_actor(), closing, now=clock.now())
    flash(_("Discrepancy %(reference)s is closed.", reference=reference), "success")
    return redirect(url_for("receipts.show_discrepancy", reference=reference))


@blueprint.post("/discrepancies/<string:reference>/photos")
@requires(*CLOSERS)
@takes_files
@writes
def add_photos(reference: str) -> ResponseReturnValue:
    """Keep photos with a discrepancy."""
    photos = (read_form(AttachmentFormSchema)["kind"], sent_files())
    with transaction() as session:
        service.photograph_discrepancy(session, current_actor(), reference, photos, now=clock.now())
    flash(_("%(count)s files are kept.", count=len(photos[1])), "success")
    return redirect(url_for("receipts.show_discrepancy", reference=reference, _anchor="photos"))


@blueprint.get("/discrepancies/<string:reference>/photos/<int:position>")
@requires(*READERS)
def show_photo(reference: str, position: int) -> Response:
    """Hand out one file of a discrepancy."""
    with transaction() as session:
        subject = service.discrepancy_subject(session, current_actor(), reference)
        return file_response(attachments.get_file(session, subject, position))


@blueprint.get("/discrepancies/<string:reference>/photos/<int:position>/small")
@requires(*READERS)
def show_small_photo(reference: str, position: int) -> Response:
    """Hand out the small picture of a file of a discrepancy."""
    with transaction() as session:
        subject = service.discrepancy_subject(session, current_actor(), reference)
        return file_response(attachments.get_thumbnail(session, subject, position))
