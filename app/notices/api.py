"""JSON API of a person's own notices."""

from typing import Any

from flask_smorest import Blueprint

from app.kernel import clock
from app.kernel.ids import NoticeId
from app.notices import queries, schemas, service
from app.notices.models import Notice
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, Page, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "notices_api", __name__, url_prefix="/api/v1/notices", description="What is new for one"
)


@blueprint.get("")
@requires()
@blueprint.arguments(schemas.NoticeQuerySchema, location="query")
@blueprint.response(200, schemas.NoticesSchema)
def list_notices(query: dict[str, Any]) -> Page[Notice]:
    """List one's own notices, newest first."""
    cursor = decode(query["cursor"], (int,))
    before = int(cursor[0]) if cursor else None
    with transaction() as session:
        rows = queries.list_notices(session, current_actor().user_id, before, PAGE_SIZE)
    return page_of(rows, lambda row: [row.id])


@blueprint.post("/<int:notice_id>/read")
@requires()
@writes
@blueprint.response(200, schemas.NoticeSchema)
def mark_read(notice_id: int) -> Notice:
    """Note that one has looked."""
    with transaction() as session:
        return service.mark_read(session, current_actor(), NoticeId(notice_id), now=clock.now())


@blueprint.post("/read")
@requires()
@writes
@blueprint.response(200, schemas.ReadNoticesSchema)
def mark_all_read() -> dict[str, int]:
    """Note that one has looked at everything."""
    with transaction() as session:
        return {"read": service.mark_all_read(session, current_actor(), now=clock.now())}
