"""Photos and papers of receipts and claims: taken on a phone, seen on the document."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug import Response

from app.kernel import attachments, clock
from app.kernel.actor import Permission
from app.purchasing import service
from app.purchasing.schemas.photos import ReceiptPhotosFormSchema
from app.purchasing.service import Photos
from app.web.attachments import AttachmentFormSchema, file_response, sent_files, takes_files
from app.web.forms import read_form
from app.web.guard import current_actor, requires
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("photos", __name__, url_prefix="/receiving")
READ, RECEIVE = Permission.PURCHASING_READ, Permission.PURCHASING_RECEIVE
ORDER = Permission.PURCHASING_ORDER


@blueprint.post("/receipts/<reference>/photos")
@requires(RECEIVE)
@takes_files
@writes
def add_to_receipt(reference: str) -> ResponseReturnValue:
    """Keep photos with a receipt."""
    photos = Photos(files=sent_files(), **read_form(ReceiptPhotosFormSchema))
    with transaction() as session:
        service.photograph_receipt(session, current_actor(), reference, photos, now=clock.now())
    flash(_("%(count)s files are kept.", count=len(photos.files)), "success")
    return redirect(url_for("purchasing.show_receipt", reference=reference, _anchor="photos"))


@blueprint.get("/receipts/<reference>/photos/<int:position>")
@requires(READ)
def show_of_receipt(reference: str, position: int) -> Response:
    """Hand out one file of a receipt."""
    with transaction() as session:
        subject = service.receipt_subject(session, current_actor(), reference)
        return file_response(attachments.get_file(session, subject, position))


@blueprint.get("/receipts/<reference>/photos/<int:position>/small")
@requires(READ)
def show_small_of_receipt(reference: str, position: int) -> Response:
    """Hand out the small picture of a file of a receipt."""
    with transaction() as session:
        subject = service.receipt_subject(session, current_actor(), reference)
        return file_response(attachments.get_thumbnail(session, subject, position))


@blueprint.post("/claims/<reference>/photos")
@requires(RECEIVE, ORDER)
@takes_files
@writes
def add_to_claim(reference: str) -> ResponseReturnValue:
    """Keep photos with a claim on a supplier."""
    photos = Photos(files=sent_files(), **read_form(AttachmentFormSchema))
    with transaction() as session:
        service.photograph_claim(session, current_actor(), reference, photos, now=clock.now())
    flash(_("%(count)s files are kept.", count=len(photos.files)), "success")
    return redirect(url_for("claims.list_claims", which="all"))


@blueprint.get("/claims/<reference>/photos/<int:position>")
@requires(READ)
def show_of_claim(reference: str, position: int) -> Response:
    """Hand out one file of a claim."""
    with transaction() as session:
        subject = service.claim_subject(session, current_actor(), reference)
        return file_response(attachments.get_file(session, subject, position))


@blueprint.get("/claims/<reference>/photos/<int:position>/small")
@requires(READ)
def show_small_of_claim(reference: str, position: int) -> Response:
    """Hand out the small picture of a file of a claim."""
    with transaction() as session:
        subject = service.claim_subject(session, current_actor(), reference)
        return file_response(attachments.get_thumbnail(session, subject, position))
