"""JSON API of photos and papers of receipts and claims."""

from typing import Any

from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from app.kernel import attachments, clock
from app.kernel.actor import Permission
from app.kernel.attachments import AttachmentRow, Subject
from app.purchasing import service
from app.purchasing.schemas.photos import ReceiptPhotosUploadSchema
from app.purchasing.service import Photos
from app.web.attachments import (
    AttachmentFileSchema,
    AttachmentSchema,
    AttachmentUploadSchema,
    sent_files,
    takes_files,
)
from app.web.guard import current_actor, requires
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "photos_api", __name__, url_prefix="/api/v1", description="Photos of receipts and claims"
)
READ, RECEIVE = Permission.PURCHASING_READ, Permission.PURCHASING_RECEIVE
ORDER = Permission.PURCHASING_ORDER


@blueprint.post("/receipts/<reference>/photos")
@requires(RECEIVE)
@takes_files
@writes
@blueprint.arguments(ReceiptPhotosUploadSchema, location="form")
@blueprint.arguments(AttachmentFileSchema, location="files")
@blueprint.response(201, AttachmentSchema(many=True))
@blueprint.alt_response(409, description="attachments-full")
def add_to_receipt(
    form: dict[str, Any], _files: dict[str, Any], reference: str
) -> list[AttachmentRow]:
    """Keep a photo or PDF with a receipt; answers with all it has."""
    photos = Photos(files=sent_files(), **form)
    with transaction() as session:
        actor, now = current_actor(), clock.now()
        return _all(session, service.photograph_receipt(session, actor, reference, photos, now=now))


@blueprint.get("/receipts/<reference>/photos")
@requires(READ)
@blueprint.response(200, AttachmentSchema(many=True))
def list_of_receipt(reference: str) -> list[AttachmentRow]:
    """List the photos and papers of a receipt."""
    with transaction() as session:
        return _all(session, service.receipt_subject(session, current_actor(), reference))


@blueprint.post("/supplier-claims/<reference>/photos")
@requires(RECEIVE, ORDER)
@takes_files
@writes
@blueprint.arguments(AttachmentUploadSchema, location="form")
@blueprint.arguments(AttachmentFileSchema, location="files")
@blueprint.response(201, AttachmentSchema(many=True))
@blueprint.alt_response(409, description="attachments-full")
def add_to_claim(
    form: dict[str, Any], _files: dict[str, Any], reference: str
) -> list[AttachmentRow]:
    """Keep a photo or PDF with a claim; answers with all it has."""
    photos = Photos(files=sent_files(), **form)
    with transaction() as session:
        actor, now = current_actor(), clock.now()
        return _all(session, service.photograph_claim(session, actor, reference, photos, now=now))


@blueprint.get("/supplier-claims/<reference>/photos")
@requires(READ)
@blueprint.response(200, AttachmentSchema(many=True))
def list_of_claim(reference: str) -> list[AttachmentRow]:
    """List the photos and papers of a claim."""
    with transaction() as session:
        return _all(session, service.claim_subject(session, current_actor(), reference))


def _all(session: Session, subject: Subject) -> list[AttachmentRow]:
    kind, subject_id = subject
    return attachments.list_of(session, kind, [subject_id])[subject_id]
