"""A person's inbox, and the count of unread notices in the page's head."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug import Response

from app.kernel import clock
from app.kernel.actor import Actor
from app.kernel.ids import NoticeId
from app.notices import queries, schemas, service
from app.notices.rules import NoticeKind
from app.web.forms import read_query
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("notices", __name__, url_prefix="/notices")

PAGES = {
    NoticeKind.NEAR_EXPIRY: "planning.list_near_expiry",
    NoticeKind.LOW_STOCK: "planning.list_low_stock",
    NoticeKind.OVER_STOCK: "planning.list_over_stock",
    NoticeKind.PROPOSALS: "planning.list_proposals",
    NoticeKind.PROMISE_LAPSED: "requisitions.list_requisitions",
    NoticeKind.TRANSFER_LAPSED: "transfers.list_transfers",
    NoticeKind.TRACE_ALERT: "alerts.list_alerts",
    NoticeKind.TRACE_ALARM: "alerts.list_alerts",
    NoticeKind.CODES_DIFFER: "reconciliation.show_county",
    NoticeKind.RECALL: "recall_tasks.list_tasks",
    NoticeKind.RECALL_DRILL: "recall_tasks.list_tasks",
}
"""Kind → the list a notice opens."""


@blueprint.get("")
@requires()
def list_notices() -> str:
    """List one's own notices, newest first."""
    cursor = decode(read_query(schemas.NoticeQuerySchema)["cursor"], (int,))
    before = int(cursor[0]) if cursor else None
    with transaction() as session:
        rows = queries.list_notices(session, current_actor().user_id, before, PAGE_SIZE)
    return render_template("notices/list.html", page=page_of(rows, lambda row: [row.id]))


@blueprint.post("/<int:notice_id>/open")
@requires()
@writes
def open_notice(notice_id: int) -> Response:
    """Mark a notice read and go to its list."""
    with transaction() as session:
        notice = service.mark_read(session, current_actor(), NoticeId(notice_id), now=clock.now())
    return redirect(url_for(PAGES[notice.kind]))


@blueprint.post("/read")
@requires()
@writes
def mark_all_read() -> Response:
    """Mark everything read."""
    with transaction() as session:
        service.mark_all_read(session, current_actor(), now=clock.now())
    return redirect(url_for("notices.list_notices"))


def unread_of(actor: Actor) -> int:
    """Return what the bell in the page's head shows."""
    with transaction() as session:
        return service.count_unread(session, actor.user_id)
