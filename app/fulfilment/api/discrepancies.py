"""Discrepancies as programs read and close them."""

from typing import Any

from flask import request
from flask_smorest import Blueprint

from app.accounts.schemas import second_person
from app.fulfilment import service
from app.fulfilment.queries import discrepancies as queries
from app.fulfilment.queries.discrepancies import DiscrepancyRow
from app.fulfilment.schemas import totes as schemas
from app.fulfilment.service import Closing
from app.kernel import attachments, clock
from app.kernel.actor import Permission
from app.kernel.attachments import AttachmentRow, Subject
from app.kernel.errors import NotFound
from app.web.attachments import (
    AttachmentFileSchema,
    AttachmentSchema,
    AttachmentUploadSchema,
    sent_files,
    takes_files,
)
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, Page, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import posting_key, writes

blueprint = Blueprint(
    "discrepancies_api",
    __name__,
    url_prefix="/api/v1/discrepancies",
    description="Goods sent but not confirmed",
)
READERS = (Permission.REQUISITION_READ,)
CLOSERS = (
    Permission.DELIVERY_RECEIVE,
    Permission.REQUISITION_APPROVE,
    Permission.REQUISITION_PICK,
)


@blueprint.get("")
@requires(*READERS)
@blueprint.arguments(schemas.DiscrepancyQuerySchema, location="query")
@blueprint.response(200, schemas.DiscrepanciesSchema)
def list_discrepancies(query: dict[str, Any]) -> Page[DiscrepancyRow]:
    """List discrepancies, open ones unless all are asked for, the newest first."""
    after = decode(query["cursor"], (int,))
    with transaction() as session:
        rows = queries.list_discrepancies(
            session, current_actor(), only_open=not query["all"], after=after, size=PAGE_SIZE
        )
    return page_of(rows, lambda row: [row.id])


@blueprint.get("/<string:reference>")
@requires(*READERS)
@blueprint.response(200, schemas.DiscrepancySchema)
def show_discrepancy(reference: str) -> DiscrepancyRow:
    """Return one discrepancy."""
    with transaction() as session:
        found = queries.find_discrepancy(session, current_actor(), reference)
    if found is None:
        raise NotFound("discrepancy")
    return found


@blueprint.post("/<string:reference>/close")
@requires(*CLOSERS)
@writes
@blueprint.arguments(schemas.DiscrepancyClosingSchema)
@blueprint.response(200, schemas.DiscrepancySchema)
@blueprint.alt_response(409, description="discrepancy-closed")
def close_discrepancy(body: dict[str, Any], reference: str) -> DiscrepancyRow | None:
    """Say what became of the goods, and post it."""
    actor = current_actor()
    second = second_person(body, request.remote_addr)
    closing = Closing(reference=reference, key=posting_key(), second=second, **body)
    with transaction() as session:
        service.close_discrepancy(session, actor, closing, now=clock.now())
        return queries.find_discrepancy(session, actor, reference)


@blueprint.post("/<string:reference>/photos")
@requires(*CLOSERS)
@takes_files
@writes
@blueprint.arguments(AttachmentUploadSchema, location="form")
@blueprint.arguments(AttachmentFileSchema, location="files")
@blueprint.response(201, AttachmentSchema(many=True))
@blueprint.alt_response(409, description="attachments-full")
def add_photo(form: dict[str, Any], _files: dict[str, Any], reference: str) -> list[AttachmentRow]:
    """Keep a photo or PDF with a discrepancy; answers with all it has."""
    photos, actor = (form["kind"], sent_files()), current_actor()
    with transaction() as session:
        subject = service.photograph_discrepancy(session, actor, reference, photos, now=clock.now())
        return attachments.list_of(session, *_only(subject))[subject[1]]


@blueprint.get("/<string:reference>/photos")
@requires(*READERS)
@blueprint.response(200, AttachmentSchema(many=True))
def list_photos(reference: str) -> list[AttachmentRow]:
    """List the photos and papers of a discrepancy."""
    with transaction() as session:
        subject = service.discrepancy_subject(session, current_actor(), reference)
        return attachments.list_of(session, *_only(subject))[subject[1]]


def _only(subject: Subject) -> tuple[str, list[int]]:
    kind, subject_id = subject
    return kind, [subject_id]
