"""JSON API of uploads."""

from typing import Any

from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.ids import UploadId
from app.uploads import queries, schemas, service
from app.uploads.queries import UploadQuery, UploadRow
from app.uploads.service import Cause
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, Page, decode, page_of
from app.web.settings import current_settings
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "uploads_api",
    __name__,
    url_prefix="/api/v1/uploads",
    description="What the insurance's platform is told",
)
READ, MEND = Permission.UPLOADS_READ, Permission.UPLOADS_MEND


@blueprint.get("")
@requires(READ)
@blueprint.arguments(schemas.UploadQuerySchema, location="query")
@blueprint.response(200, schemas.UploadsSchema)
def list_uploads(query: dict[str, Any]) -> Page[UploadRow]:
    """List the messages one may see, newest first."""
    cursor = decode(query.pop("cursor"), (int,))
    wanted = UploadQuery(**query, before=int(cursor[0]) if cursor else None)
    with transaction() as session:
        rows = service.list_uploads(session, current_actor(), wanted, PAGE_SIZE)
    return page_of(rows, lambda row: [row.id])


@blueprint.get("/<int:upload_id>")
@requires(READ)
@blueprint.response(200, schemas.ToldUploadSchema)
def show_upload(upload_id: int) -> dict[str, Any]:
    """Return a message, what it says and what it went through."""
    with transaction() as session:
        return _shown(session, upload_id)


@blueprint.post("/<int:upload_id>/retry")
@requires(MEND)
@writes
@blueprint.arguments(schemas.UploadReasonSchema)
@blueprint.response(200, schemas.ToldUploadSchema)
def retry(given: dict[str, str], upload_id: int) -> dict[str, Any]:
    """Tell a failed message again, for a reason."""
    with transaction() as session:
        actor, now = current_actor(), clock.now()
        service.retry(session, actor, UploadId(upload_id), given["reason"], now=now)
        return _shown(session, upload_id)


@blueprint.post("/retries")
@requires(MEND)
@writes
@blueprint.arguments(schemas.CauseSchema)
@blueprint.response(200, schemas.RetriedSchema)
def retry_all(given: tuple[Cause, str]) -> dict[str, int]:
    """Tell all messages again that failed for one cause."""
    cause, reason = given
    with transaction() as session:
        count = service.retry_all(session, current_actor(), cause, reason, now=clock.now())
    return {"retried": count}


@blueprint.get("/settlement-parts/<string:reference>")
@requires(READ)
@blueprint.arguments(schemas.SettlementQuerySchema, location="query")
@blueprint.response(200, schemas.SettlementPartSchema)
def show_settlement_part(numbers: list[str], reference: str) -> dict[str, Any]:
    """Return the codes of a dispensing for the settlement message 2207.

    One number of the fee (feedetl_sn) for each line of the dispensing, in their order.
    """
    profile = service.load_profile(current_settings().upload_profile)
    with transaction() as session:
        rows = service.settlement_part(session, current_actor(), profile, (reference, numbers))
    return {"drug_trac_info": rows}


def _shown(session: Session, upload_id: int) -> dict[str, Any]:
    row = service.get_upload(session, current_actor(), UploadId(upload_id))
    return {
        "upload": row,
        "body": queries.find_body(session, row.id),
        "notes": queries.list_notes(session, row.id),
    }
